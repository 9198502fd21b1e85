"""Reads, changes, settings and transaction control are told apart by the text alone; what is unknown is no read."""

from __future__ import annotations

import pytest

from fixtures.timing import seconds_of
from headway.effects.sql_kind import Kind, first_words, kind_of, split_statements, statements_in
from headway.effects.sql_text import changed_tables, tokens

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
    "INSERT/* as fast as it goes */INTO t VALUES (1)": Kind.DATA,
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
    "PRAGMA foreign_keys(OFF)": Kind.SETTING,
    "PRAGMA journal_mode(WAL)": Kind.DDL,
    "PRAGMA user_version = 5": Kind.DDL,
    "PRAGMA user_version": Kind.READ,
    "SET STATEMENT max_statement_time=100 FOR CREATE TABLE z (a INT)": Kind.DDL,
    "SET STATEMENT max_statement_time=100 FOR SELECT 1": Kind.READ,
    "SET STATEMENT a=1 FOR SET STATEMENT b=1 FOR SELECT 1": Kind.UNKNOWN,
    "SET STATEMENT a=1 FOR " * 5_000: Kind.UNKNOWN,
    "SET GLOBAL max_connections = 5": Kind.DDL,
    "SET @@global.max_connections = 5": Kind.DDL,
    "WITH s AS (SELECT d #- '{a}' v FROM src) INSERT INTO dst SELECT v FROM s": Kind.DATA,
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


def test_mysql_has_backslashes_in_strings_and_another_comment() -> None:
    assert kind_of(r"INSERT INTO t VALUES ('it\'s; commit; rollback; x')", mysql=True) is Kind.DATA
    assert kind_of("SELECT 1 # ; DROP TABLE t", mysql=True) is Kind.READ


def test_without_a_word_about_mysql_a_text_is_read_as_the_others_do() -> None:
    """There a # is an operator, and a backslash in a string is one."""
    assert first_words("values # 1\n5") == ("VALUES", "#", "1")
    assert [one.split()[0] for one in statements_in(r"SELECT '\'; DROP TABLE t --'")] == ["SELECT", "DROP"]
    assert [line for line, _ in split_statements("SELECT '\\';\nDROP TABLE t --'")] == [1, 2]


def test_long_texts_are_not_kept() -> None:
    from headway.effects import sql_kind

    sql_kind._remembered_kind.cache_clear()
    assert kind_of("INSERT INTO t VALUES ('" + "x" * 10_000 + "')") is Kind.DATA
    assert sql_kind._remembered_kind.cache_info().currsize == 0


def test_first_words_are_found_past_comments_and_parentheses() -> None:
    assert first_words("/* a */ -- b\n ( create unique  index concurrently x") == ("CREATE", "UNIQUE", "INDEX")


def test_a_long_text_takes_no_longer_than_its_length() -> None:
    assert kind_of("SELECT '" + "x" * 200_000 + "'" + " -- " * 50_000) is Kind.READ


FLOODS = {
    "tags": "SELECT " + " ".join(f"$t{n}$" for n in range(50_000)),
    "brackets": "SELECT " + "[a " * 100_000,
    "escaped": "SELECT '" + "\\'" * 200_000,
}


@pytest.mark.parametrize("mysql", [False, True])
@pytest.mark.parametrize("flood", FLOODS)
def test_quotes_that_nothing_closes_take_no_longer_than_their_length(flood: str, mysql: bool) -> None:
    assert kind_of(FLOODS[flood], mysql=mysql) is Kind.UNKNOWN
    work = (lambda: kind_of(FLOODS[flood], mysql=mysql), lambda: tokens(FLOODS[flood]))
    assert sum(seconds_of(one, enough=1) for one in work) < 4


@pytest.mark.parametrize(
    "sql", ["SELECT 'a; DROP TABLE t", 'SELECT "a; DROP TABLE t', "SELECT [a; DROP TABLE t", "SELECT $a$ DROP"]
)
def test_what_an_unclosed_quote_hides_is_no_read(sql: str) -> None:
    assert kind_of(sql) is Kind.UNKNOWN


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("CREATE INDEX ix ON t (a)", {"t"}),
        ("CREATE UNIQUE INDEX ix ON ONLY s.t USING btree (a)", {"t"}),
        ("CREATE TABLE IF NOT EXISTS t (a int)", {"t"}),
        ("CREATE TABLE t AS SELECT 1", None),
        ("DROP INDEX ix", None),
    ],
)
def test_the_tables_that_a_statement_changes(sql: str, tables: set[str] | None) -> None:
    found = changed_tables(sql)
    assert (None if found is None else {name.rpartition(".")[2] for name in found}) == tables
