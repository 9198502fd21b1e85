"""The witness: what has taken effect, seen at the cursor, on three databases and in each mode of committing."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from fixtures.timing import seconds_of
from headway.effects.sql_kind import Kind
from headway.runtime.account import Account, Fate, Section, Sent, brief, shown
from headway.runtime.witness import WATCH, Witness


@contextmanager
def watched(url: str, **options: Any) -> Iterator[tuple[sa.Connection, Account]]:
    witness = Witness()
    engine = sa.create_engine(url, poolclass=NullPool, **options)
    with witness.watching(), engine.connect() as connection:
        witness.migrates_over(connection)
        witness.account.start("r1", None)
        yield connection, witness.account


def standing(account: Account) -> list[str]:
    return [entry.sql.split()[0] for entry in account.standing]


def forget(account: Account) -> None:
    account._open.clear()
    account._of_revision.clear()


def test_rows_wait_for_a_commit(database_url: str) -> None:
    with watched(database_url) as (connection, account):
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
        connection.commit()
        forget(account)
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")
        connection.exec_driver_sql("SELECT n FROM t")
        assert standing(account) == []
        connection.commit()
        assert standing(account) == ["INSERT"]
        connection.exec_driver_sql("INSERT INTO t VALUES (2)")
        connection.rollback()
        assert standing(account) == ["INSERT"]


def test_what_is_rolled_back_to_a_savepoint_is_gone(database_url: str) -> None:
    with watched(database_url) as (connection, account):
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
        connection.commit()
        forget(account)
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")
        with connection.begin_nested() as nested:
            connection.exec_driver_sql("DELETE FROM t")
            nested.rollback()
        with connection.begin_nested():
            connection.exec_driver_sql("UPDATE t SET n = 2")
        connection.commit()
        assert standing(account) == ["INSERT", "UPDATE"]


def test_in_autocommit_mode_everything_takes_effect_at_once(database_url: str) -> None:
    with watched(database_url, isolation_level="AUTOCOMMIT") as (connection, account):
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")
        assert standing(account) == ["CREATE", "INSERT"]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mariadb"])
def test_ddl_after_rows(kind: str, request: pytest.FixtureRequest) -> None:
    """MariaDB commits the rows with it; on the others both wait."""
    with watched(request.getfixturevalue(f"{kind}_url")) as (connection, account):
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
        connection.commit()
        forget(account)
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")
        connection.exec_driver_sql("CREATE TABLE u (n INTEGER)")
        connection.exec_driver_sql("INSERT INTO u VALUES (1)")
        assert standing(account) == (["INSERT", "CREATE"] if kind == "mariadb" else [])


MYSQL_DRIVERS = ["pymysql", "mysqldb"]


@pytest.mark.parametrize("driver", MYSQL_DRIVERS)
def test_a_change_that_fails_has_committed_what_came_before_it(mariadb_url: str, driver: str) -> None:
    """MariaDB commits before it looks whether the table is there already; not where it cannot read the statement."""
    url = mariadb_url.replace("+pymysql", f"+{driver}")
    with watched(url) as (connection, account):
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")
        forget(account)
        connection.exec_driver_sql("INSERT INTO t VALUES (2)")
        with pytest.raises(sa.exc.DBAPIError):
            connection.exec_driver_sql("CREATE TABEL u (n INTEGER)")
        assert standing(account) == []
        with pytest.raises(sa.exc.DBAPIError):
            connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
        connection.rollback()
        assert standing(account) == ["INSERT"]
        assert connection.scalar(sa.text("SELECT count(*) FROM t")) == 2


@pytest.mark.parametrize("driver", MYSQL_DRIVERS)
def test_a_temporary_table_commits_nothing(mariadb_url: str, driver: str) -> None:
    with watched(mariadb_url.replace("+pymysql", f"+{driver}")) as (connection, account):
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
        forget(account)
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")
        connection.exec_driver_sql("CREATE TEMPORARY TABLE u (n INTEGER)")
        connection.rollback()
        assert standing(account) == []
        assert connection.scalar(sa.text("SELECT count(*) FROM t")) == 0


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2"])
def test_a_commit_written_as_text_counts(postgresql_url: str, driver: str) -> None:
    with watched(postgresql_url.replace("+psycopg", f"+{driver}")) as (connection, account):
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")
        connection.rollback()
        # psycopg2 believes that its transaction goes on, and begins no other: the row is committed at once.
        stays = ["INSERT"] if driver == "psycopg2" else []
        assert standing(account) == ["CREATE", *stays]
        assert connection.scalar(sa.text("SELECT count(*) FROM t")) == len(stays)


def test_a_commit_in_the_middle_of_a_text_counts(postgresql_url: str) -> None:
    with watched(postgresql_url) as (connection, account):
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
        connection.exec_driver_sql("INSERT INTO t VALUES (1); COMMIT; BEGIN")
        connection.exec_driver_sql("INSERT INTO t VALUES (2)")
        connection.rollback()
        assert standing(account) == ["CREATE", "INSERT"]
        assert connection.scalar(sa.text("SELECT count(*) FROM t")) == 1


def test_the_commit_of_a_broken_transaction_is_a_rollback(postgresql_url: str) -> None:
    with watched(postgresql_url) as (connection, account):
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
        with pytest.raises(sa.exc.DBAPIError):
            connection.exec_driver_sql("SELECT * FROM nowhere")
        connection.commit()
        assert standing(account) == []
        assert not sa.inspect(connection).has_table("t")


def test_an_orm_session_and_a_connection_of_its_own_are_seen(database_url: str) -> None:
    with watched(database_url) as (connection, account):
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
        connection.commit()
        forget(account)
        with Session(connection) as session:
            session.execute(sa.text("INSERT INTO t VALUES (1)"))
            session.commit()
        other = sa.create_engine(database_url, poolclass=NullPool)
        with other.begin() as another:
            another.execute(sa.text("INSERT INTO t VALUES (2)"))
        assert shown(account.standing) == (
            "1) INSERT INTO t VALUES (1); 2) INSERT INTO t VALUES (2) (over a connection of its own)"
        )


def test_a_commit_that_the_driver_does_not_finish_is_in_doubt(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLAlchemy tells of a commit before the driver has done it; only its return counts."""
    with watched(database_url) as (connection, account):
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
        connection.commit()
        forget(account)
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")
        monkeypatch.setattr(type(connection.dialect), "is_disconnect", lambda *arguments: True)
        driver = connection.connection.dbapi_connection
        assert driver is not None

        class Broken(connection.dialect.loaded_dbapi.Error):  # type: ignore[misc,name-defined]
            pass

        def lose(dialect: Any, pooled: Any) -> None:
            raise Broken("server closed the connection unexpectedly")

        WATCH.forget_dialects()
        monkeypatch.setattr(type(connection.dialect), "do_commit", lose)
        WATCH.follow(connection.dialect)
        with pytest.raises(sa.exc.DBAPIError):
            connection.commit()
        assert standing(account) == []
        assert [entry.fate for entry in account.uncertain] == [Fate.UNKNOWN]


