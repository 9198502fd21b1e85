"""One session's bookkeeping, without a database: what each answer, loss and text settles, on either kind of database."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from headway.effects.sql_kind import Kind, kind_of
from headway.runtime.account import Fate, Section, Sent
from headway.runtime.ledger import Ledger
from headway.runtime.witness import Witness

ROW = "INSERT INTO t VALUES (1)"
DDL = "CREATE TABLE u (n int)"


class Session:
    """A ledger, and what it has settled."""

    def __init__(self, *, mysql: bool = False) -> None:
        self.ledger = Ledger(self._settle, commits_ddl=mysql, aborts=not mysql)
        self.entries: list[Sent] = []

    def _settle(self, entries: Sequence[Sent], fate: Fate) -> None:
        for entry in entries:
            entry.fate = fate

    def send(self, sql: str) -> Sent:
        entry = Sent(sql, kind_of(sql), "r1", Section())
        self.entries.append(entry)
        return entry

    def answered(self, *texts: str, inside: bool | None = True) -> None:
        for sql in texts:
            self.ledger.answered(self.send(sql), inside=inside, autocommit=False)

    def fates(self) -> list[Fate]:
        return [entry.fate for entry in self.entries if entry.kind is not Kind.TRANSACTION]


LOST = [
    # what was not answered, on MySQL or not, autocommit or not, what became of the row before it, and of itself
    (ROW, False, False, Fate.UNDONE, Fate.UNDONE),
    (ROW, False, True, Fate.UNDONE, Fate.UNKNOWN),
    ("COMMIT", False, False, Fate.UNKNOWN, Fate.UNKNOWN),
    ("SELECT 1; COMMIT", False, False, Fate.UNKNOWN, Fate.UNKNOWN),
    ("ROLLBACK", False, False, Fate.UNDONE, Fate.UNDONE),
    ("SAVEPOINT a", False, False, Fate.UNDONE, Fate.UNDONE),
    ("SAVEPOINT a", True, False, Fate.UNDONE, Fate.UNDONE),
    (DDL, False, False, Fate.UNDONE, Fate.UNDONE),
    (DDL, True, False, Fate.UNKNOWN, Fate.UNKNOWN),
    (ROW, True, False, Fate.UNDONE, Fate.UNDONE),
    ("CALL p()", True, False, Fate.UNKNOWN, Fate.UNKNOWN),
]


@pytest.mark.parametrize(("sql", "mysql", "autocommit", "before", "itself"), LOST)
def test_a_session_that_was_lost(sql: str, mysql: bool, autocommit: bool, before: Fate, itself: Fate) -> None:
    session = Session(mysql=mysql)
    session.answered(ROW)
    last = session.send(sql)
    session.ledger.lost(last, autocommit=autocommit)
    assert (session.entries[0].fate, last.fate) == (before, itself)
    assert session.ledger.waiting == []


def test_a_session_that_was_lost_between_statements() -> None:
    session = Session()
    session.answered(ROW)
    session.ledger.lost(None, autocommit=False)
    assert session.fates() == [Fate.UNDONE]


COMMITS_BY_ITSELF = [
    ("BEGIN", True),
    ("START TRANSACTION", True),
    ("LOCK TABLES t WRITE", True),
    ("LOCK TABLE t WRITE", True),
    ("UNLOCK TABLES", True),
    ("LOCK INSTANCE FOR BACKUP", False),
    ("SET autocommit = 0", False),
    ("SAVEPOINT a", False),
    ("RELEASE SAVEPOINT a", False),
]


@pytest.mark.parametrize(("sql", "commits"), COMMITS_BY_ITSELF)
def test_what_mysql_commits_at(sql: str, commits: bool) -> None:
    session = Session(mysql=True)
    session.answered(ROW)
    session.ledger.answered(Sent(sql, Kind.TRANSACTION, "r1", Section()), inside=True, autocommit=False)
    assert session.fates() == [Fate.COMMITTED if commits else Fate.WAITING]
    other = Session()
    other.answered(ROW)
    other.ledger.answered(Sent(sql, Kind.TRANSACTION, "r1", Section()), inside=True, autocommit=False)
    assert other.fates() == [Fate.WAITING], "no other database does"


SAVEPOINTS = [
    (("SAVEPOINT a", ROW, "ROLLBACK TO a"), [Fate.WAITING, Fate.UNDONE]),
    (("SAVEPOINT a", ROW, "ROLLBACK TO SAVEPOINT A"), [Fate.WAITING, Fate.UNDONE]),
    (('SAVEPOINT "a"', ROW, "ROLLBACK TO a"), [Fate.WAITING, Fate.UNDONE]),
    (('SAVEPOINT "ab"', ROW, 'ROLLBACK TO "bb"'), [Fate.WAITING, Fate.WAITING]),
    (('SAVEPOINT "ab"', ROW, 'ROLLBACK TO "ac"'), [Fate.WAITING, Fate.WAITING]),
    (('SAVEPOINT "A"', ROW, "ROLLBACK TO a"), [Fate.WAITING, Fate.WAITING]),
    (("SAVEPOINT a", ROW, "SAVEPOINT b", ROW, "ROLLBACK TO a"), [Fate.WAITING, Fate.UNDONE, Fate.UNDONE]),
    (("SAVEPOINT a", ROW, "SAVEPOINT b", ROW, "ROLLBACK TO b"), [Fate.WAITING, Fate.WAITING, Fate.UNDONE]),
    (("SAVEPOINT a", ROW, "SAVEPOINT a", ROW, "ROLLBACK TO a"), [Fate.WAITING, Fate.WAITING, Fate.UNDONE]),
    (
        ("SAVEPOINT a", ROW, "ROLLBACK TO a", ROW, "ROLLBACK TO a"),
        [Fate.WAITING, Fate.UNDONE, Fate.UNDONE],
    ),
    (("SAVEPOINT a", ROW, "RELEASE a", "ROLLBACK TO a"), [Fate.WAITING, Fate.WAITING]),
    (("SAVEPOINT a", "SAVEPOINT b", ROW, "RELEASE b", "ROLLBACK TO a"), [Fate.WAITING, Fate.UNDONE]),
    (("SAVEPOINT a", "SAVEPOINT b", ROW, "RELEASE a", "ROLLBACK TO b"), [Fate.WAITING, Fate.WAITING]),
    (("ROLLBACK TO nowhere",), [Fate.WAITING]),
]


@pytest.mark.parametrize(("texts", "fates"), SAVEPOINTS)
def test_savepoints(texts: tuple[str, ...], fates: list[Fate]) -> None:
    session = Session()
    session.answered(ROW, *texts)
    assert session.fates() == fates


def test_the_commit_of_a_transaction_that_broke_undoes_it_until_it_goes_back_to_a_savepoint() -> None:
    session = Session()
    session.answered(ROW, "SAVEPOINT a")
    session.ledger.refused(session.send(ROW), inside=True, broken=True)
    session.answered("ROLLBACK TO a", "COMMIT")
    assert session.fates() == [Fate.COMMITTED, Fate.UNDONE]
    session.answered(ROW)
    session.ledger.refused(session.send(ROW), inside=True, broken=True)
    session.answered("COMMIT")
    assert session.fates()[2:] == [Fate.UNDONE, Fate.UNDONE]
    session.answered(ROW, "COMMIT")
    assert session.fates()[4:] == [Fate.COMMITTED], "the next transaction is whole"


@pytest.mark.parametrize("mysql", [False, True])
def test_what_the_database_gave_up(mysql: bool) -> None:
    session = Session(mysql=mysql)
    session.answered(ROW)
    session.ledger.refused(session.send(ROW), inside=None, rolls_back=True)
    assert session.fates() == [Fate.UNDONE, Fate.UNDONE]


def test_a_driver_that_knows_says_when_a_transaction_is_over() -> None:
    session = Session()
    session.answered(ROW)
    session.answered(ROW, inside=False)
    assert session.fates() == [Fate.COMMITTED, Fate.COMMITTED]


UNSEEN = [(DDL, Fate.COMMITTED), ("CREATE TEMPORARY TABLE u (n int)", Fate.WAITING), ("CALL p()", Fate.UNKNOWN)]


@pytest.mark.parametrize(("sql", "fate"), UNSEEN)
def test_mysql_with_a_driver_that_shows_no_transaction(sql: str, fate: Fate) -> None:
    session = Session(mysql=True)
    session.answered(ROW)
    session.answered(sql, inside=None)
    assert session.entries[0].fate is fate


@pytest.mark.parametrize(
    ("mysql", "sql", "inside", "said", "before"),
    [
        (True, DDL, False, "exists", Fate.COMMITTED),
        (True, DDL, None, "exists", Fate.UNKNOWN),
        (True, DDL, True, "exists", Fate.WAITING),
        (True, ROW, False, "duplicate", Fate.WAITING),
        (False, DDL, None, "exists", Fate.WAITING),
    ],
)
def test_a_refusal_may_have_committed_what_came_before(
    mysql: bool, sql: str, inside: bool | None, said: str, before: Fate
) -> None:
    session = Session(mysql=mysql)
    session.answered(ROW)
    Witness()._refused(session.ledger, session.send(sql), inside, object(), Exception(said))
    assert session.fates() == [before, Fate.UNDONE]


KNOWS = [
    # what the driver knows, whether it commits by itself, and what became of the row
    (False, False, Fate.COMMITTED),
    (False, True, Fate.COMMITTED),
    (True, False, Fate.WAITING),
    (True, True, Fate.WAITING),
    (None, False, Fate.WAITING),
    (None, True, Fate.COMMITTED),
]


@pytest.mark.parametrize(("inside", "autocommit", "fate"), KNOWS)
def test_what_the_driver_knows_goes_before_what_its_mode_says(
    inside: bool | None, autocommit: bool, fate: Fate
) -> None:
    """Of the row, and of the mark of a revision that is through."""
    session, other = Session(), Session()
    row = session.send(ROW)
    session.ledger.answered(row, inside=inside, autocommit=autocommit)
    mark = Sent("", Kind.VERSION, "r1", Section(), finishes=True)
    other.ledger.finished(mark, inside=inside, autocommit=autocommit)
    assert (row.fate, mark.fate) == (fate, fate)


def test_a_refusal_of_which_nothing_more_is_known_breaks_nothing() -> None:
    session = Session()
    session.answered(ROW)
    session.ledger.refused(session.send("SELECT 1"), inside=True)
    session.answered("COMMIT")
    assert session.fates() == [Fate.COMMITTED, Fate.UNDONE]


@pytest.mark.parametrize(("inside", "fate"), [(False, Fate.UNDONE), (True, Fate.WAITING), (None, Fate.WAITING)])
def test_a_refusal_after_which_there_is_no_transaction_has_taken_it_back(inside: bool | None, fate: Fate) -> None:
    session = Session()
    session.answered(ROW)
    session.ledger.refused(session.send(ROW), inside=inside)
    assert session.fates() == [fate, Fate.UNDONE]


def test_on_mysql_a_refused_row_that_ended_no_transaction_takes_nothing_back() -> None:
    session = Session(mysql=True)
    session.answered(ROW)
    session.ledger.refused(session.send(ROW), inside=False, broken=True)
    assert session.fates() == [Fate.WAITING, Fate.UNDONE]
    session.answered("COMMIT")
    assert session.fates()[0] is Fate.COMMITTED


@pytest.mark.parametrize("autocommit", [False, True])
def test_a_lost_call_may_have_committed_what_waited(autocommit: bool) -> None:
    """In autocommit mode a call may have committed for itself."""
    session = Session()
    session.answered(ROW)
    last = session.send("CALL p()")
    session.ledger.lost(last, autocommit=autocommit)
    assert (session.entries[0].fate, last.fate) == ((Fate.UNKNOWN,) * 2 if autocommit else (Fate.UNDONE,) * 2)


TEXTS = [
    # several statements in one text, and what became of it and of the row before it
    ("DELETE FROM t; CALL p()", Fate.WAITING, Fate.WAITING),
    ("DELETE FROM t; COMMIT; SELECT 1", Fate.COMMITTED, Fate.COMMITTED),
    ("DELETE FROM t; ROLLBACK; SELECT 1", Fate.UNDONE, Fate.UNDONE),
    ("COMMIT; DELETE FROM t; SELECT 1", Fate.COMMITTED, Fate.WAITING),
    ("ROLLBACK; DELETE FROM t; SELECT 1", Fate.UNDONE, Fate.WAITING),
    ("END; DELETE FROM t", Fate.COMMITTED, Fate.WAITING),
    ("ABORT; DELETE FROM t", Fate.UNDONE, Fate.WAITING),
    ("COMMIT; SET ROLE x", Fate.COMMITTED, Fate.WAITING),
    ("ROLLBACK; SET ROLE x", Fate.UNDONE, Fate.WAITING),
    ("DELETE FROM t; ROLLBACK TO a", Fate.WAITING, Fate.WAITING),
    ("DELETE FROM t; COMMIT PREPARED 'x'", Fate.WAITING, Fate.WAITING),
    ("DELETE FROM t; PREPARE TRANSACTION 'x'", Fate.UNKNOWN, Fate.UNKNOWN),
    ("DO $$ BEGIN END $$", Fate.WAITING, Fate.WAITING),
]


@pytest.mark.parametrize(("sql", "before", "itself"), TEXTS)
def test_several_statements_in_one_text(sql: str, before: Fate, itself: Fate) -> None:
    session = Session()
    session.answered(ROW, sql)
    assert session.fates() == [before, itself]


@pytest.mark.parametrize(
    ("sql", "fate"), [("BEGIN NOT ATOMIC DELETE FROM t; END", Fate.WAITING), ("XA PREPARE 'x'", Fate.UNKNOWN)]
)
def test_words_of_mysql_s_own(sql: str, fate: Fate) -> None:
    session = Session(mysql=True)
    session.answered(ROW)
    session.ledger.answered(
        Sent(sql.partition(";")[0], Kind.TRANSACTION, "r1", Section()), inside=True, autocommit=False
    )
    assert session.entries[0].fate is fate


def test_a_long_text_is_cut_once_it_was_read() -> None:
    """A COMMIT at its end counts all the same."""
    session = Session()
    session.answered(ROW, "INSERT INTO t VALUES ('" + "x" * 5_000 + "'); COMMIT")
    assert session.fates() == [Fate.COMMITTED, Fate.COMMITTED]
    assert len(session.entries[1].sql) < 1_000


PREPARED = [("PREPARE TRANSACTION 'x'", Fate.UNKNOWN), ("COMMIT PREPARED 'x'", Fate.WAITING)]


@pytest.mark.parametrize(("sql", "fate"), [*PREPARED, ("ROLLBACK PREPARED 'x'", Fate.WAITING)])
def test_two_phases(sql: str, fate: Fate) -> None:
    session = Session()
    session.answered(ROW)
    session.ledger.answered(Sent(sql, Kind.TRANSACTION, "r1", Section()), inside=True, autocommit=False)
    assert session.entries[0].fate is fate
