"""Places, holes, databases and the budget of reading raw SQL; what single statements do is in the bank beside it."""

from __future__ import annotations

import random

import pytest

from fixtures.timing import seconds_of
from headway.effects import model as fx
from headway.reading.sql.read import read_sql

DATABASES = ("postgresql", "mysql", "mariadb", "sqlite", "mssql", "oracle")


def source(text: str, **holes: str | None) -> fx.SqlSource:
    """A text whose places are told as ``line`` = start and ``end_line`` = end."""
    meanings = {name: fx.UNKNOWN if value is None else fx.Computed(value) for name, value in holes.items()}
    return fx.SqlSource(text, fx.Span("x.py", 1), meanings, lambda start, end: fx.Span("x.py", start, 1, end))


def read(text: str, *databases: str, **holes: str | None) -> list[fx.Effect]:
    return list(read_sql(source(text, **holes), frozenset(databases) or None))


def places(text: str, *databases: str) -> list[str]:
    """The part of the text that each effect is said to stand at."""
    return [text[effect.span.line : effect.span.end_line] for effect in read(text, *databases)]


# -- places -------------------------------------------------------------------------------------------------------


def test_each_statement_has_its_own_place() -> None:
    text = "\n  UPDATE a SET b = 1; -- c;\n\n  DROP TABLE /* ; */ d ;\n"
    assert places(text) == ["UPDATE a SET b = 1", "DROP TABLE /* ; */ d"]


def test_a_sequence_that_is_altered_by_no_word_is_unread() -> None:
    (effect,) = read_sql(fx.SqlSource("ALTER SEQUENCE s1 5", fx.Span("x.py", 1)), frozenset({"postgresql"}))
    assert isinstance(effect, fx.RunsSql) and not effect.understood


def test_a_database_without_a_name_is_the_one_that_is_used() -> None:
    (effect,) = read_sql(fx.SqlSource("ALTER DATABASE CHARACTER SET utf8mb4", fx.Span("x.py", 1)), frozenset({"mysql"}))
    assert isinstance(effect, fx.AltersObject) and (effect.name, effect.action) == (None, "CHARACTER SET")


def test_a_package_ends_where_it_says() -> None:
    sql = "CREATE PACKAGE BODY p AS PROCEDURE a IS BEGIN NULL; END; END p;\n/\nDROP TABLE t"
    effects = read_sql(fx.SqlSource(sql, fx.Span("x.py", 1)), frozenset({"oracle"}))
    assert [type(effect) for effect in effects][-1] is fx.DropsTable
    assert len(effects) == 2


def test_a_statement_within_a_block_has_its_place() -> None:
    text = "DO $$ BEGIN\n  UPDATE a SET b = 1;\n  FROBNICATE;\n  IF x THEN\n    DROP TABLE d;\n  END IF;\nEND $$"
    assert places(text) == ["UPDATE a SET b = 1", "FROBNICATE", "DROP TABLE d"]


def test_a_statement_in_a_quoted_body_has_the_place_of_its_literal() -> None:
    assert places("DO 'BEGIN DROP TABLE d; END'") == ["'BEGIN DROP TABLE d; END'"]


def test_a_statement_of_a_batch_without_semicolons_has_a_place() -> None:
    text = "DROP TABLE a\nGO\nDROP TABLE b"
    assert places(text, "mssql") == ["DROP TABLE a", "DROP TABLE b"]


# -- names --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("database", "written", "table", "schema"),
    [
        ("postgresql", 'Shop."Orders"', "Orders", "shop"),
        ("postgresql", "Orders", "orders", None),
        ("postgresql", '"a""b"', 'a"b', None),
        ("mysql", "`Shop`.Orders", "Orders", "Shop"),
        ("sqlite", "[Odd Name]", "Odd Name", None),
        ("mssql", "db.dbo.[a]]b]", "a]b", "dbo"),
        ("mssql", "db..t", "t", "db"),
        ("oracle", 'shop."orders"', "orders", "SHOP"),
        ("oracle", "orders", "ORDERS", None),
    ],
)
def test_names_are_as_the_database_compares_them(database: str, written: str, table: str, schema: str | None) -> None:
    (effect,) = read(f"DROP TABLE {written}", database)
    assert isinstance(effect, fx.DropsTable)
    assert (effect.table, effect.schema) == (table, schema)


