"""Which statements have taken effect, noted while they run, on three databases and in each mode of committing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from headway.runtime.statements import StatementLog, brief


@contextmanager
def watched(url: str, **options: Any) -> Iterator[tuple[sa.Connection, StatementLog]]:
    log = StatementLog()
    engine = sa.create_engine(url, poolclass=NullPool, **options)
    with engine.connect() as connection:
        commits_ddl = engine.dialect.name in ("mysql", "mariadb")
        with log.watching(connection, commits_ddl=commits_ddl):
            yield connection, log


def first_words(log: StatementLog) -> list[str]:
    return [sql.split()[0] for sql in log.in_effect]


def test_rows_wait_for_a_commit(database_url: str) -> None:
    with watched(database_url) as (connection, log):
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
        connection.commit()
        log.clear()
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")
        connection.exec_driver_sql("SELECT n FROM t")
        assert first_words(log) == []
        connection.commit()
        assert first_words(log) == ["INSERT"]
        connection.exec_driver_sql("INSERT INTO t VALUES (2)")
        connection.rollback()
        assert first_words(log) == ["INSERT"]


def test_what_is_rolled_back_to_a_savepoint_is_gone(database_url: str) -> None:
    with watched(database_url) as (connection, log):
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
        connection.commit()
        log.clear()
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")
        with connection.begin_nested() as nested:
            connection.exec_driver_sql("DELETE FROM t")
            nested.rollback()
        with connection.begin_nested():
            connection.exec_driver_sql("UPDATE t SET n = 2")
        connection.commit()
        assert first_words(log) == ["INSERT", "UPDATE"]


def test_in_autocommit_mode_everything_takes_effect_at_once(database_url: str) -> None:
    with watched(database_url, isolation_level="AUTOCOMMIT") as (connection, log):
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")
        assert first_words(log) == ["CREATE", "INSERT"]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mariadb"])
def test_ddl_after_rows(kind: str, request: pytest.FixtureRequest) -> None:
    """MariaDB commits the rows with it; on the others both wait."""
    with watched(request.getfixturevalue(f"{kind}_url")) as (connection, log):
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
        connection.commit()
        log.clear()
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")
        connection.exec_driver_sql("CREATE TABLE u (n INTEGER)")
        connection.exec_driver_sql("INSERT INTO u VALUES (1)")
        assert first_words(log) == (["INSERT", "CREATE"] if kind == "mariadb" else [])


def test_statements_are_shown_in_brief() -> None:
    log = StatementLog()
    log.in_effect = [f"INSERT INTO t{number}\n  VALUES ('it''s', 5)" for number in range(12)]
    shown = log.shown(most=2)
    assert shown == "1) INSERT INTO t0 VALUES ('…', 5); 2) INSERT INTO t1 VALUES ('…', 5); and 10 more"
    assert len(brief("SELECT " + "x" * 200)) == 90
