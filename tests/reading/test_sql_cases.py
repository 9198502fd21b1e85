"""Each statement of the bank has exactly the effects that stand beside it, and is real SQL of its database."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from reading.sql_cases import CASES, Case, cases, rewritten

BANKS = ("postgresql", "sqlite", "mariadb", "mssql", "oracle", "unread")


def test_the_banks_are_those_on_disk() -> None:
    assert {path.stem for path in CASES.glob("*.sql")} == set(BANKS)


@pytest.mark.parametrize("case", [case for bank in BANKS for case in cases(bank)], ids=str)
def test_a_statement_has_its_effects(case: Case) -> None:
    if os.environ.get("HEADWAY_UPDATE_GOLDEN") == "1":
        (CASES / f"{case.bank}.sql").write_text(rewritten(case.bank))
    assert case.read(case.bank) == case.effects


@pytest.mark.parametrize("case", cases("mariadb"), ids=str)
def test_mysql_reads_what_mariadb_reads(case: Case) -> None:
    assert case.read("mysql") == case.effects


@pytest.mark.parametrize("case", cases("unread"), ids=str)
def test_what_is_not_understood_is_said(case: Case) -> None:
    """Of each of these a part is not understood by any database's reader, or nothing is."""
    said = [effect for effect in case.effects if effect.startswith("RunsSql") and "understood" not in effect]
    assert said or "-- understood" in case.sql


def test_postgresql_accepts_its_bank(postgresql_url: str) -> None:
    _accepts(postgresql_url, "postgresql")


def test_mariadb_accepts_its_bank(mariadb_url: str) -> None:
    _accepts(mariadb_url, "mariadb")


def _accepts(url: str, bank: str) -> None:
    engine = sa.create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    raw = engine.raw_connection()
    refused = []
    try:
        for case in cases(bank):
            if case.runs:
                refused += _refusals(raw.cursor(), case, transaction=bank == "postgresql" and not case.alone)
    finally:
        raw.close()
        engine.dispose()
    assert refused == [], "\n".join(refused)


def _refusals(cursor, case: Case, *, transaction: bool) -> Iterator[str]:  # type: ignore[no-untyped-def]
    statements = case.sql.split("; ") if case.sql.startswith("SET @sql") else [case.sql]
    try:
        if transaction:
            cursor.execute("BEGIN")
            if "SAVEPOINT" in case.sql:
                cursor.execute("SAVEPOINT a")
        for statement in statements:
            cursor.execute(statement)
            if cursor.description:
                cursor.fetchall()
        cursor.execute("COMMIT")
    except Exception as error:
        cursor.execute("ROLLBACK")
        yield f"{case}: {error}"


def test_sqlite_accepts_its_bank() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for case in cases("sqlite"):
        if case.runs:
            connection.executescript(case.sql) if ";" in case.sql else connection.execute(case.sql).fetchall()
    connection.close()