def test_a_name_that_is_a_hole_is_what_the_hole_is() -> None:
    (effect,) = read('DROP TABLE "hw_hole_0_".hw_hole_1_', hw_hole_0_="schema()", hw_hole_1_=None)
    assert isinstance(effect, fx.DropsTable)
    assert (effect.schema, effect.table) == (fx.Computed("schema()"), fx.UNKNOWN)


def test_a_name_with_a_hole_is_computed_and_keeps_the_rest() -> None:
    (effect,) = read("DROP TABLE Old_hw_hole_0__x", hw_hole_0_="name")
    assert isinstance(effect, fx.DropsTable)
    assert effect.table == fx.Computed("Old_{name}_x")


def test_the_same_hole_is_the_same_name() -> None:
    first, second = read("DROP INDEX hw_hole_0_; DROP INDEX hw_hole_1_", hw_hole_0_="ix", hw_hole_1_="ix")
    assert isinstance(first, fx.DropsIndex) and isinstance(second, fx.DropsIndex)
    assert first.name == second.name


@pytest.mark.parametrize("sql", ["hw_hole_0_", "ALTER TABLE t hw_hole_0_", "hw_hole_0_ TABLE t", "DROP hw_hole_0_ t"])
def test_a_hole_that_may_be_anything_is_unread(sql: str) -> None:
    assert any(isinstance(effect, fx.RunsSql) and not effect.understood for effect in read(sql, hw_hole_0_="x"))


@pytest.mark.parametrize(
    ("sql", "filtered"),
    [
        ("DELETE FROM t hw_hole_0_", fx.UNKNOWN),
        ("UPDATE t SET a = 1 hw_hole_0_", fx.UNKNOWN),
        ("UPDATE t SET a = hw_hole_0_", False),
        ("DELETE FROM t WHERE hw_hole_0_", True),
        ("DELETE FROM t WHERE a = hw_hole_0_", True),
    ],
)
def test_a_hole_may_be_a_where(sql: str, filtered: object) -> None:
    (effect,) = read(sql, hw_hole_0_="x")
    assert isinstance(effect, fx.ChangesData)
    assert effect.filtered is filtered


@pytest.mark.parametrize(
    ("database", "sql", "limited"),
    [
        ("postgresql", "DELETE FROM orders", False),
        ("postgresql", "DELETE FROM ONLY orders AS o", False),
        ("postgresql", "DELETE FROM orders USING users", fx.UNKNOWN),
        ("postgresql", "UPDATE orders SET mail = (SELECT mail FROM users u WHERE u.id = user_id LIMIT 1)", False),
        ("postgresql", "UPDATE orders SET mail = u.mail FROM users u", fx.UNKNOWN),
        ("postgresql", "UPDATE orders SET partition = 1, top = 2", False),
        ("postgresql", "WITH old AS (SELECT id FROM users LIMIT 5) DELETE FROM orders", False),
        ("mysql", "DELETE FROM orders LIMIT 1000", True),
        ("mysql", "DELETE FROM orders ORDER BY id LIMIT 1000", True),
        ("mysql", "DELETE FROM orders PARTITION (p0)", True),
        ("mysql", "DELETE o FROM orders o JOIN users u ON u.id = o.user_id", fx.UNKNOWN),
        ("mysql", "DELETE o FROM orders o", False),
        ("mysql", "DELETE FROM o USING orders o INNER JOIN users u ON u.id = o.user_id", fx.UNKNOWN),
        ("mysql", "UPDATE orders o JOIN users u ON u.id = o.user_id SET o.mail = u.mail", fx.UNKNOWN),
        ("mysql", "UPDATE orders, users SET orders.mail = users.mail", fx.UNKNOWN),
        ("mysql", "UPDATE orders SET mail = '' LIMIT 1000", True),
        ("mysql", "UPDATE orders SET `limit` = 5", False),
        ("sqlite", "DELETE FROM orders LIMIT 5", True),
        ("mssql", "DELETE TOP (10) FROM orders", True),
        ("mssql", "DELETE TOP (10) PERCENT FROM orders", fx.UNKNOWN),
        ("mssql", "UPDATE TOP (10) orders SET mail = ''", True),
        ("mssql", "UPDATE o SET mail = '' FROM orders o", False),
        ("mssql", "UPDATE o SET mail = u.mail FROM orders o JOIN users u ON u.id = o.user_id", fx.UNKNOWN),
        ("mssql", "DELETE o FROM orders o JOIN users u ON u.id = o.user_id", fx.UNKNOWN),
        (
            "mssql",
            "WITH twice AS (SELECT *, ROW_NUMBER() OVER (PARTITION BY mail ORDER BY id) n FROM orders) DELETE FROM twice",
            True,
        ),
        ("mssql", "TRUNCATE TABLE orders WITH (PARTITIONS (2))", True),
        ("mssql", "TRUNCATE TABLE orders", False),
        ("oracle", "DELETE FROM orders PARTITION (p0)", True),
        ("oracle", "DELETE orders", False),
    ],
)
def test_what_beside_where_leaves_rows_out(database: str, sql: str, limited: object) -> None:
    (effect,) = (one for one in read(sql, database) if isinstance(one, fx.ChangesData))
    assert str(effect.table).lower() == "orders"
    assert effect.filtered is False
    assert effect.limited is limited


