"""Reads, changes, settings and transaction control are told apart by the text alone; what is unknown is no read."""

from __future__ import annotations

import pytest

from headway.effects.sql_kind import Kind, first_words, kind_of

CASES = {
    "SELECT 1": Kind.READ,
    "  -- a note\n(SELECT 1) UNION (SELECT 2)": Kind.READ,
    "/* why */ select * from t for update": Kind.READ,
    "SELECT * FROM t FOR NO KEY UPDATE": Kind.READ,
    "SELECT 'INSERT INTO t'": Kind.READ,
    'SELECT "update" FROM t': Kind.READ,
    "SELECT * INTO copy FROM t": Kind.DATA,
    "WITH x AS (SELECT 1) SELECT * FROM x": Kind.READ,
    "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x": Kind.DATA,
    "EXPLAIN SELECT 1": Kind.READ,
    "EXPLAIN ANALYZE DELETE FROM t": Kind.DATA,
    "INSERT INTO t VALUES (1)": Kind.DATA,
    "replace into t values (1)": Kind.DATA,
    "CREATE TABLE t (a INT)": Kind.DDL,
    "/*!40101 DROP TABLE t */": Kind.DDL,
    "/*M!100100 DROP TABLE t */": Kind.DDL,
    "REINDEX INDEX i": Kind.DDL,
    "SET ROLE app": Kind.SETTING,
    "USE shop": Kind.SETTING,
    "SET TRANSACTION READ WRITE": Kind.TRANSACTION,
    "COMMIT": Kind.TRANSACTION,
    "commit; begin": Kind.TRANSACTION,
    "START TRANSACTION": Kind.TRANSACTION,
    "ROLLBACK TO SAVEPOINT a": Kind.TRANSACTION,
    "PREPARE TRANSACTION 'x'": Kind.TRANSACTION,
    "PREPARE x AS SELECT 1": Kind.UNKNOWN,
    "PRAGMA foreign_keys": Kind.READ,
    'PRAGMA table_info("t")': Kind.READ,
    "PRAGMA main.table_xinfo('t')": Kind.READ,
    "PRAGMA foreign_keys=OFF": Kind.SETTING,
    "PRAGMA journal_mode(WAL)": Kind.SETTING,
    "DO $$ BEGIN DROP TABLE t; END $$": Kind.UNKNOWN,
    "CALL p()": Kind.UNKNOWN,
    "SELECT 1; DROP TABLE t": Kind.UNKNOWN,
    "SELECT 1; SELECT ';'": Kind.READ,
    "SELECT 1;  -- done; really": Kind.READ,
    "SELECT $a$; DROP TABLE t$a$": Kind.READ,
    "LOCK TABLE t": Kind.UNKNOWN,
    "": Kind.UNKNOWN,
    "-- nothing": Kind.UNKNOWN,
}


@pytest.mark.parametrize("sql", CASES)
def test_a_statement_is_of_its_kind(sql: str) -> None:
    assert kind_of(sql) is CASES[sql]


def test_first_words_are_found_past_comments_and_parentheses() -> None:
    assert first_words("/* a */ -- b\n ( create unique  index concurrently x") == ("CREATE", "UNIQUE", "INDEX")


def test_a_long_text_takes_no_longer_than_its_length() -> None:
    assert kind_of("SELECT '" + "x" * 200_000 + "'" + " -- " * 50_000) is Kind.READ
