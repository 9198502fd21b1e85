"""The witness beside real sessions of SQLite: who is asked before a statement, who is told after it, and what is known."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool, QueuePool

from headway.effects.sql_kind import Kind
from headway.runtime.account import Account, Fate
from headway.runtime.outlet import outlet_for
from headway.runtime.sessions import hear_errors_again, inside_after, is_autocommit, says_that_rows_stay
from headway.runtime.witness import WATCH, Witness, current_witness

ROW = "INSERT INTO t VALUES (1)"


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database with a table."""
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute("CREATE TABLE t (n INTEGER PRIMARY KEY)")
    connection.close()
    return f"sqlite:///{tmp_path / 'a.db'}"


@contextmanager
def watched(url: str, **options: Any) -> Iterator[tuple[sa.Connection, Witness]]:
    witness = Witness()
    engine = sa.create_engine(url, **{"poolclass": NullPool, **options})
    with witness.watching(), engine.connect() as connection:
        witness.migrates_over(connection)
        witness.account.planned.append("r1")
        witness.account.start("r1", "r1.py")
        yield connection, witness


def told(account: Account) -> dict[str, list[str]]:
    return {
        "standing": [entry.sql for entry in account.standing],
        "uncertain": [entry.sql for entry in account.uncertain],
    }


NOTHING: dict[str, list[str]] = {"standing": [], "uncertain": []}


# -- statements -----------------------------------------------------------------------------------------------------


def test_who_looks_on_is_shown_each_statement_before_and_after(url: str) -> None:
    with watched(url) as (connection, witness):
        before: list[Any] = []
        after: list[Any] = []
        witness.gates.append(before.append)
        witness.after.append(after.append)
        connection.exec_driver_sql(ROW)
        connection.execute(sa.text("INSERT INTO t VALUES (:n)"), [{"n": 2}, {"n": 3}])
        connection.exec_driver_sql("SELECT 1")
        for seen in (before, after):
            assert [one.sql for one in seen] == [ROW, "INSERT INTO t VALUES (?)", "SELECT 1"]
            assert [one.executemany for one in seen] == [False, True, False]
            assert [one.kind for one in seen] == [Kind.DATA, Kind.DATA, Kind.READ]
            assert {one.revision for one in seen} == {"r1"}
            assert {one.connection for one in seen} == {connection}
            assert seen[1].parameters == [(2,), (3,)]
            assert all(one.context is not None and one.cursor is not None for one in seen)


def test_a_text_is_read_as_its_database_reads_it(url: str) -> None:
    """In a string of SQLite a backslash is one; MySQL would miss the end of this one."""
    with watched(url) as (connection, witness):
        before: list[Any] = []
        witness.gates.append(before.append)
        connection.exec_driver_sql(r"INSERT INTO t VALUES (length('\'))")
        assert before[0].kind is Kind.DATA