def test_a_raw_cursor_is_noted_with_its_place(database_url: str) -> None:
    with watched(database_url) as (connection, account):
        connection.exec_driver_sql("SELECT 1")
        assert account.raw_uses == []
        connection.connection.cursor().close()
        assert [use.rpartition(":")[0] for use in account.raw_uses] == [__file__]


def test_nothing_is_left_listening() -> None:
    from sqlalchemy.engine import Dialect, Engine
    from sqlalchemy.pool.base import _ConnectionFairy

    engine = sa.create_engine("sqlite://")
    before = (Dialect._has_events, Engine._has_events, _ConnectionFairy.cursor, vars(engine.dialect).get("do_commit"))
    witness = Witness()
    with witness.watching(), engine.connect() as connection:
        witness.migrates_over(connection)
        assert "do_commit" in vars(engine.dialect)
    after = (Dialect._has_events, Engine._has_events, _ConnectionFairy.cursor, vars(engine.dialect).get("do_commit"))
    assert before == after
    assert list(engine.dialect.dispatch.do_execute) == []


def test_statements_are_shown_in_brief() -> None:
    entries = [Sent(f"INSERT INTO t{number}\n  VALUES ('it''s', 5)", Kind.DATA, "r", Section()) for number in range(12)]
    assert shown(entries, most=2) == "1) INSERT INTO t0 VALUES ('…', 5); 2) INSERT INTO t1 VALUES ('…', 5); and 10 more"
    assert len(brief("SELECT " + "x" * 200)) == 90


