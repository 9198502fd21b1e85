"""What of a statement's text a plan lets through, and what it tells of the tables that it is about."""

from __future__ import annotations

import pytest

from headway.effects.harmless import Passage, passage_of, why_no_read
from headway.effects.sql_text import changed_tables, read_tables, split_literals
from headway.plan.recorded import shown_sql

ANSWERED = """
SELECT 1
select count(*), max(id) FROM a WHERE id IN (1, 2) GROUP BY b HAVING count(*) > 1
WITH x(a) AS (SELECT 1) SELECT * FROM x
(SELECT 1) UNION (SELECT 2)
SELECT pg_catalog.format_type(a.atttypid, a.atttypmod) FROM pg_catalog.pg_attribute a
SELECT coalesce(lower(name), 'x') FROM a -- FOR UPDATE
SHOW CREATE TABLE `x`
SHOW server_version
SELECT "update" FROM a
SELECT share FROM a
SELECT substring(b FOR 2) FROM a
WITH f (b) AS (SELECT 1) SELECT b FROM f
WITH RECURSIVE f (b) AS (SELECT 1) SELECT b FROM f
PRAGMA main.table_info("x")
PRAGMA foreign_keys
EXPLAIN SELECT * FROM a
SELECT share, "update" FROM a
SELECT substring(name FROM 1 FOR 3) FROM a
WITH RECURSIVE f(n) AS (SELECT 1), x AS (SELECT 2) SELECT n FROM f WHERE n IN (1)
  pragma index_list(a)
SELECT 1;
"""
SENT = """
SET ROLE bob
SET search_path TO a, b
SET LOCAL statement_timeout = '5s'
SET SESSION lock_timeout = 5
SET NAMES utf8mb4
SET @x = 1
USE shop
PRAGMA foreign_keys = ON
SAVEPOINT a
RELEASE SAVEPOINT a
ROLLBACK TO SAVEPOINT a
RESET search_path
"""
HELD = """
SELECT b FROM a FOR SHARE
SELECT b FROM a FOR NO KEY UPDATE
SELECT b, f (b) FROM a
SET SESSION lock_timeout = f(5)
UPDATE a SET b = 1
WITH x AS (DELETE FROM a RETURNING id) SELECT * FROM x
WITH f AS (SELECT 1) SELECT f(1)
SELECT "", get_lock('x',1)
SELECT '\\', pg_try_advisory_lock(2) --'
SELECT "\\"", get_lock('x3',1), "\\""
SELECT 1 /*!, get_lock('x',10) */
SELECT 5--get_lock('x1',1)
SELECT 1 /* /* */ ' */ , pg_try_advisory_lock(1) /* ' */
SELECT ARRAY[pg_try_advisory_lock(3)]
SELECT id FROM b LOCK IN SHARE MODE
SELECT 'a
RESET MASTER
RESET SLAVE ALL
SET @n = (SELECT COUNT(*) FROM b)
PRAGMA/**/optimize
/* c */ PRAGMA wal_checkpoint
PRAGMA "wal_checkpoint"
SELECT * FROM pragma_optimize(0x10002)
WITH f (b) AS (SELECT 1) SELECT f(b) FROM f
WITH RECURSIVE "f" (b) AS (SELECT 1) SELECT F (b) FROM f
SELECT * FROM a FOR UPDATE
SELECT * FROM a FOR SHARE
SELECT a INTO b FROM c
SELECT nextval('x')
SELECT setval('x', 4)
SELECT set_config('default_transaction_read_only', 'off', false)
SELECT pg_advisory_lock(1)
SELECT GET_LOCK('x', 1)
SELECT pg_terminate_backend(1)
SELECT lo_import('/etc/passwd')
SELECT f(1)
SELECT public.count(1)
SELECT "count"(1), app."now"()
EXPLAIN ANALYZE DELETE FROM a
SELECT 1; DROP TABLE a
SELECT 1 # 2; DROP TABLE a
SELECT ';'; SET default_transaction_read_only = off
COMMIT
ROLLBACK
BEGIN READ WRITE
START TRANSACTION READ WRITE
SET TRANSACTION READ WRITE
SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE
SET default_transaction_read_only = off
SET default_transaction_read_only TO DEFAULT
SET @@session.tx_read_only = 0
SET @a = 1, transaction_read_only = 0
SET GLOBAL max_connections = 1
SET PERSIST max_connections = 1
SET PASSWORD = 'x'
SET STATEMENT max_statement_time = 1 FOR UPDATE a SET b = 1
SET @x = f(1)
SET autocommit = 1
RESET ALL
DISCARD ALL
PRAGMA journal_mode = WAL
PRAGMA user_version = 3
PRAGMA query_only = OFF
PRAGMA wal_checkpoint
PRAGMA optimize
ATTACH 'x' AS y
VACUUM
CALL f()
DO $$ BEGIN END $$
COPY a TO PROGRAM 'x'
CREATE TABLE a (id INTEGER)
/*!50000 DROP TABLE a */
something else
"""