@pytest.mark.parametrize("autocommit", [False, True])
def test_of_a_driver_that_shows_no_transaction_its_mode_tells(
    autocommit: bool, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As mysqlclient's is."""
    monkeypatch.setattr("headway.runtime.witness.in_transaction", lambda driver: None)
    with watched(url, **({"isolation_level": "AUTOCOMMIT"} if autocommit else {})) as (connection, witness):
        connection.exec_driver_sql(ROW)
        assert told(witness.account) == {"standing": [ROW] if autocommit else [], "uncertain": []}
        connection.commit()
        assert told(witness.account) == {"standing": [ROW], "uncertain": []}
        witness.finished("r1")
        assert witness.account.applied == [], "nothing has been committed since"
        monkeypatch.setattr("headway.runtime.witness.autocommits", lambda driver: True)
        witness.finished("r2")
        assert witness.account.applied == ["r1", "r2"]


def test_a_connection_that_cannot_be_opened_says_why(url: str) -> None:
    with watched(url) as (connection, witness):
        with pytest.raises(sa.exc.OperationalError, match="unable to open database file"):
            sa.create_engine("sqlite:////nowhere/at/all.db").connect()
        connection.exec_driver_sql(ROW)
        connection.invalidate()
        with pytest.raises(sa.exc.DBAPIError):
            connection.rollback()
            connection.exec_driver_sql("SELECT x FROM nowhere")
        assert told(witness.account) == NOTHING


def test_a_statement_that_a_gate_refuses_is_not_sent(url: str) -> None:
    def no(crossing: Any) -> None:
        if "VALUES" in crossing.sql:
            raise ValueError("no")

    with watched(url) as (connection, witness):
        after: list[Any] = []
        witness.after.append(after.append)
        witness.gates.append(no)
        with pytest.raises(ValueError, match="no"):
            connection.exec_driver_sql(ROW)
        assert connection.scalar(sa.text("SELECT count(*) FROM t")) == 0
        connection.commit()
        assert told(witness.account) == NOTHING
        assert len(after) == 1


def test_a_statement_that_is_refused_is_told_and_undone(url: str) -> None:
    with watched(url) as (connection, witness):
        refused: list[Any] = []
        witness.after_refusal.append(refused.append)
        connection.exec_driver_sql(ROW)
        with pytest.raises(sa.exc.IntegrityError):
            connection.exec_driver_sql(ROW)
        assert [flight.sql for flight in refused] == [ROW]
        assert (refused[0].revision, refused[0].sent.fate, refused[0].connection) == ("r1", Fate.UNDONE, connection)
        assert refused[0].driver_connection is connection.connection.driver_connection
        connection.commit()
        assert told(witness.account) == {"standing": [ROW], "uncertain": []}
        assert witness.in_flight is None


def test_what_has_no_answer_yet_is_in_flight(url: str) -> None:
    """That of the connection that migrates before one of user code's own."""
    with watched(url) as (connection, witness):
        seen: list[Any] = []

        def look() -> int:
            seen.append((witness.in_flight, len(witness.all_in_flight)))
            return 5

        other = sa.create_engine(url, poolclass=NullPool).connect()
        for one in (connection, other):
            driver: Any = one.connection.driver_connection
            driver.create_function("look", 0, look)
        driver = other.connection.driver_connection
        driver.create_function(
            "both", 0, lambda: connection.exec_driver_sql("SELECT look()").scalar(), deterministic=False
        )
        other.exec_driver_sql("SELECT both(), 7").all()
        other.exec_driver_sql("SELECT look(), 8").all()
        other.close()
        assert [(flight.sql, count) for flight, count in seen] == [("SELECT look()", 2), ("SELECT look(), 8", 1)]
        assert witness.in_flight is None and witness.all_in_flight == []


def test_the_outlet_knows_the_kind_of_its_statement_better(url: str) -> None:
    with watched(url) as (connection, witness):
        before: list[Any] = []
        witness.gates.append(before.append)
        taken: list[Any] = []

        def take(statement: Any) -> None:
            taken.append(witness.sending)
            connection.exec_driver_sql(ROW)
            if statement.told_kind is None:
                raise ValueError("no")

        impl: Any = SimpleNamespace(as_sql=False)
        outlet = outlet_for(impl, witness)
        outlet.sink = SimpleNamespace(take=take)  # type: ignore[assignment]
        outer: Any = SimpleNamespace(told_kind=Kind.VERSION)
        outlet.send(outer)
        assert (taken, witness.sending, before[-1].kind) == ([Kind.VERSION], None, Kind.VERSION)
        failing: Any = SimpleNamespace(told_kind=None)
        witness.sending = Kind.DDL
        with pytest.raises(sa.exc.IntegrityError):
            outlet.send(failing)
        assert witness.sending is Kind.DDL, "whatever becomes of it"
        assert before[-1].kind is Kind.DATA, "of one that nobody told, its text does"


# -- commits --------------------------------------------------------------------------------------------------------


def test_a_commit_is_checked_when_there_is_something_to_commit(url: str) -> None:
    with watched(url) as (connection, witness):
        checked: list[str] = []
        witness.before_commit = [lambda: checked.append("lock")]
        witness.migrates_over(connection)
        connection.commit()
        connection.exec_driver_sql("SELECT 1")
        connection.rollback()
        assert checked == []
        connection.exec_driver_sql(ROW)
        connection.commit()
        assert checked == ["lock"]


def test_a_check_that_refuses_keeps_everything_from_being_committed(url: str) -> None:
    def no() -> None:
        raise ValueError("lost")

    with watched(url) as (connection, witness):
        witness.before_commit = [no]
        witness.migrates_over(connection)
        connection.exec_driver_sql(ROW)
        with pytest.raises(ValueError, match="lost"):
            connection.commit()
        with sa.create_engine(url).connect() as other:
            assert other.scalar(sa.text("SELECT count(*) FROM t")) == 0
    assert told(witness.account) == NOTHING


class Stopped(BaseException):
    """As a signal or Ctrl-C raises it in the middle of a driver's work."""


@pytest.mark.parametrize(
    ("error", "lost", "unsure"),
    [
        (Stopped(), False, True),
        (sqlite3.OperationalError("gone"), True, True),
        (sqlite3.OperationalError("full"), False, False),
    ],
)
def test_a_commit_whose_answer_never_came_is_in_doubt(
    error: BaseException, lost: bool, unsure: bool, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with watched(url) as (connection, witness):
        monkeypatch.setattr(type(connection.dialect), "is_disconnect", lambda *arguments: lost)

        def fail() -> None:
            raise error

        connection.exec_driver_sql(ROW)
        dbapi: Any = connection.connection.dbapi_connection
        with pytest.raises(type(error)):
            witness.commits(connection.dialect, dbapi, fail)
        assert told(witness.account) == {"standing": [], "uncertain": [ROW] if unsure else []}
        connection.rollback()
        assert told(witness.account) == {"standing": [], "uncertain": [ROW] if unsure else []}


def test_a_rollback_that_fails_has_taken_everything_back_all_the_same(url: str) -> None:
    """The server does it, for a session that is gone."""
    with watched(url) as (connection, witness):
        connection.exec_driver_sql(ROW)
        dbapi: Any = connection.connection.dbapi_connection

        def fail() -> None:
            raise sqlite3.OperationalError("gone")

        with pytest.raises(sqlite3.OperationalError):
            witness.rolls_back(connection.dialect, dbapi, fail)
        connection.commit()
        assert told(witness.account) == NOTHING


def test_a_session_that_was_closed_has_committed_nothing_more(url: str) -> None:
    with watched(url, poolclass=QueuePool) as (connection, witness):
        checked: list[str] = []
        witness.before_commit = [lambda: checked.append("lock")]
        witness.migrates_over(connection)
        connection.exec_driver_sql(ROW)
        connection.invalidate()
        assert told(witness.account) == NOTHING
        assert witness._sessions == witness._checks == {}
        connection.rollback()
        connection.exec_driver_sql(ROW)
        connection.commit()
        assert told(witness.account) == {"standing": [ROW], "uncertain": []}
        assert checked == [], "the new session migrates nothing until it is named"


def test_a_session_that_was_lost_with_its_statement(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for autocommit in (False, True):
        options = {"isolation_level": "AUTOCOMMIT"} if autocommit else {}
        with watched(url, **options) as (connection, witness):
            monkeypatch.setattr(type(connection.dialect), "is_disconnect", lambda *arguments: True)
            with pytest.raises(sa.exc.DBAPIError):
                connection.exec_driver_sql("INSERT INTO nowhere VALUES (1)")
            lost = ["INSERT INTO nowhere VALUES (1)"] if autocommit else []
            assert told(witness.account) == {"standing": [], "uncertain": lost}
            assert witness.in_flight is None


@pytest.mark.parametrize(
    ("sql", "warned", "stays"), [(ROW, True, True), (ROW, False, False), ("DROP TABLE t", True, False)]
)
def test_rows_that_a_rollback_could_not_take_back_are_in_doubt(
    sql: str, warned: bool, stays: bool, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As MySQL says of tables without transactions."""
    monkeypatch.setattr("headway.runtime.witness.COMMITS_DDL", {"sqlite"})
    monkeypatch.setattr("headway.runtime.witness.says_that_rows_stay", lambda dbapi: warned)
    monkeypatch.setattr("headway.runtime.witness.in_transaction", lambda driver: True)
    with watched(url) as (connection, witness):
        connection.exec_driver_sql(sql)
        connection.rollback()
        assert told(witness.account) == {"standing": [], "uncertain": [sql] if stays else []}


def test_a_connection_from_before_is_watched_once_it_migrates(url: str) -> None:
    witness = Witness()
    with sa.create_engine(url).connect() as connection, witness.watching():
        witness.migrates_over(connection)
        connection.exec_driver_sql(ROW)
        connection.commit()
        assert told(witness.account) == {"standing": [ROW], "uncertain": []}


# -- the mark of a revision -----------------------------------------------------------------------------------------


def test_a_revision_is_applied_when_what_it_did_is_committed(url: str) -> None:
    with watched(url) as (connection, witness):
        connection.exec_driver_sql(ROW)
        witness.finished("r1")
        assert witness.account.applied == []
        connection.commit()
        assert witness.account.applied == ["r1"]
        assert told(witness.account) == NOTHING
    with watched(url, isolation_level="AUTOCOMMIT") as (_, witness):
        witness.finished("r1")
        assert witness.account.applied == ["r1"]
    nobody = Witness()
    nobody.finished("r1")
    assert nobody.account.applied == [], "without a connection nothing is known"


def test_what_goes_over_another_connection_is_told_apart(url: str) -> None:
    with watched(url) as (connection, witness):
        with sa.create_engine(url, poolclass=NullPool).begin() as other:
            other.exec_driver_sql(ROW)
        connection.exec_driver_sql("INSERT INTO t VALUES (2)")
        connection.commit()
        assert [entry.own for entry in witness.account.standing] == [False, True]
        assert {entry.revision for entry in witness.account.standing} == {"r1"}


# -- who is the witness ---------------------------------------------------------------------------------------------


def test_only_while_it_watches_it_is_the_witness(url: str) -> None:
    assert current_witness() is None
    outer, inner = Witness(), Witness()
    with outer.watching():
        assert current_witness() is outer and outer.lineage() == [outer]
        with outer.watching():
            assert outer.lineage() == [outer]
        assert current_witness() is outer
        with inner.watching():
            assert current_witness() is inner and inner.lineage() == [inner, outer]
            with outer.watching(), inner.watching():
                assert inner.lineage() == [inner, outer] and outer.lineage() == [outer]
        assert inner.lineage() == [inner]
        assert current_witness() is outer
    assert current_witness() is None
    with sa.create_engine(url).connect() as connection:
        connection.exec_driver_sql(ROW)
    assert told(outer.account) == NOTHING


def test_a_thread_belongs_to_the_only_run_there_is() -> None:
    found: list[Any] = []

    def look() -> None:
        found.append(current_witness())

    def in_a_thread() -> None:
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()

    one, two = Witness(), Witness()
    with one.watching():
        in_a_thread()
        with two.watching():
            in_a_thread()
        in_a_thread()
    in_a_thread()
    assert found == [one, None, one, None]


# -- past SQLAlchemy ------------------------------------------------------------------------------------------------


def test_what_is_reached_past_sqlalchemy_works_as_ever_and_is_noted(url: str) -> None:
    with watched(url) as (connection, witness):
        pooled: Any = connection.connection
        assert witness.account.raw_uses == []
        assert pooled.total_changes == 0, "what is no function does nothing"
        assert witness.account.raw_uses == []
        assert pooled.execute("SELECT 5").fetchone() == (5,)
        pooled.cursor().close()
        assert pooled.driver_connection is pooled.dbapi_connection
        lines = {use.rpartition(":")[2] for use in witness.account.raw_uses}
        assert {use.rpartition(":")[0] for use in witness.account.raw_uses} == {__file__}
        assert len(lines) == len(witness.account.raw_uses) == 3
        for _ in range(3):
            pooled.cursor().close()
        assert len(witness.account.raw_uses) == 4, "a line is noted once"


@pytest.mark.parametrize("ending", ["commit", "rollback"])
def test_the_driver_s_own_commit_and_rollback_count(ending: str, url: str) -> None:
    with watched(url) as (connection, witness):
        connection.exec_driver_sql(ROW)
        pooled: Any = connection.connection
        getattr(pooled, ending)()
        committed = ending == "commit"
        assert told(witness.account) == {"standing": [ROW] if committed else [], "uncertain": []}
        with sa.create_engine(url).connect() as other:
            assert other.scalar(sa.text("SELECT count(*) FROM t")) == committed


@pytest.mark.parametrize("ending", ["commit", "rollback"])
def test_a_commit_that_was_taken_hold_of_works_when_nobody_watches_any_more(ending: str, url: str) -> None:
    pooled: Any = sa.create_engine(url, poolclass=NullPool).raw_connection()
    with Witness().watching():
        end = getattr(pooled, ending)
    pooled.execute(ROW)
    end()
    with sa.create_engine(url).connect() as other:
        assert other.scalar(sa.text("SELECT count(*) FROM t")) == (ending == "commit")
    pooled.close()


def test_each_run_that_a_run_is_inside_of_is_told_of_a_raw_cursor(url: str) -> None:
    outer = Witness()
    with outer.watching(), watched(url) as (connection, inner):
        pooled: Any = connection.connection
        pooled.cursor().close()
    assert len(outer.account.raw_uses) == len(inner.account.raw_uses) == 1
    pooled = sa.create_engine(url).raw_connection()
    pooled.cursor().close()
    pooled.close()
    assert len(outer.account.raw_uses) == 1, "afterwards nobody is"


def test_a_dialect_is_as_before_afterwards(url: str) -> None:
    engine = sa.create_engine(url)
    own = lambda pooled: sqlite3.Connection.commit(pooled.driver_connection)  # noqa: E731
    engine.dialect.do_commit = own  # type: ignore[method-assign]
    names = ("do_commit", "do_rollback", "do_commit_twophase", "do_rollback_twophase")
    before = {name: vars(engine.dialect).get(name) for name in names}
    witness = Witness()
    with witness.watching(), engine.connect() as connection:
        for _ in range(2):
            WATCH.follow(connection.dialect)
        assert all(name in vars(engine.dialect) for name in names)
        connection.exec_driver_sql(ROW)
        connection.commit()
    assert {name: vars(engine.dialect).get(name) for name in names} == before
    assert len(witness.account.standing) == 1


# -- what a session tells -------------------------------------------------------------------------------------------


def test_an_engine_s_mode_and_a_connection_s_tell_whether_each_statement_is_committed(url: str) -> None:
    for options, execution, expected in (
        ({}, {}, False),
        ({"isolation_level": "AUTOCOMMIT"}, {}, True),
        ({}, {"isolation_level": "AUTOCOMMIT"}, True),
        ({"isolation_level": "AUTOCOMMIT"}, {"isolation_level": "SERIALIZABLE"}, False),
    ):
        with sa.create_engine(url, **options).connect() as connection:
            one = connection.execution_options(**execution) if execution else connection
            assert is_autocommit(one, object()) is expected
    with sa.create_engine(url).connect() as connection:
        assert is_autocommit(connection, SimpleNamespace(autocommit=True)) is True


class Mysql:
    """A driver's connection that answers one row, or fails."""

    def __init__(self, answer: Any) -> None:
        self.answer, self.asked, self.closed = answer, "", 0

    def cursor(self) -> Any:
        return SimpleNamespace(execute=self._execute, fetchone=lambda: self.answer, close=self._close)

    def _execute(self, sql: str) -> None:
        self.asked = sql
        if isinstance(self.answer, Exception):
            raise self.answer

    def _close(self) -> None:
        self.closed += 1


@pytest.mark.parametrize(
    ("kind", "answer", "inside"),
    [
        (Kind.DDL, (1,), True),
        (Kind.DDL, ("0",), False),
        (Kind.UNKNOWN, (1,), True),
        (Kind.DDL, None, None),
        (Kind.DDL, RuntimeError(), None),
        (Kind.DATA, (1,), None),
        (None, (1,), None),
    ],
)
def test_mysql_is_asked_whether_it_is_in_a_transaction_where_ddl_was_refused(
    kind: Kind | None, answer: Any, inside: bool | None
) -> None:
    driver = Mysql(answer)
    for name in ("mysql", "mariadb"):
        connection = SimpleNamespace(dialect=SimpleNamespace(name=name))
        assert inside_after(connection, driver, SimpleNamespace(in_transaction=True), kind) is inside
    asked = kind in (Kind.DDL, Kind.UNKNOWN)
    assert (driver.asked, driver.closed) == (("SELECT @@in_transaction", 2) if asked else ("", 0))
    elsewhere = SimpleNamespace(dialect=SimpleNamespace(name="postgresql"))
    assert inside_after(elsewhere, driver, SimpleNamespace(in_transaction=True), kind) is True


@pytest.mark.parametrize(
    ("answer", "stay"),
    [
        (("Warning", 1196, "Some non-transactional changed tables couldn't be rolled back"), True),
        (("Note", 1051, ""), False),
        (None, False),
        (RuntimeError(), False),
    ],
)
def test_mysql_warns_of_rows_that_stay(answer: Any, stay: bool) -> None:
    assert says_that_rows_stay(Mysql(answer)) is stay


def test_a_change_is_heard_of_after_a_reflection_too(url: str) -> None:
    with watched(url) as (connection, witness):
        connection.execution_options(skip_user_error_events=True)
        with pytest.raises(sa.exc.DBAPIError):
            connection.exec_driver_sql("INSERT INTO nowhere VALUES (1)")
        assert witness.in_flight is None
        assert told(witness.account) == NOTHING


def test_a_connection_on_which_nobody_hears_of_errors_is_heard_again(url: str) -> None:
    """As SQLAlchemy leaves it after reflecting MySQL's tables."""
    with watched(url) as (connection, witness):
        connection.execution_options(skip_user_error_events=True)
        with suppress(sa.exc.DBAPIError):
            connection.exec_driver_sql("SELECT nothing FROM nowhere")
        with pytest.raises(sa.exc.DBAPIError):
            connection.exec_driver_sql("INSERT INTO nowhere VALUES (1)")
        connection.exec_driver_sql(ROW)
        connection.commit()
        assert told(witness.account) == {"standing": [ROW], "uncertain": []}
        assert connection.get_execution_options()["skip_user_error_events"] is False
        hear_errors_again(connection)
        assert witness.in_flight is None
