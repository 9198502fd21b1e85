"""A run that a signal ends, beside sessions of SQLite: what is stopped, and what is said of what may still be at work."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from headway.effects.sql_kind import Kind
from headway.runtime import cancelling
from headway.runtime.account import Sent
from headway.runtime.cancelling import RunCanceller, ended_by_a_signal
from headway.runtime.options import RunOptions
from headway.runtime.witness import InFlight
from headway.signals import Terminated, account, cancelled_by_signals, ended_by_signals


@pytest.fixture
def options() -> Any:
    """The options of a run that planned two revisions, and has done one."""
    made = RunOptions()
    witness = made.witness
    witness.account.open_section("sqlite:///a.db")
    witness.account.planned.extend(["r1", "r2"])
    witness.account.applied.append("r1")
    return made


ACCOUNT = "Applied: r1. Not run: r2. Run the same command again when it suits."


def terminate() -> None:
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(5)


def test_a_run_that_a_signal_ends_tells_what_is_applied(options: RunOptions) -> None:
    with ended_by_signals():
        assert account() is None
        with pytest.raises(Terminated) as error, ended_by_a_signal(options):
            terminate()
        assert (error.value.number, account()) == (signal.SIGTERM, ACCOUNT)
    assert account() is None
    assert options.witness.gates == []


def test_what_a_driver_raises_after_a_signal_is_the_signal_s_doing(options: RunOptions) -> None:
    with ended_by_signals(), pytest.raises(Terminated), ended_by_a_signal(options):
        try:
            terminate()
        except Terminated:
            raise sqlite3.OperationalError("interrupted") from None


EVERYTHING = "Everything was applied before that: r1, r2. Nothing is left to do."


def test_a_run_that_went_on_ends_when_it_is_through(options: RunOptions) -> None:
    with ended_by_signals():
        with pytest.raises(Terminated), ended_by_a_signal(options):
            try:
                terminate()
            except Terminated:
                options.witness.account.applied.append("r2")
        assert account() == EVERYTHING


def test_a_signal_that_comes_before_the_end_is_said_finds_the_account_too(options: RunOptions) -> None:
    with ended_by_signals():
        with ended_by_a_signal(options):
            options.witness.account.applied.append("r2")
        with pytest.raises(Terminated):
            terminate()
        assert account() == EVERYTHING


def test_so_does_one_that_comes_while_a_failure_is_explained(options: RunOptions) -> None:
    with ended_by_signals():
        with pytest.raises(ValueError, match="no"), ended_by_a_signal(options):
            raise ValueError("no")
        with pytest.raises(Terminated):
            terminate()
        assert account() == ACCOUNT


class Inner:
    """A run that another one begins."""

    def is_busy(self) -> bool:
        return False

    def cancel(self) -> None:
        pass

    def unconfirmed(self) -> str:
        return "?"

    def account(self) -> str:
        return "the inner one's"


def test_of_a_run_inside_another_the_outer_one_tells(options: RunOptions) -> None:
    with ended_by_signals():
        with pytest.raises(Terminated), ended_by_a_signal(options), cancelled_by_signals(Inner()):
            terminate()
        assert account() == ACCOUNT


def test_a_commit_that_is_not_answered_may_have_taken_effect(options: RunOptions) -> None:
    witness = options.witness
    canceller = RunCanceller(options)
    said = []
    with witness.watching():
        witness._migrating, witness._dialect = object(), SimpleNamespace(name="postgresql")
        ledger = witness._ledger(witness._migrating, witness._dialect)
        mark = Sent("", Kind.VERSION, "r2", witness.account.sections[-1], finishes=True)
        witness.account.note(mark)
        ledger.waiting.append(mark)
        witness.commits(witness._dialect, witness._migrating, lambda: said.append(canceller.unconfirmed()))
    assert said[0].startswith("The database did not answer a commit in time: it may have taken effect or still do")
    assert "Applied: r1. Not known: r2; the commit was sent and its answer was lost." in said[0]


def test_a_commit_that_was_refused_is_none(options: RunOptions) -> None:
    witness, outer = options.witness, RunOptions().witness
    dbapi, dialect = object(), SimpleNamespace(name="postgresql")
    with outer.watching(), witness.watching():
        for one in (witness, outer):
            one._ledger(dbapi, dialect).waiting.append(Sent("", Kind.DATA, "r2", options.account.sections[-1]))

        def refuse() -> None:
            raise ValueError("no")

        outer._checks[id(dbapi)] = [refuse]
        with pytest.raises(ValueError, match="no"):
            witness.commits(dialect, dbapi, lambda: None)
        assert not witness.gives_up() and not outer.gives_up()


def test_where_the_same_command_is_no_remedy_another_is_named(options: RunOptions) -> None:
    options.again = "Plan again."
    canceller = RunCanceller(options)
    assert canceller.account() == "Applied: r1. Not run: r2. Plan again."
    options.witness.account.applied.clear()
    assert canceller.account() == "Nothing was applied. Run the same command again when it suits."


def test_a_script_is_complete_when_the_run_was_through() -> None:
    options = RunOptions()
    options.witness.account.open_section(None)
    options.witness.account.planned.append("r1")
    with ended_by_signals():
        with ended_by_a_signal(options):
            assert account() == "The SQL script that was printed is incomplete and must not be used."
        assert account() == "The SQL script that was printed is complete."


def test_of_scratch_databases_nobody_needs_one(options: RunOptions) -> None:
    options.scratch = True
    with ended_by_signals():
        with pytest.raises(Terminated), ended_by_a_signal(options):
            terminate()
        assert account() == "Only scratch databases were changed."


def test_without_a_signal_errors_are_what_they_are(options: RunOptions) -> None:
    with ended_by_signals():
        with pytest.raises(ValueError, match="no"), ended_by_a_signal(options):
            assert len(options.witness.gates) == 1
            raise ValueError("no")
        with ended_by_a_signal(options):
            pass
    assert options.witness.gates == []


def test_nothing_more_is_sent_once_a_signal_has_come(options: RunOptions, tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'a.db'}", poolclass=NullPool)
    with (
        ended_by_signals(),
        pytest.raises(Terminated),
        options.witness.watching(),
        engine.connect() as connection,
        ended_by_a_signal(options),
    ):
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
        try:
            terminate()
        except Terminated:
            connection.exec_driver_sql("DROP TABLE t")
    with engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == ["t"]


class Way:
    """How the work of a database is stopped."""

    def __init__(self) -> None:
        self.cancelled: list[tuple[Any, Any]] = []
        self.numbers = iter(range(40, 50))

    def session_id(self, driver: Any) -> int:
        return next(self.numbers)

    def cancel(self, engine: Any, driver: Any, number: int | None) -> None:
        self.cancelled.append((driver, number))

    def how_to_look(self, number: int | None) -> str:
        return f"Look for {number}."


def session(name: str = "postgresql") -> Any:
    driver = object()
    pooled = SimpleNamespace(dbapi_connection=driver, driver_connection=driver)
    return SimpleNamespace(connection=pooled, dialect=SimpleNamespace(name=name), engine="engine")


def flying(options: RunOptions, connection: Any, sql: str) -> None:
    sent = Sent(sql, Kind.DDL, "r2", options.witness.account.sections[-1])
    driver = connection.connection.driver_connection
    options.witness._flights[id(connection)] = InFlight(connection, driver, sql, "r2", sent)


def test_each_statement_that_is_at_work_is_stopped_on_its_session(
    options: RunOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = Way()
    monkeypatch.setattr(cancelling, "_way_of", lambda connection: way if connection.dialect.name != "mssql" else None)
    canceller = RunCanceller(options)
    one, two, nobody = session(), session(), session("mssql")
    for connection in (one, two, nobody, one):
        crossing: Any = SimpleNamespace(connection=connection)
        canceller.gate(crossing)
    assert not canceller.is_busy()
    for connection in (one, two, nobody):
        flying(options, connection, "CREATE INDEX ix ON t (n)")
    assert canceller.is_busy()
    canceller.cancel()
    assert way.cancelled == [(one.connection.driver_connection, 40), (two.connection.driver_connection, 41)]
    one.connection = SimpleNamespace(dbapi_connection=object(), driver_connection=object())
    replaced: Any = SimpleNamespace(connection=one)
    canceller.gate(replaced)
    options.witness._flights.clear()
    flying(options, one, "SELECT 1")
    canceller.cancel()
    assert way.cancelled[-1] == (one.connection.driver_connection, 42), "a new session has another number"


def test_what_may_still_be_at_work_is_told_with_where_to_look(
    options: RunOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = Way()
    monkeypatch.setattr(cancelling, "_way_of", lambda connection: way if connection.dialect.name != "mssql" else None)
    canceller = RunCanceller(options)
    assert canceller.unconfirmed() == (f"It did not come to an end in time, so its connections were cut. {ACCOUNT}")
    one = session()
    flying(options, one, "ALTER ROLE x PASSWORD 'hunter2'")
    began = "The database did not confirm in time that it stopped: "
    assert canceller.unconfirmed().startswith(f"{began}the session of this run, which keeps the lock until it ends")
    crossing: Any = SimpleNamespace(connection=one)
    canceller.gate(crossing)
    said = canceller.unconfirmed()
    assert said.startswith(f"{began}session 40, which keeps the lock until it ends, may still be at: ALTER ROLE x")
    assert f" Look for 40. {ACCOUNT}" in said
    assert "hunter2" not in said
    options.witness._flights.clear()
    flying(options, session("mssql"), "SELECT 1")
    assert f"SELECT 1. Look at the server's list of sessions. {ACCOUNT}" in canceller.unconfirmed()


@pytest.mark.parametrize(
    ("dialect", "module"),
    [
        ("postgresql", "headway.dialects.postgresql.cancel"),
        ("mysql", "headway.dialects.mysql.cancel"),
        ("mariadb", "headway.dialects.mysql.cancel"),
        ("sqlite", "headway.dialects.sqlite.cancel"),
        ("mssql", None),
    ],
)
def test_each_database_has_a_way_of_its_own(dialect: str, module: str | None) -> None:
    way = cancelling._way_of(session(dialect))
    assert getattr(way, "__name__", None) == module
