"""The witness: what has taken effect, seen at the cursor, on three databases and in each mode of committing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from headway.effects.sql_kind import Kind
from headway.runtime.account import Account, Fate, Sent, brief, shown
from headway.runtime.witness import Witness


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

        from headway.runtime import witness

        witness._forget_dialects()
        monkeypatch.setattr(type(connection.dialect), "do_commit", lose)
        witness.follow(connection.dialect)
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
    entries = [Sent(f"INSERT INTO t{number}\n  VALUES ('it''s', 5)", Kind.DATA, "r") for number in range(12)]
    assert shown(entries, most=2) == "1) INSERT INTO t0 VALUES ('…', 5); 2) INSERT INTO t1 VALUES ('…', 5); and 10 more"
    assert len(brief("SELECT " + "x" * 200)) == 90
