"""What a statement's text names: the tables that it reads or changes, its functions, its literals. ``plan`` asks the
database again only what no recorded change concerns, so that a table which is left out is a wrong plan."""

from __future__ import annotations

import pytest

from headway.effects.sql_text import changed_tables, functions, plain, read_tables, split_literals, string_values

NOT_TOLD = None


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("SELECT 1", ""),
        ("select version()", ""),
        ("SELECT a FROM t", "t"),
        ("SELECT a FROM _t", "_t"),
        ('SELECT a FROM "S"."Odd"', "odd"),
        ("SELECT a FROM `S`.`Odd`", "odd"),
        ("SELECT a FROM [S].[Odd]", "odd"),
        ("SELECT a FROM db.s.t", "t"),
        ("SELECT a FROM s.t, u", "t u"),
        ("SELECT a FROM t, s.u", "t u"),
        ("SELECT a FROM t AS x, u AS y, v", "t u v"),
        ("SELECT a FROM t x JOIN u y ON x.a = y.a LEFT JOIN s.v ON true", "t u v"),
        ("SELECT a FROM t NATURAL JOIN u", "t u"),
        ("SELECT a FROM t UNION SELECT a FROM u", "t u"),
        ("SELECT a FROM t WHERE EXISTS (SELECT 1 FROM u, v) AND a IN (1, b)", "t u v"),
        ("SELECT a, (SELECT b FROM u), c FROM t", "t u"),
        ("SELECT coalesce(a, b), c FROM t", "t"),
        ("SELECT a FROM t WHERE a IN (b, c)", "t"),
        ("SELECT a FROM t GROUP BY b, c HAVING f(b, c)", "t"),
        ("SELECT a FROM t ORDER BY b, c", "t"),
        ("SELECT a FROM t LIMIT 1, 2", "t"),
        ("SELECT a FROM t WINDOW w AS (ORDER BY b, c), v AS (ORDER BY d)", "t"),
        ("SELECT a FROM t, u FOR UPDATE OF t, u", "t u"),
        ("SELECT a FROM t -- , u\n", "t"),
        ("SELECT a FROM t JOIN u ON t.a = u.a, v", "t u v"),
        ("SELECT a FROM t JOIN u ON f(t.a, u.a), v WHERE a IN (b, c)", "t u v"),
        ("SELECT a FROM t JOIN u USING (a, b), v", "t u v"),
        ("SELECT a FROM t AS x (b, c), u", "t u"),
        ("SELECT a FROM t WITH (NOLOCK), u", "t u"),
        ("SELECT a FROM t USE INDEX (i), u", "t u"),
        ("SELECT a FROM t WHERE EXISTS (SELECT 1 FROM u WHERE b) ORDER BY c, d", "t u"),
        ("SELECT a) FROM t", "t"),
        ("SELECT 'a FROM u' FROM t", "t"),
        ("SELECT a FROM", NOT_TOLD),
        ("SELECT a FROM t,", NOT_TOLD),
        ("SELECT a FROM t, 'u'", NOT_TOLD),
        ("SELECT a FROM (SELECT 1) x", NOT_TOLD),
        ("SELECT a FROM ONLY t", NOT_TOLD),
        ("SELECT a FROM t, LATERAL (SELECT 1 FROM u) x", NOT_TOLD),
        ("SELECT a FROM unnest(b) x", NOT_TOLD),
        ("SELECT substring(a FROM 2) FROM t", NOT_TOLD),
        ("WITH x AS (SELECT 1) SELECT * FROM x", NOT_TOLD),
        ("(SELECT a FROM t)", NOT_TOLD),
        ("SHOW TABLES", NOT_TOLD),
        ("", NOT_TOLD),
    ],
)
def test_the_tables_that_a_query_reads(sql: str, tables: str | None) -> None:
    assert read_tables(sql) == (None if tables is None else set(tables.split()))


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("INSERT INTO t VALUES (1)", "t"),
        ("INSERT INTO t SELECT a, b FROM u", "t"),
        ('insert into "S"."Odd" (a, b) VALUES (1, 2)', "odd"),
        ("INSERT INTO db.s.t (a) VALUES (1)", "t"),
        ("INSERT OR REPLACE INTO t VALUES (1)", "t"),
        ("INSERT OR IGNORE INTO t VALUES (1)", "t"),
        ("INSERT IGNORE t VALUES (1)", "t"),
        ("UPDATE t SET a = 1", "t"),
        ("UPDATE t SET a = 1, b = 2", "t"),
        ("UPDATE t x SET a = 1, b = 2", "t"),
        ("UPDATE ONLY t SET a = 1, b = 2", "t"),
        ("UPDATE s.t SET a = 1", "t"),
        ("UPDATE t SET a = u.a FROM u WHERE t.b = u.b", "t"),
        ("UPDATE s.t SET a = 1, b = 2", "t"),
        ("UPDATE t, u SET t.a = u.a", NOT_TOLD),
        ("UPDATE t, u", NOT_TOLD),
        ("UPDATE t x, u y SET x.a = y.a", NOT_TOLD),
        ("UPDATE t JOIN u ON t.a = u.a SET u.b = 1", NOT_TOLD),
        ("UPDATE t SET a = u.a FROM u JOIN v ON true", "t"),
        ("UPDATE OR FAIL t SET a = 1", "t"),
        ("UPDATE LOW_PRIORITY IGNORE t SET a = 1", "t"),
        ("INSERT OR ABORT INTO t VALUES (1)", "t"),
        ("INSERT OR ROLLBACK INTO t VALUES (1)", "t"),
        ("INSERT HIGH_PRIORITY INTO t VALUES (1)", "t"),
        ("DELETE x FROM t AS x JOIN u ON x.a = u.a", NOT_TOLD),
        ("DELETE LOW_PRIORITY FROM t", NOT_TOLD),
        ("DELETE FROM t", "t"),
        ("DELETE FROM s.t WHERE a = 1", "t"),
        ("DELETE FROM t WHERE a IN (1, 2)", "t"),
        ("DELETE FROM t x WHERE a IN (1, 2)", "t"),
        ("DELETE FROM t USING u WHERE t.a = u.a", "t"),
        ("DELETE t, u FROM t JOIN u ON t.a = u.a", NOT_TOLD),
        ("DELETE FROM t, u USING t JOIN u ON t.a = u.a", NOT_TOLD),
        ("CREATE TABLE t (a int, b int)", "t"),
        ("CREATE TABLE IF NOT EXISTS s.t (a int)", "t"),
        ("CREATE TABLE t AS SELECT 1", NOT_TOLD),
        ("CREATE TABLE t AS EXECUTE p", NOT_TOLD),
        ("CREATE INDEX i ON t (a)", "t"),
        ("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY s.t (a, b)", "t"),
        ("CREATE UNIQUE INDEX", NOT_TOLD),
        ("CREATE VIEW v AS TABLE t", NOT_TOLD),
        ("CREATE TRIGGER g AFTER INSERT ON t EXECUTE FUNCTION f()", NOT_TOLD),
        ("ALTER TABLE t ADD COLUMN a int, ADD b int", "t"),
        ("ALTER TABLE IF EXISTS ONLY s.t ADD a int", "t"),
        ("ALTER TABLE t ADD b int GENERATED ALWAYS AS (a)", "t"),
        ("ALTER TABLE t RENAME TO u", "t u"),
        ("ALTER TABLE s.t RENAME AS u", "t u"),
        ("ALTER TABLE t RENAME CONSTRAINT a TO b", "t b"),
        ("ALTER TABLE t RENAME u", "t u"),
        ("ALTER TABLE t RENAME TO db.u", "t u"),
        ("ALTER TABLE t EXCHANGE PARTITION p WITH TABLE u", NOT_TOLD),
        ("ALTER TABLE t SWITCH TO u", NOT_TOLD),
        ("ALTER TABLE t ATTACH PARTITION u DEFAULT", NOT_TOLD),
        ("ALTER TABLE", NOT_TOLD),
        ("ALTER INDEX i RENAME TO j", NOT_TOLD),
        ("DROP TABLE t", "t"),
        ("DROP TABLE IF EXISTS s.t", "t"),
        ("DROP TABLE t RESTRICT", "t"),
        ("DROP TABLE t, u", NOT_TOLD),
        ("DROP TABLE t CASCADE", NOT_TOLD),
        ("DROP TABLE 1", NOT_TOLD),
        ("DROP INDEX i", NOT_TOLD),
        ("TRUNCATE t", NOT_TOLD),
        ("WITH x AS (SELECT 1) DELETE FROM t", NOT_TOLD),
        ("MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE", NOT_TOLD),
        ("", NOT_TOLD),
    ],
)
def test_the_tables_that_a_change_concerns(sql: str, tables: str | None) -> None:
    assert changed_tables(sql) == (None if tables is None else set(tables.split()))


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("SELECT 1", ""),
        ("f(1)", "f"),
        ("s.f(1)", "s.f"),
        ("SELECT F (1), s.G(2), (3)", "f s.g"),
        ('SELECT "S"."Odd"(1)', "s.odd"),
        ("SELECT db.s.f(1)", "s.f"),
        ("SELECT a.b, f(c.d(1))", "f c.d"),
        ("SELECT a = (1), 'f'(2)", ""),
    ],
)
def test_what_looks_like_a_call(sql: str, names: str) -> None:
    assert functions(sql) == set(names.split())


