"""The locks that no server of the tests can show: MySQL's versions, SQLite, SQL Server, Oracle, and what is not known."""

from __future__ import annotations

import pytest

from headway.effects import model as fx
from headway.effects.lock import Held
from headway.effects.locks import lock_of
from headway.reading.sql.read import read_sql


def effect_of(sql: str, database: str) -> fx.Effect:
    return read_sql(fx.SqlSource(sql, fx.Span("x.py", 1)), frozenset({database}))[0]


@pytest.mark.parametrize(
    ("sql", "database", "version", "level", "reads", "writes", "held"),
    [
        ("ALTER TABLE t ADD COLUMN a int", "mysql", (8, 4), "ALGORITHM=INSTANT, LOCK=NONE", False, False, Held.INSTANT),
        ("ALTER TABLE t ADD COLUMN a int", "mysql", (5, 7), "ALGORITHM=INPLACE, LOCK=NONE", False, False, Held.REWRITE),
        ("ALTER TABLE t DROP COLUMN a", "mysql", (8, 0, 28), "ALGORITHM=INPLACE, LOCK=NONE", False, False, Held.REWRITE),
        ("ALTER TABLE t MODIFY a int", "mysql", None, "ALGORITHM=COPY, LOCK=SHARED", False, True, Held.REWRITE),
        ("ALTER TABLE t MODIFY a int", "mariadb", (11, 2), "ALGORITHM=COPY, LOCK=NONE", False, False, Held.REWRITE),
        ("ALTER TABLE t MODIFY a int", "mariadb", None, "ALGORITHM=COPY, LOCK=SHARED", False, True, Held.REWRITE),
        ("ALTER TABLE t RENAME COLUMN a TO b", "mysql", (8, 0, 27), "ALGORITHM=INPLACE, LOCK=NONE", False, False, Held.INSTANT),
        ("ALTER TABLE t RENAME COLUMN a TO b", "mysql", (8, 0, 28), "ALGORITHM=INSTANT, LOCK=NONE", False, False, Held.INSTANT),
        ("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)", "mssql", None, "Sch-M", True, True, Held.SCAN),
        ("ALTER TABLE t WITH NOCHECK ADD CONSTRAINT c CHECK (a > 0)", "mssql", None, "Sch-M", True, True, Held.INSTANT),
        ("DROP TABLE t", "mysql", None, "EXCLUSIVE metadata lock", True, True, Held.INSTANT),
        ("LOCK TABLES t READ", "mysql", None, "READ", False, True, Held.INSTANT),
        ("LOCK TABLES t WRITE", "mysql", None, "WRITE", True, True, Held.INSTANT),
        ("SELECT a FROM t", "sqlite", None, "SHARED", False, False, Held.SCAN),
        ("UPDATE t SET a = 1", "mssql", None, "IX", False, False, Held.SCAN),
        ("SELECT a FROM t", "mssql", None, "IS", False, False, Held.SCAN),
        ("CREATE INDEX i ON t (a)", "sqlite", None, "EXCLUSIVE", True, True, Held.SCAN),
        ("ALTER TABLE t DROP COLUMN a", "sqlite", None, "EXCLUSIVE", True, True, Held.REWRITE),
        ("CREATE INDEX i ON t (a)", "mssql", None, "S", False, True, Held.SCAN),
        ("CREATE INDEX i ON t (a) WITH (ONLINE = ON)", "mssql", None, "S", False, False, Held.SCAN),
        ("ALTER TABLE t ALTER COLUMN a bigint", "mssql", None, "Sch-M", True, True, Held.REWRITE),
        ("TRUNCATE TABLE t", "mssql", None, "Sch-M", True, True, Held.INSTANT),
        ("CREATE INDEX i ON t (a)", "oracle", None, "SHARE", False, True, Held.SCAN),
        ("CREATE INDEX i ON t (a) ONLINE", "oracle", None, "ROW SHARE", False, False, Held.SCAN),
        ("ALTER TABLE t ADD (a NUMBER)", "oracle", None, "EXCLUSIVE DDL", False, True, Held.INSTANT),
        ("ALTER TABLE t ADD COLUMN a int DEFAULT 1", "postgresql", (10,), "ACCESS EXCLUSIVE", True, True, Held.REWRITE),
        ("ALTER INDEX i RENAME TO j", "postgresql", (11,), "ACCESS EXCLUSIVE", True, True, Held.INSTANT),
    ],
)  # fmt: skip
def test_the_lock_of_a_statement(  # type: ignore[no-untyped-def]
    sql: str, database: str, version: tuple[int, ...] | None, level: str, reads: bool, writes: bool, held: Held
) -> None:
    lock = lock_of(effect_of(sql, database), database, version)
    assert lock is not None
    assert (lock.level, lock.blocks_reads, lock.blocks_writes, lock.held) == (level, reads, writes, held)
    assert lock.manual.startswith("https://")