# -- what once went unseen --------------------------------------------------------------------------------------


def test_threads_of_a_run_are_seen_and_take_no_flight_from_each_other(database_url: str) -> None:
    witness = Witness()
    engine = sa.create_engine(database_url, poolclass=NullPool)

    def beat() -> None:
        with sa.create_engine(database_url, poolclass=NullPool).begin() as other:
            other.exec_driver_sql("INSERT INTO t VALUES (1)")

    with witness.watching(), witness.watching(), engine.connect() as connection:
        witness.migrates_over(connection)
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
        connection.commit()
        forget(witness.account)
        with ThreadPoolExecutor(1) as pool:
            event.listen(connection, "before_cursor_execute", lambda *arguments: pool.submit(beat).result())
            connection.exec_driver_sql("SELECT 1")
        assert [entry.sql for entry in witness.account.standing] == ["INSERT INTO t VALUES (1)"]
        assert witness.account.uncertain == [] and witness.all_in_flight == []


@pytest.mark.parametrize("way", ["execute", "dbapi_connection", "driver_connection", "cursor"])
def test_every_way_past_sqlalchemy_is_noted(way: str, database_url: str) -> None:
    with watched(database_url) as (connection, account):
        connection.exec_driver_sql("SELECT 1")
        assert account.raw_uses == []
        if hasattr(connection.connection, way):
            if way == "cursor":
                connection.connection.cursor().close()
            assert len(account.raw_uses) == 1


def test_a_commit_of_the_driver_s_own_counts(database_url: str) -> None:
    with watched(database_url) as (connection, account):
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
        connection.commit()
        forget(account)
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")
        connection.connection.commit()
        connection.exec_driver_sql("INSERT INTO t VALUES (2)")
        connection.connection.rollback()
        connection.rollback()
        assert [entry.sql for entry in account.standing] == ["INSERT INTO t VALUES (1)"]
        assert connection.scalar(sa.text("SELECT count(*) FROM t")) == 1


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2"])
def test_an_error_of_the_driver_alone_breaks_no_transaction(postgresql_url: str, driver: str) -> None:
    with watched(postgresql_url.replace("+psycopg", f"+{driver}")) as (connection, account):
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
        with pytest.raises(sa.exc.DBAPIError):
            connection.execute(sa.text("SELECT :x"), {"x": object()})
        connection.commit()
        assert standing(account) == ["CREATE"]
        assert sa.inspect(connection).has_table("t")


def test_savepoints_are_told_apart_as_databases_do(postgresql_url: str) -> None:
    with watched(postgresql_url) as (connection, account):
        run = connection.exec_driver_sql
        run("CREATE TABLE t (n INTEGER)")
        connection.commit()
        forget(account)
        run("SAVEPOINT A")
        run("INSERT INTO t VALUES (1)")
        run("ROLLBACK TO a")
        run("SAVEPOINT x")
        run("INSERT INTO t VALUES (2)")
        run("SAVEPOINT x")
        run("INSERT INTO t VALUES (3)")
        run("RELEASE x")
        run("ROLLBACK TO x")
        run('SAVEPOINT "Q 1"')
        run("INSERT INTO t VALUES (4)")
        run('SAVEPOINT "Q 2"')
        run('ROLLBACK TO "Q 2"')
        connection.commit()
        assert [entry.sql for entry in account.standing] == ["INSERT INTO t VALUES (4)"]
        assert [row[0] for row in run("SELECT n FROM t")] == [4]


