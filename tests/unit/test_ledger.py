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


PREPARED = [("PREPARE TRANSACTION 'x'", Fate.UNKNOWN), ("COMMIT PREPARED 'x'", Fate.WAITING)]


@pytest.mark.parametrize(("sql", "fate"), [*PREPARED, ("ROLLBACK PREPARED 'x'", Fate.WAITING)])
def test_two_phases(sql: str, fate: Fate) -> None:
    session = Session()
    session.answered(ROW)
    session.ledger.answered(Sent(sql, Kind.TRANSACTION, "r1", Section()), inside=True, autocommit=False)
    assert session.entries[0].fate is fate