@pytest.mark.parametrize(
    ("sql", "shape", "literals"),
    [
        ("SELECT a1 FROM t", "SELECT a1 FROM t", ()),
        ("a = 'B' AND c = 12.5e-3", "a = ? AND c = ?", ("'B'", "12.5e-3")),
        ("'it''s' /* 'c' */ || E'\\'' -- 'd'", "? | | ?", ("'it''s'", "E'\\''")),
        ("$$a 1$$, $t$ b $$ c $t$", "? , ?", ("$$a 1$$", "$t$ b $$ c $t$")),
        ("$1 + t.a[2]", "$ ? + t . a [ ? ]", ("1", "2")),
    ],
)
def test_a_statement_without_its_literals(sql: str, shape: str, literals: tuple[str, ...]) -> None:
    assert split_literals(sql) == (shape, literals)


@pytest.mark.parametrize(
    ("sql", "values"),
    [
        ("SELECT 1 FROM t", set()),
        ("PRAGMA table_info('T')", {"t"}),
        ("a = 'b' OR a IN ('c', 'D d')", {"b", "c", "d d"}),
        ("a = E'x'", {"x"}),
        ("PRAGMA table_info('employee')", {"employee"}),
        ("a IN ('''q''', '', e'Ee')", {"'q'", "", "ee"}),
        ("a = $$x$$ OR a = $t$Y$t$", {"x", "y"}),
    ],
)
def test_what_the_literals_say(sql: str, values: set[str]) -> None:
    assert string_values(sql) == values


def test_a_name_without_its_quotes() -> None:
    assert [plain(name) for name in ("T", '"T"', "`T`", "[T]")] == ["t"] * 4