@pytest.mark.parametrize("database", ["postgresql", "mysql", "mariadb", "mssql", "oracle"])
def test_a_table_that_is_new_makes_nobody_wait(database: str) -> None:
    assert lock_of(effect_of("CREATE TABLE t (a int)", database), database) is None


def test_what_is_not_known_counts_as_the_worse() -> None:
    span = fx.Span("x.py", 1)
    index = fx.CreatesIndex(span=span, table="t", name="i", concurrently=fx.UNKNOWN)
    column = fx.AddsColumn(span=span, table="t", column=fx.Column("a", has_default=fx.UNKNOWN, default=fx.UNKNOWN))
    for effect, level, held in ((index, "SHARE", Held.SCAN), (column, "ACCESS EXCLUSIVE", Held.REWRITE)):
        lock = lock_of(effect, "postgresql")
        assert lock is not None
        assert (lock.level, lock.held) == (level, held)


def test_a_longer_varchar_needs_no_rewrite_on_postgresql() -> None:
    def held(old: int | None, new: tuple[int, ...], name: str = "varchar") -> Held:
        existing = fx.Type("varchar", (old,) if old else ())
        effect = fx.AltersColumn(
            span=fx.Span("x.py", 1), table="t", column="a", new_type=fx.Type(name, new), existing_type=existing
        )
        lock = lock_of(effect, "postgresql")
        assert lock is not None
        return lock.held

    assert [held(10, (20,)), held(10, ()), held(10, (), "text")] == [Held.INSTANT] * 3
    assert [held(20, (10,)), held(None, (10,)), held(10, (), "int")] == [Held.REWRITE] * 3


def test_an_unknown_database_has_no_locks() -> None:
    assert lock_of(effect_of("DROP TABLE t", "postgresql"), "unheard_of") is None


def _type(name: str, *arguments: object) -> fx.Type:
    return fx.Type(name, arguments, written=name)


@pytest.mark.parametrize(
    ("old", "new", "held"),
    [
        (_type("varbit", 4), _type("varbit", 8), Held.INSTANT),
        (_type("varbit", 8), _type("varbit", 4), Held.REWRITE),
        (_type("bit", 4), _type("bit", 8), Held.REWRITE),
        (_type("char", 4), _type("char", 8), Held.REWRITE),
        (_type("varchar", 4), _type("varchar", 8), Held.INSTANT),
        (_type("varchar", True), _type("varchar", 8), Held.REWRITE),
        (_type("numeric", 10), _type("numeric", 10, 0), Held.INSTANT),
        (_type("numeric", 10), _type("numeric", 10, 1), Held.REWRITE),
        (_type("numeric", 10), _type("numeric", 12), Held.INSTANT),
        (_type("timestamp", 3), _type("timestamp", 6), Held.INSTANT),
        (_type("timestamp", 6), _type("timestamp", 3), Held.REWRITE),
        (_type("DateTime", True), _type("DateTime", True), Held.INSTANT),
        (_type("DateTime", True), _type("DateTime", False), Held.REWRITE),
    ],
)
def test_what_a_change_of_type_writes_anew_on_postgresql(old: fx.Type, new: fx.Type, held: Held) -> None:
    effect = fx.AltersColumn(
        span=fx.Span("x.py", 1), table="t", column="c", new_type=new, existing_type=old, existing_nullable=True
    )
    lock = lock_of(effect, "postgresql")
    assert lock is not None and lock.held is held
