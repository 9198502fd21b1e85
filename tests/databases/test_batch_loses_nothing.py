"""A batch that copies a table of SQLite and changes nothing leaves the same schema behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from headway.catalog.difference import difference
from headway.dialects.sqlite.inspect import inspect_schema
from sql.tools import HEADWAY

TABLES = {
    "a key in a column": "pid INTEGER REFERENCES p(id) ON DELETE CASCADE ON UPDATE SET NULL",
    "a deferred key in a column": "pid INTEGER REFERENCES p(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED",
    "a named key in a column": "pid INTEGER CONSTRAINT fk_p REFERENCES p(id) ON DELETE SET DEFAULT",
    "a key to whatever is primary": "pid INTEGER REFERENCES p ON UPDATE RESTRICT",
    "a key to itself": "up INTEGER REFERENCES t(id) ON DELETE CASCADE",
    "two keys to one table": "x INTEGER REFERENCES p(id) ON DELETE CASCADE, y INTEGER REFERENCES p(id) ON DELETE SET NULL",
    "a key behind the columns": "x INTEGER, CONSTRAINT fk FOREIGN KEY (x) REFERENCES p (id) ON DELETE CASCADE",
    "a key of two columns": "x INTEGER, y INTEGER, FOREIGN KEY (x, y) REFERENCES q (a, b) ON DELETE CASCADE DEFERRABLE "
    "INITIALLY DEFERRED",
    "a key with a quoted name": '"X y" INTEGER REFERENCES "P q"("i d") ON DELETE CASCADE',
    "two generated columns": "a INTEGER, g INTEGER GENERATED ALWAYS AS (a + 1) STORED, v INTEGER AS (a + 2)",
    "a generated column with a text": "a TEXT, b TEXT, g TEXT AS (a || '  ' || b || ' :b ') STORED, h TEXT AS (CASE a WHEN ',  )' THEN 1 END)",
    "two keys of one column": "x INTEGER, FOREIGN KEY (x) REFERENCES r(a) ON DELETE CASCADE, FOREIGN KEY (x) REFERENCES r(b) "
    "ON DELETE SET NULL, FOREIGN KEY (x) REFERENCES r",
    "a key in a column and one behind it": "x INTEGER REFERENCES p(id), CONSTRAINT fk FOREIGN KEY (x) REFERENCES r(a) "
    "DEFERRABLE INITIALLY DEFERRED",
    "the other way round": "x INTEGER CONSTRAINT f1 REFERENCES p(id) DEFERRABLE INITIALLY DEFERRED, FOREIGN KEY (x) REFERENCES r(a)",
    "two keys in one column": "x INTEGER CONSTRAINT f1 REFERENCES p(id) ON DELETE CASCADE CONSTRAINT f2 REFERENCES r(a) ON DELETE "
    "SET DEFAULT DEFERRABLE INITIALLY DEFERRED",
    "names of other constraints": "x INTEGER CONSTRAINT nn NOT NULL DEFAULT 1 REFERENCES p(id) ON DELETE CASCADE, "
    "y INTEGER CONSTRAINT d DEFAULT 3 REFERENCES p(id), z TEXT CONSTRAINT c COLLATE NOCASE CONSTRAINT fk REFERENCES p(id)",
    "names in single quotes": "'x' INTEGER CONSTRAINT 'the key' REFERENCES p(id) DEFERRABLE INITIALLY DEFERRED",
    "a generated column and a CHECK": "a INTEGER CHECK (a > (1)), g INTEGER AS ((a + 1) * 2) STORED, CHECK (g < 9)",
    "CHECKs of every kind": "a INTEGER CHECK (a > 0), CONSTRAINT ck CHECK (a < 9), CHECK (a <> 5)",
    "UNIQUE of every kind": "a INTEGER UNIQUE, b INTEGER, c INTEGER, CONSTRAINT uq UNIQUE (b), UNIQUE (b, c)",
    "defaults": "a TEXT DEFAULT 'x', b DATETIME DEFAULT CURRENT_TIMESTAMP, c INTEGER DEFAULT (1 + 1), d BLOB DEFAULT x'00'",
    "a collation": "a TEXT COLLATE NOCASE",
    "types of any name": "a MONEY, b, c VARCHAR(12), d DECIMAL(10, 2), e JSON, f UUID",
}


@pytest.mark.parametrize("inside", TABLES.values(), ids=TABLES)
@pytest.mark.parametrize("form", ["({})", "({}) STRICT", "({}) WITHOUT ROWID", "AUTOINCREMENT"])
def test_a_copy_is_the_same(inside: str, form: str, sqlite_url: str) -> None:
    key = "INTEGER PRIMARY KEY AUTOINCREMENT" if form == "AUTOINCREMENT" else "INTEGER PRIMARY KEY"
    form = "({})" if form == "AUTOINCREMENT" else form
    if "STRICT" in form and ("types" in _name(inside) or "defaults" in _name(inside)):
        inside = "a TEXT, b INT DEFAULT 3"  # such a table takes no other types
    engine = sa.create_engine(sqlite_url)
    with engine.begin() as connection:
        for sql in (
            "CREATE TABLE p (id INTEGER PRIMARY KEY)",
            'CREATE TABLE "P q" ("i d" INTEGER PRIMARY KEY)',
            "CREATE TABLE r (id INTEGER PRIMARY KEY, a INTEGER UNIQUE, b INTEGER UNIQUE)",
            "INSERT INTO p VALUES (1)",
            "CREATE TABLE q (a INTEGER, b INTEGER, PRIMARY KEY (a, b))",
            f"CREATE TABLE t {form.format(f'id {key}, kept INTEGER, {inside}')}",
            "CREATE INDEX ix_desc ON t (kept DESC)",
            "CREATE UNIQUE INDEX ix_part ON t (kept) WHERE kept > 5",
            "CREATE INDEX ix_expr ON t (abs(kept))",
            "CREATE VIEW v AS SELECT kept FROM t",
            "CREATE TRIGGER tr AFTER INSERT ON t BEGIN UPDATE t SET kept = 1; END",
            "INSERT INTO t (id, kept) VALUES (1, 7)",
        ):
            connection.exec_driver_sql(sql)
        before, objects = inspect_schema(connection, ()), _objects(connection)
        op: Any = HEADWAY.operations(HEADWAY.configure(connection=connection, opts={}))
        with op.batch_alter_table("t", recreate="always"):
            pass
        assert _objects(connection) == objects
        assert difference(before, inspect_schema(connection, ())) == ()
        assert connection.exec_driver_sql("SELECT id, kept FROM t").all() == [(1, 1)]


def _name(inside: str) -> str:
    return next(name for name, text in TABLES.items() if text == inside)


def _objects(connection: sa.Connection) -> list[Any]:
    query = "SELECT type, name, sql FROM sqlite_master WHERE type <> 'table' AND sql IS NOT NULL ORDER BY name"
    return list(map(tuple, connection.exec_driver_sql(query)))


def _batch(sqlite_url: str, table: str, change: Callable[[Any], None], **kw: Any) -> str:
    """The text of table ``t`` after a batch that copies it; ``p`` is there to point to."""
    with sa.create_engine(sqlite_url).begin() as connection:
        connection.exec_driver_sql("CREATE TABLE p (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql(f"CREATE TABLE t (id INTEGER PRIMARY KEY, kept INTEGER, {table})")
        op: Any = HEADWAY.operations(HEADWAY.configure(connection=connection, opts={}))
        with op.batch_alter_table("t", recreate="always", **kw) as batch_op:
            change(batch_op)
        text = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 't'").scalar_one()
        return " ".join(str(text).split())


def test_what_the_migration_says_of_a_column_counts(sqlite_url: str) -> None:
    given = [
        sa.Column("pid", sa.Integer, sa.ForeignKey("p.id", ondelete="SET NULL")),
        sa.Column("G", sa.Integer, sa.Computed("kept + 5", persisted=True)),
    ]
    table = "pid INTEGER REFERENCES p(id) ON DELETE CASCADE, G INTEGER AS (kept + 1) STORED"
    text = _batch(sqlite_url, table, lambda batch_op: None, reflect_args=given)
    assert "ON DELETE SET NULL" in text and "CASCADE" not in text
    assert "(kept + 5)" in text


def test_a_key_in_a_column_goes_by_the_name_that_the_batch_gives_it(sqlite_url: str) -> None:
    convention = {"fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s"}
    table = "pid INTEGER CONSTRAINT zz REFERENCES p(id)"

    def drop(batch_op: Any) -> None:
        batch_op.drop_constraint("fk_t_pid_p", type_="foreignkey")

    assert "REFERENCES" not in _batch(sqlite_url, table, drop, naming_convention=convention)


def test_a_key_in_a_column_goes_by_its_own_name(sqlite_url: str) -> None:
    table = "pid INTEGER CONSTRAINT nn NOT NULL CONSTRAINT zz REFERENCES p(id)"
    assert "REFERENCES" not in _batch(
        sqlite_url, table, lambda batch_op: batch_op.drop_constraint("zz", type_="foreignkey")
    )


@pytest.mark.parametrize("mapped", [False, True])
def test_what_belongs_to_a_table_of_an_attached_database_stays_there(mapped: bool) -> None:
    """Stored texts name no schema; it was "no such table: main.t", or an index of the main database's table."""
    with sa.create_engine("sqlite://").connect() as connection:
        for sql in (
            "ATTACH ':memory:' AS o",
            "CREATE TABLE t (n INTEGER, m INTEGER)",
            "CREATE TABLE o.t (n INTEGER PRIMARY KEY AUTOINCREMENT, m INTEGER)",
            "CREATE TABLE o.u (n INTEGER)",
            "CREATE INDEX o.ix ON t (m)",
            'CREATE UNIQUE INDEX o."i y" ON t (m) WHERE m > 0',
            "CREATE TRIGGER o.tr AFTER DELETE ON t BEGIN DELETE FROM u; END",
            "CREATE VIEW o.v AS SELECT n FROM t",
            "INSERT INTO o.t VALUES (7, 1)",
        ):
            connection.exec_driver_sql(sql)
        connection.commit()
        before = _of_both(connection)
        used = connection.execution_options(schema_translate_map={"tenant": "o"}) if mapped else connection
        op = HEADWAY.operations(HEADWAY.configure(connection=used, opts={}))
        with op.batch_alter_table("t", schema="tenant" if mapped else "o", recreate="always") as batch_op:
            batch_op.add_column(sa.Column("x", sa.Integer))
        assert _of_both(connection) == before
        assert connection.exec_driver_sql("SELECT n, m, x FROM o.t").all() == [(7, 1, None)]


def _of_both(connection: sa.Connection) -> list[tuple[str, str]]:
    """What each of the two databases holds, by kind and name."""
    read = (
        "SELECT 'o.' || type, name FROM o.sqlite_master UNION SELECT type, name FROM main.sqlite_master ORDER BY 1, 2"
    )
    return [(row[0], row[1]) for row in connection.exec_driver_sql(read)]