# -- databases ----------------------------------------------------------------------------------------------------


def test_what_databases_read_alike_is_said_once() -> None:
    (effect,) = read("ALTER TABLE t ADD COLUMN a INTEGER", "postgresql", "mysql", "sqlite")
    assert effect.databases is None


def test_what_databases_read_differently_is_said_for_each() -> None:
    first, second = read("DROP TABLE Orders", "postgresql", "mysql")
    assert isinstance(first, fx.DropsTable) and isinstance(second, fx.DropsTable)
    assert (first.table, first.databases) == ("orders", frozenset({"postgresql"}))
    assert (second.table, second.databases) == ("Orders", frozenset({"mysql"}))


def test_effects_of_each_database_keep_their_order() -> None:
    text = "DROP TABLE a; DROP TABLE B; DROP TABLE c; DROP TABLE D; DROP TABLE e"
    effects = read(text, "postgresql", "mysql", "mariadb")
    for database in ("postgresql", "mysql", "mariadb"):
        seen = tuple(e for e in effects if e.databases is None or database in e.databases)
        assert [e.table for e in seen] == [e.table for e in read(text, database)]  # type: ignore[attr-defined]
    assert [e.table for e in effects if e.databases is None] == ["a", "e"]  # type: ignore[attr-defined]


def test_a_comment_of_one_database_that_is_a_statement_of_another_is_not_lost() -> None:
    """What MySQL takes for a comment, and what it does not, counts where the SQL can run on both."""
    effects = read("SELECT 1 /*! ; DROP TABLE t */", "postgresql", "mysql")
    assert any(isinstance(effect, fx.DropsTable) for effect in effects)


def test_a_string_that_ends_earlier_on_another_database_is_not_lost() -> None:
    effects = read(r"UPDATE t SET a = 'x\'; DROP TABLE t; --' WHERE b", "postgresql", "mysql")
    assert any(isinstance(effect, fx.DropsTable) for effect in effects)


def test_a_database_that_cannot_read_the_text_leaves_it_to_the_one_that_can() -> None:
    (effect,) = read("PRAGMA foreign_keys=ON", "postgresql", "sqlite")
    assert isinstance(effect, fx.SetsSetting)


@pytest.mark.parametrize("name", ["cockroachdb", "redshift", "unheard_of"])
def test_other_databases_are_read_as_what_they_are_like(name: str) -> None:
    (effect,) = read("ALTER TYPE mood ADD VALUE 'x'", name)
    assert isinstance(effect, fx.AddsEnumLabel)


@pytest.mark.parametrize("database", DATABASES)
@pytest.mark.parametrize("sql", ["", " ;\n;", "-- note", "/* note */ ;", "\n"])
def test_nothing_does_nothing(database: str, sql: str) -> None:
    assert read(sql, database) == []


# -- the budget ---------------------------------------------------------------------------------------------------