@pytest.mark.parametrize("driver", MYSQL_DRIVERS)
@pytest.mark.parametrize(
    ("then", "fate"),
    [
        ("START TRANSACTION", Fate.COMMITTED),
        ("LOCK TABLES t WRITE", Fate.COMMITTED),
        ("ALTER TABLE t ADD y VARCHAR(10) CHARACTER SET nope", None),
        ("CREATE TABLE t (n INTEGER)", Fate.COMMITTED),
        ("CALL does_ddl()", Fate.COMMITTED),
    ],
)
def test_what_mariadb_commits_at(mariadb_url: str, driver: str, then: str, fate: Fate | None) -> None:
    """Known, or said to be unknown; never the opposite of what is there."""
    with watched(mariadb_url.replace("+pymysql", f"+{driver}")) as (connection, account):
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
        connection.exec_driver_sql("CREATE PROCEDURE does_ddl() CREATE TABLE made (n INTEGER)")
        forget(account)
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")
        with suppress(sa.exc.DBAPIError):
            connection.exec_driver_sql(then)
        connection.rollback()
        with suppress(sa.exc.DBAPIError):
            connection.exec_driver_sql("UNLOCK TABLES")
        there = connection.scalar(sa.text("SELECT count(*) FROM t")) == 1
        assert there is (fate is Fate.COMMITTED)
        said = [entry.sql for entry in account.standing]
        unsure = [entry.sql for entry in account.uncertain]
        insert = "INSERT INTO t VALUES (1)"
        assert insert in unsure or (insert in said) is there


def test_a_table_without_transactions_keeps_its_rows(mariadb_url: str) -> None:
    with watched(mariadb_url) as (connection, account):
        connection.exec_driver_sql("CREATE TABLE m (n INTEGER) ENGINE=MyISAM")
        forget(account)
        connection.exec_driver_sql("INSERT INTO m VALUES (1)")
        connection.rollback()
        kept = [entry.sql for entry in (*account.standing, *account.uncertain)]
        assert kept == ["INSERT INTO m VALUES (1)"]


def test_a_query_that_calls_a_function_is_remembered(postgresql_url: str) -> None:
    with watched(postgresql_url, isolation_level="AUTOCOMMIT") as (connection, account):
        connection.exec_driver_sql("CREATE SEQUENCE s")
        connection.exec_driver_sql("SELECT setval('s', 500)")
        connection.exec_driver_sql("SELECT count(*) FROM pg_class")
        assert [entry.sql for entry in account.called] == ["SELECT setval('s', 500)"]


def test_a_run_inside_a_run_is_seen_by_both(sqlite_url: str) -> None:
    outer, inner = Witness(), Witness()
    engine = sa.create_engine(sqlite_url, poolclass=NullPool)
    with outer.watching(), inner.watching(), engine.begin() as connection:
        inner.migrates_over(connection)
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
    assert [standing(witness.account) for witness in (outer, inner)] == [["CREATE"], ["CREATE"]]


def test_each_of_several_databases_keeps_its_own_checks_before_a_commit(tmp_path: Path) -> None:
    """The commits of the last one alone were checked: a lock that the first had lost went unnoticed."""
    witness, called = Witness(), []
    engines = [sa.create_engine(f"sqlite:///{tmp_path / name}", poolclass=NullPool) for name in ("one", "two")]
    with witness.watching(), engines[0].connect() as one, engines[1].connect() as two:
        for name, connection in (("one", one), ("two", two)):
            connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
            connection.commit()
            witness.before_commit = [lambda name=name: called.append(name)]
            witness.migrates_over(connection)
            connection.exec_driver_sql("INSERT INTO t VALUES (1)")
        one.commit()
        assert called == ["one"]
        two.commit()
        assert called == ["one", "two"]
    assert witness._checks == {}


def test_savepoints_that_fail_cost_no_more_the_more_there_were() -> None:
    account = Account()
    section = account.sections[0]

    def work() -> None:
        for _ in range(40_000):
            good, bad = (Sent("INSERT INTO t VALUES (1)", Kind.DATA, "r", section) for _ in range(2))
            account.note(good)
            account.note(bad)
            account.settle([bad], Fate.UNDONE)

    assert seconds_of(work, attempts=1) < 10  # by walking through all of them each time it would be minutes
    assert len(account._open) == 40_000


def test_rows_are_not_kept_as_text(sqlite_url: str) -> None:
    with watched(sqlite_url) as (connection, account):
        connection.exec_driver_sql("CREATE TABLE t (n TEXT)")
        connection.exec_driver_sql(f"INSERT INTO t VALUES ('{'x' * 1_000_000}')")
        assert max(len(entry.sql) for entry in account._open.values()) < 1_000