def lines(text: str) -> list[str]:
    return text.strip().splitlines()


@pytest.mark.parametrize("sql", lines(ANSWERED))
def test_answered(sql: str) -> None:
    assert passage_of(sql) is Passage.ANSWERED, why_no_read(sql)


@pytest.mark.parametrize("sql", lines(SENT))
def test_sent(sql: str) -> None:
    assert passage_of(sql) is Passage.SENT


@pytest.mark.parametrize("sql", lines(HELD))
def test_held(sql: str) -> None:
    assert passage_of(sql) is Passage.HELD


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ('CREATE TABLE IF NOT EXISTS "Shop"."Bar" (id INTEGER)', {"bar"}),
        ("CREATE TABLE a AS SELECT * FROM b", None),
        ("CREATE UNIQUE INDEX CONCURRENTLY i ON ONLY t (a)", {"t"}),
        ("CREATE VIEW v AS SELECT 1", None),
        ("CREATE TRIGGER t AFTER DELETE ON a EXECUTE FUNCTION f()", None),
        ("ALTER TABLE ONLY a ADD COLUMN b INTEGER", {"a"}),
        ("ALTER TABLE a RENAME TO b", {"a", "b"}),
        ("ALTER TYPE a ADD VALUE 'b'", None),
        ("DROP TABLE a", {"a"}),
        ("DROP TABLE a, b", None),
        ("DROP TABLE a CASCADE", None),
        ("DROP INDEX a", None),
        ("INSERT INTO s.a (c) SELECT c FROM b", {"a"}),
        ("INSERT IGNORE INTO a VALUES (1)", {"a"}),
        ("UPDATE ONLY a SET b = 1", {"a"}),
        ("UPDATE a, b SET a.x = b.x", None),
        ("DELETE FROM a WHERE x = 'b'", {"a"}),
        ("DELETE a, b FROM a JOIN b", None),
        ("TRUNCATE a", None),
        ("GRANT SELECT ON a TO b", None),
        ("", None),
    ],
)
def test_the_tables_of_a_change(sql: str, tables: set[str] | None) -> None:
    assert changed_tables(sql) == tables


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("SELECT 1", set()),
        ("SELECT a.id FROM a, s.b WHERE a.id = b.id", {"a", "b"}),
        ('SELECT id FROM "A" JOIN `b` ON (x = y) LEFT JOIN c ON 1 = 1', {"a", "b", "c"}),
        ("SELECT id FROM a WHERE x IN (SELECT y FROM b, c)", {"a", "b", "c"}),
        ("SELECT id FROM a AS x, b AS y", {"a", "b"}),
        ("SELECT x FROM (SELECT y FROM z) q", None),
        ("SELECT 1 FROM a, LATERAL f(x)", None),
        ("WITH q AS (SELECT 1) SELECT * FROM q", None),
        ("SHOW TABLES", None),
        ("SELECT a FROM", None),
        ("SELECT a FROM b,", None),
        ("SELECT a FROM s.b.c x JOIN d ON x.y = d.y WHERE e, f", {"c", "d"}),
    ],
)
def test_the_tables_of_a_read(sql: str, tables: set[str] | None) -> None:
    assert read_tables(sql) == tables


def test_literals_are_told_from_names() -> None:
    shape, literals = split_literals("INSERT INTO a1 VALUES ('x''y', 12, -1.5e3, E'a\\'b', $t$it's$t$) -- 'no'")
    assert literals == ("'x''y'", "12", "1.5e3", "E'a\\'b'", "$t$it's$t$")
    assert shape == "INSERT INTO a1 VALUES ( ? , ? , - ? , ? , ? )"
    assert split_literals('SELECT "x1"')[1] == ()


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE ROLE a LOGIN PASSWORD 'hunter2'",
        "ALTER USER a WITH ENCRYPTED PASSWORD E'hunter2'",
        "ALTER ROLE a PASSWORD $$hunter2$$",
        "CREATE USER a IDENTIFIED BY 'hunter2' REQUIRE SSL",
        "CREATE USER a IDENTIFIED WITH caching_sha2_password BY 'hunter2'",
        "SET PASSWORD FOR 'a'@'%' = 'hunter2'",
        "SET PASSWORD = PASSWORD('hunter2')",
        "CREATE SUBSCRIPTION s CONNECTION 'host=x password=hunter2'",
        "CREATE SUBSCRIPTION s CONNECTION 'postgresql://u:hunter2@x/y'",
    ],
)
def test_passwords_in_statements_are_hidden(sql: str) -> None:
    assert "hunter2" not in shown_sql(sql)
    assert shown_sql("UPDATE a SET word = 'hunter2'") == "UPDATE a SET word = 'hunter2'"