MEGABYTE = 1_000_000
FLOODS = {
    "tags": "SELECT " + " ".join(f"$t{n}$" for n in range(100_000)),
    "brackets": "[" * MEGABYTE,
    "brackets apart": "SELECT " + "[a " * (MEGABYTE // 3),
    "parentheses": "SELECT " + "(" * MEGABYTE,
    "closed parentheses": "SELECT " + "(" * (MEGABYTE // 2) + ")" * (MEGABYTE // 2),
    "nested calls": "SELECT " + "f(" * (MEGABYTE // 3) + ")" * (MEGABYTE // 3),
    "nested queries": "SELECT * FROM " + "(SELECT * FROM " * 50_000 + "t" + ")" * 50_000,
    "nested WITH": "WITH a AS (" * 50_000 + "SELECT 1" + ")" * 50_000,
    "nested changes": "WITH a AS (" * 20_000 + "DELETE FROM t" + ") DELETE FROM u" * 20_000,
    "quotes": "SELECT '" + "''" * (MEGABYTE // 2),
    "escaped": "SELECT '" + "\\'" * (MEGABYTE // 2),
    "double quotes": 'SELECT "' + '""' * (MEGABYTE // 2),
    "q quotes": "SELECT " + "q'[" * (MEGABYTE // 3),
    "comments": "SELECT 1 " + "/*" * (MEGABYTE // 2),
    "executable": "SELECT 1 " + "/*!" * (MEGABYTE // 3),
    "dashes": "--\n" * (MEGABYTE // 3),
    "semicolons": ";" * MEGABYTE,
    "statements": "DROP TABLE t;" * (MEGABYTE // 13),
    "a long name": "DROP TABLE " + "x" * MEGABYTE,
    "underscores": "_" * MEGABYTE,
    "dots": "DROP TABLE a" + ".a" * (MEGABYTE // 2),
    "actions": "ALTER TABLE t " + ", ".join(["ADD COLUMN a int"] * (MEGABYTE // 18)),
    "columns": "CREATE TABLE t (" + ", ".join(["a int DEFAULT 1"] * (MEGABYTE // 17)) + ")",
    "values": "INSERT INTO t (a) VALUES " + ", ".join(["(1, 'x')"] * (MEGABYTE // 10)),
    "sums": "UPDATE t SET a = " + "1 + " * (MEGABYTE // 4) + "1",
    "defaults": "ALTER TABLE t ADD a int DEFAULT " + "- " * (MEGABYTE // 2) + "1",
    "cases": "ALTER TABLE t ADD a int DEFAULT " + "CASE WHEN " * (MEGABYTE // 10),
    "blocks": "DO $$ BEGIN " + "IF a THEN " * (MEGABYTE // 10) + " END $$",
    "blocks in blocks": "".join(f"DO $t{n}$ BEGIN " for n in range(5_000))
    + "".join(f" END $t{n}$" for n in range(4_999, -1, -1)),
    "literals in literals": "DO " + "'" * 4096 + "DROP TABLE t" + "'" * 4096,
    "loops": "DO $$ BEGIN " + "FOR x IN SELECT 1 LOOP " * 20_000 + " END $$",
    "explains": "EXPLAIN ANALYZE " * (MEGABYTE // 16) + "DELETE FROM t",
    "prepares": "PREPARE a AS " * (MEGABYTE // 13) + "DELETE FROM t",
    "statement settings": "SET STATEMENT a=1 FOR " * (MEGABYTE // 22) + "DROP TABLE t",
    "functions": "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT f() $$;" * 5_000 + "SELECT f()",
    "doubling functions": "".join(
        f"CREATE FUNCTION f{n + 1}() RETURNS int LANGUAGE sql AS $$ SELECT f{n}() + f{n}(); SELECT f{n}(); SELECT f{n}() $$;"
        for n in range(100)
    )
    + "SELECT f100()",
    "variables": "SET @a = CONCAT('x', 'y');" * 1000 + "PREPARE s FROM @a",
    "control": "\x00\x01\ufeff" * 1000,
    "batches": "IF 1=1 BEGIN " * (MEGABYTE // 13),
    "tables without semicolons": "CREATE TABLE t (a int) " * 10_000,
    "indexes without semicolons": "CREATE INDEX i ON t (a) WHERE a > 0 " * 6_000,
    "changes in changes": "INSERT a SELECT 1 FROM " + "(DELETE FROM b FROM " * 12_000 + ")" * 12_000,
    "unread without semicolons": "ALTER TABLE t FROB " * 18_000,
    "GO": "GO\n" * (MEGABYTE // 3),
    "slashes": "BEGIN NULL; END;\n/\n" * 20_000,
    "holes": "DROP TABLE " + "hw_hole_0_" * 100_000,
}


@pytest.mark.part(6)
@pytest.mark.parametrize("database", ["postgresql", "mssql", None])  # None: all of them, one after another
@pytest.mark.parametrize("flood", FLOODS)
def test_a_megabyte_of_anything_is_answered_in_seconds(flood: str, database: str | None) -> None:
    source, databases = fx.SqlSource(FLOODS[flood], fx.Span("x.py", 1)), frozenset({database}) if database else None
    bound = 30 if database is None else 8
    assert seconds_of(lambda: read_sql(source, databases), enough=bound) < bound


_TEXT = (
    "CREATE ALTER DROP TABLE COLUMN INDEX ADD CONSTRAINT FOREIGN KEY REFERENCES PRIMARY UNIQUE CHECK DEFAULT NOT NULL SELECT "
    "FROM WHERE UPDATE SET DELETE INSERT INTO VALUES WITH AS BEGIN END IF THEN ELSE DO DECLARE EXECUTE CASE WHEN LOOP FOR IN "
    "FUNCTION TRIGGER ON TYPE ENUM VALUE RENAME TO USING CONCURRENTLY EXISTS ( ) [ ] , ; . = ' \" ` $$ $a$ -- /* */ /*! q'[ "
    "# :x @a 1 'x' \"n\" a b hw_hole_0_ int varchar(5) :: || GO / EXEC sp_rename SHOW PRAGMA LOCK COMMIT SCHEMA CASCADE"
)
WORDS = _TEXT.split()


@pytest.mark.parametrize("seed", range(40))
def test_no_order_of_words_raises(seed: int) -> None:
    chosen = random.Random(seed)
    for _ in range(300):
        text = chosen.choice([" ", "\n"]).join(chosen.choices(WORDS, k=chosen.randrange(1, 25)))
        for database in DATABASES:
            assert isinstance(read_sql(source(text, hw_hole_0_="x"), frozenset({database})), tuple), text


def test_a_statement_cut_anywhere_raises_nothing() -> None:
    text = (
        "CREATE TABLE IF NOT EXISTS a.t (id int CONSTRAINT p PRIMARY KEY, b varchar(5)[] DEFAULT 'x'::text CHECK (b > 1), "
        "FOREIGN KEY (b) REFERENCES u (c) ON DELETE SET NULL) ; DO $$ BEGIN EXECUTE format('DROP TABLE %I', x); END $$"
    )
    for end in range(len(text)):
        for database in DATABASES:
            assert isinstance(read_sql(source(text[:end]), frozenset({database})), tuple)


def test_a_setting_without_a_name_is_unread() -> None:
    (effect,) = read("SET", "postgresql")
    assert isinstance(effect, fx.RunsSql) and not effect.understood


@pytest.mark.parametrize("count", [100, 101])
def test_a_function_that_does_much_is_one_statement_where_it_is_called(count: int) -> None:
    body = "; ".join(f"DELETE FROM t{number}" for number in range(count))
    _, *called = read(f"CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ {body} $$; SELECT f()", "postgresql")
    called = [effect for effect in called if not isinstance(effect, fx.Reads)]
    assert all(effect.raw for effect in called)
    if count > 100:
        (effect,) = called
        assert isinstance(effect, fx.RunsSql) and effect.text == "f()"
    else:
        assert [type(effect) for effect in called] == [fx.ChangesData] * count


@pytest.mark.parametrize("words", ["", "TABLE ", "TEMP ", "TEMPORARY TABLE ", "UNLOGGED ", "UNLOGGED TABLE "])
def test_a_query_that_makes_a_table_names_it(words: str) -> None:
    made = [
        effect for effect in read(f"SELECT a INTO {words}t FROM b", "postgresql") if isinstance(effect, fx.CreatesTable)
    ]
    assert [effect.table for effect in made] == ["t"]


@pytest.mark.parametrize("end", ["", " WITH DATA", " WITH NO DATA"])
def test_a_view_that_is_made_anew(end: str) -> None:
    (effect,) = read(f"REFRESH MATERIALIZED VIEW CONCURRENTLY mv{end}", "postgresql")
    assert isinstance(effect, fx.AltersObject) and (effect.name, effect.action) == ("mv", "REFRESH CONCURRENTLY")


@pytest.mark.parametrize(
    ("database", "within"), [("mysql", "EXECUTE IMMEDIATE '{}'"), ("postgresql", "DO 'BEGIN {}; END'")]
)
@pytest.mark.parametrize(("levels", "is_read"), [(1, True), (6, True), (7, False)])
def test_texts_within_texts_are_read_to_a_depth(database: str, within: str, levels: int, is_read: bool) -> None:
    sql = "DROP TABLE t"
    for _ in range(levels):
        sql = within.format(sql.replace("'", "''"))
    (effect,) = read(sql, database)
    assert isinstance(effect, fx.DropsTable) is is_read
    assert is_read or (isinstance(effect, fx.RunsSql) and not effect.understood)


def test_statements_in_the_parentheses_of_a_rule_are_its_own() -> None:
    found = read("CREATE RULE r AS ON DELETE TO t DO (DELETE FROM a; DELETE FROM b); DROP TABLE u", "postgresql")
    assert [type(effect) for effect in found][-1] is fx.DropsTable
    assert not any(isinstance(effect, fx.ChangesData) for effect in found)
    assert len(found) == 2


@pytest.mark.parametrize(
    ("sql", "database", "expected"),
    [
        ("CREATE SCHEMA AUTHORIZATION joe", "postgresql", ("CreatesObject", "joe")),
        ("CREATE SCHEMA s", "postgresql", ("CreatesObject", "s")),
        ("DROP CAST (int AS text)", "postgresql", ("DropsObject", None)),
        ("DROP OPERATOR === (int, int)", "postgresql", ("DropsObject", None)),
        ("DROP OPERATOR CLASS c USING btree", "postgresql", ("DropsObject", "c")),
        ("DROP OPERATOR FAMILY f USING btree", "postgresql", ("DropsObject", "f")),
    ],
)
def test_objects_that_few_have(sql: str, database: str, expected: tuple[str, str | None]) -> None:
    (effect,) = read(sql, database)
    assert (type(effect).__name__, getattr(effect, "name", "")) == expected


@pytest.mark.parametrize("database", ["mysql", "sqlite"])
@pytest.mark.parametrize("value", ["1", "CASE WHEN 1 THEN 2 END", "CASE b WHEN 1 THEN (SELECT 2) END"])
def test_what_follows_a_trigger_is_none_of_its_body(database: str, value: str) -> None:
    each = " FOR EACH ROW" if database == "mysql" else ""
    sql = f"CREATE TRIGGER g AFTER INSERT ON t{each} BEGIN UPDATE a SET b = {value}; DELETE FROM c; END; DROP TABLE u"
    trigger, dropped = read(sql, database)
    assert isinstance(trigger, fx.CreatesObject) and trigger.table == "t"
    assert isinstance(dropped, fx.DropsTable) and dropped.table == "u"


@pytest.mark.parametrize(
    ("written", "default"),
    [
        ("'a'\n  'b'", "'a'\n  'b'"),
        ("'a' 'b' 'c'", "'a' 'b' 'c'"),
        ("'a'::text", "'a'::text"),
        ("1 + - 2", "1 + - 2"),
        ("a AT TIME ZONE 'utc'", "a AT TIME ZONE 'utc'"),
    ],
)
def test_a_default_ends_where_the_next_clause_begins(written: str, default: str) -> None:
    (made,) = read(f"CREATE TABLE t (a text DEFAULT {written} NOT NULL, b int)", "postgresql")
    assert isinstance(made, fx.CreatesTable)
    first, second = made.columns
    assert (first.default, first.nullable, second.name) == (default, False, "b")


@pytest.mark.parametrize(
    "conditions",
    [
        "SQLEXCEPTION",
        "NOT FOUND",
        "SQLSTATE '23000'",
        "SQLSTATE VALUE '23000', SQLWARNING",
        "1062",
        "no_such_table, NOT FOUND, 1051",
    ],
)
@pytest.mark.parametrize("action", ["EXIT", "CONTINUE", "UNDO"])
def test_what_a_handler_of_mysql_does_is_done_where_it_is_called(conditions: str, action: str) -> None:
    declared = f"DECLARE {action} HANDLER FOR {conditions}"
    for body, expected in (
        (f"{declared} DROP TABLE t;", [fx.DropsTable]),
        (f"DECLARE n INT; {declared} BEGIN DELETE FROM a; DROP TABLE t; END;", [fx.ChangesData, fx.DropsTable]),
        (f"{declared} SET @n = 1; DROP TABLE t;", [fx.DropsTable]),
    ):
        found = read(f"CREATE PROCEDURE p() BEGIN {body} UPDATE b SET x = 1; END; CALL p()", "mysql")
        assert [type(one) for one in found[1:] if not isinstance(one, fx.SetsSetting)] == [*expected, fx.ChangesData]


@pytest.mark.parametrize("name", ["handler", "n, handler", "exit_handler"])
def test_a_variable_that_is_declared_is_no_handler(name: str) -> None:
    found = read(f"CREATE PROCEDURE p() BEGIN DECLARE {name} INT DEFAULT f(); END; CALL p()", "mysql")
    assert [type(one) for one in found[1:]] == [fx.RunsSql]


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("EXEC('DROP TABLE a DROP TABLE b')", "a b"),
        ("EXEC sp_executesql N'SET NOCOUNT ON DELETE FROM b'", "b"),
        ("EXEC('BEGIN TRAN DROP TABLE b COMMIT')", "b"),
        ("EXEC('INSERT INTO a (x) VALUES (1) DELETE FROM b')", "a b"),
        ("EXEC('DECLARE @x int DROP TABLE b')", "b"),
        ("EXEC('DROP TABLE IF EXISTS a DROP TABLE b')", "a b"),
        ("WITH q AS (SELECT 1 i) SELECT i FROM q\nDELETE FROM b", "b"),
        ("WITH q AS (SELECT 1 i) INSERT INTO a SELECT i FROM q\nUPDATE b SET x = 1", "a b"),
        ("WITH q AS (SELECT 1 i) UPDATE q SET i = 2\nDELETE FROM b", "q b"),
        ("WITH q AS (SELECT 1 i) DELETE FROM q INSERT INTO b SELECT 1", "q b"),
        ("ALTER DATABASE d SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE DROP TABLE b", "b"),
    ],
)
def test_all_of_a_batch_is_told(sql: str, tables: str) -> None:
    found = read(sql, "mssql")
    assert [one.table for one in found if isinstance(one, fx.DropsTable | fx.ChangesData)] == tables.split()
    assert not any(one.conditional for one in found)
    assert not any(isinstance(one, fx.EndsTransaction) for one in found if "ALTER" in sql)


def test_what_is_conditional_in_a_text_of_t_sql_is_unread() -> None:
    (found,) = read("EXEC('IF 1=1 DROP TABLE b')", "mssql")
    assert isinstance(found, fx.RunsSql)
    assert [one.conditional for one in read("IF 1=1 EXEC('DROP TABLE a DROP TABLE b')", "mssql")] == [True, True]


@pytest.mark.parametrize(
    "what", ["TRIGGER t DISABLE", "PROCEDURE p COMPILE", "FUNCTION f COMPILE", "PACKAGE k COMPILE"]
)
def test_oracles_alter_has_no_body(what: str) -> None:
    found = read(f"ALTER {what};\nUPDATE c SET x = 1;\nALTER TRIGGER t ENABLE", "oracle")
    assert [type(one) for one in found] == [fx.AltersObject, fx.ChangesData, fx.AltersObject]


@pytest.mark.parametrize("written", ["DROP COLUMNS (a, b)", "DROP COLUMN a, DROP COLUMNS b", "DROP COLUMN (a, b)"])
def test_columns_are_dropped_by_either_word(written: str) -> None:
    effects = list(read_sql(fx.SqlSource(f"ALTER TABLE t {written}", fx.Span("x.py", 1)), None))
    assert [effect.column for effect in effects if isinstance(effect, fx.DropsColumn)] == ["a", "b"]
