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


def _enum(name: str | None, *labels: str) -> fx.Type:
    return fx.Type("Enum", labels, () if name is None else (("name", name),))


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
        (_enum("e", "a"), _enum("e", "a", "b"), Held.INSTANT),
        (_enum("e", "a"), _enum("f", "a"), Held.REWRITE),
        (_enum(None, "a"), _enum(None, "a", "b"), Held.REWRITE),
    ],
)
def test_what_a_change_of_type_writes_anew_on_postgresql(old: fx.Type, new: fx.Type, held: Held) -> None:
    effect = fx.AltersColumn(
        span=fx.Span("x.py", 1), table="t", column="c", new_type=new, existing_type=old, existing_nullable=True
    )
    lock = lock_of(effect, "postgresql")
    assert lock is not None and lock.held is held


@pytest.mark.parametrize(
    "line",
    [
    "mysql 8.0.11: ALTER TABLE t ADD a int | ALGORITHM=INPLACE, LOCK=NONE, a rewrite",
    "mysql 8.0.12: ALTER TABLE t ADD a int | ALGORITHM=INSTANT, LOCK=NONE, an instant",
    "mariadb 10.2: ALTER TABLE t ADD a int | ALGORITHM=INPLACE, LOCK=NONE, a rewrite",
    "mariadb 10.3: ALTER TABLE t ADD a int | ALGORITHM=INSTANT, LOCK=NONE, an instant",
    "mysql 8.4: ALTER TABLE t ADD a int AUTO_INCREMENT | ALGORITHM=INPLACE, LOCK=SHARED, writes a rewrite",
    "mysql 8.4: ALTER TABLE t ADD a int AS (b + 1) STORED | ALGORITHM=COPY, LOCK=SHARED, writes a rewrite",
    "mysql 8.4: ALTER TABLE t ADD a int AS (b + 1) VIRTUAL | ALGORITHM=INSTANT, LOCK=NONE, an instant",
    "mysql 8.0.28: ALTER TABLE t DROP a | ALGORITHM=INPLACE, LOCK=NONE, a rewrite",
    "mysql 8.0.29: ALTER TABLE t DROP a | ALGORITHM=INSTANT, LOCK=NONE, an instant",
    "mariadb 10.3: ALTER TABLE t DROP a | ALGORITHM=INPLACE, LOCK=NONE, a rewrite",
    "mariadb 10.4: ALTER TABLE t DROP a | ALGORITHM=INSTANT, LOCK=NONE, an instant",
    "mysql 8.4: ALTER TABLE t CHANGE a b int | ALGORITHM=COPY, LOCK=SHARED, writes a rewrite",
    "mariadb 11.1: ALTER TABLE t MODIFY a int | ALGORITHM=COPY, LOCK=SHARED, writes a rewrite",
    "mariadb 11.2: ALTER TABLE t MODIFY a int | ALGORITHM=COPY, LOCK=NONE, a rewrite",
    "mysql 8.4: ALTER TABLE t ALTER a SET DEFAULT 5 | ALGORITHM=INSTANT, LOCK=NONE, an instant",
    "mysql 8.4: ALTER TABLE t ADD INDEX i (a) | ALGORITHM=INPLACE, LOCK=NONE, a scan",
    "mysql 8.4: ALTER TABLE t ADD FULLTEXT INDEX i (a) | ALGORITHM=INPLACE, LOCK=SHARED, writes a scan",
    "mysql 8.4: CREATE SPATIAL INDEX i ON t (a) | ALGORITHM=INPLACE, LOCK=SHARED, writes a scan",
    "mysql 8.4: DROP INDEX i ON t | ALGORITHM=INPLACE, LOCK=NONE, an instant",
    "mysql 8.4: ALTER TABLE t RENAME INDEX i TO j | ALGORITHM=INPLACE, LOCK=NONE, an instant",
    "mariadb 11.4: ALTER TABLE t RENAME INDEX i TO j | ALGORITHM=INSTANT, LOCK=NONE, an instant",
    "mysql 8.4: OPTIMIZE TABLE t | ALGORITHM=INPLACE, LOCK=NONE, a rewrite",
    "mysql 8.4: ALTER TABLE t ADD UNIQUE (a) | ALGORITHM=INPLACE, LOCK=NONE, a scan",
    "mysql 8.4: ALTER TABLE t ADD PRIMARY KEY (a) | ALGORITHM=INPLACE, LOCK=NONE, a rewrite",
    "mysql 8.4: ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u (b) | ALGORITHM=COPY, LOCK=SHARED, writes a rewrite",
    "mysql 8.4: ALTER TABLE t DROP PRIMARY KEY | ALGORITHM=COPY, LOCK=SHARED, writes a rewrite",
    "mysql 8.4: ALTER TABLE t DROP FOREIGN KEY f | ALGORITHM=INPLACE, LOCK=NONE, an instant",
    "mysql 8.4: ALTER TABLE t DROP CHECK c | ALGORITHM=INPLACE, LOCK=NONE, an instant",
    "mariadb 11.4: ALTER TABLE t DROP FOREIGN KEY f | ALGORITHM=INSTANT, LOCK=NONE, an instant",
    "mysql 8.4: ALTER TABLE t ALGORITHM=INPLACE | none",
    "mysql 8.4: ALTER TABLE t LOCK=NONE | none",
    "mysql 8.4: ALTER TABLE t COMMENT = 'x' | ALGORITHM=INPLACE, LOCK=NONE, an instant",
    "mysql 8.4: ALTER TABLE t AUTO_INCREMENT = 5 | ALGORITHM=INPLACE, LOCK=NONE, an instant",
    "mysql 8.4: ALTER TABLE t DEFAULT CHARACTER SET utf8mb4 | ALGORITHM=INPLACE, LOCK=NONE, an instant",
    "mysql 8.4: ALTER TABLE t CHARACTER SET utf8mb4 | ALGORITHM=INPLACE, LOCK=NONE, an instant",
    "mariadb 11.4: ALTER TABLE t COLLATE utf8mb4_bin | ALGORITHM=INSTANT, LOCK=NONE, an instant",
    "mysql 8.4: ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4 | ALGORITHM=COPY, LOCK=SHARED, writes a rewrite",
    "mysql 8.4: ALTER TABLE t ALTER INDEX i INVISIBLE | ALGORITHM=INSTANT, LOCK=NONE, an instant",
    "mysql 8.4: ALTER TABLE t ROW_FORMAT=DYNAMIC | ALGORITHM=INPLACE, LOCK=NONE, a rewrite",
    "mysql 8.4: ALTER TABLE t KEY_BLOCK_SIZE=8 | ALGORITHM=INPLACE, LOCK=NONE, a rewrite",
    "mysql 8.4: ALTER TABLE t FORCE | ALGORITHM=INPLACE, LOCK=NONE, a rewrite",
    "mysql 8.4: ALTER TABLE t DROP PARTITION p | EXCLUSIVE metadata lock, reads writes an instant",
    "mysql 8.4: ALTER TABLE t TRUNCATE PARTITION p | EXCLUSIVE metadata lock, reads writes an instant",
    "mysql 8.4: ALTER TABLE t ADD PARTITION (PARTITION p VALUES LESS THAN (5)) | EXCLUSIVE metadata lock, reads writes an instant",
    "mysql 8.4: ALTER TABLE t EXCHANGE PARTITION p WITH TABLE u | EXCLUSIVE metadata lock, reads writes an instant",
    "mysql 8.4: ALTER TABLE t PARTITION BY HASH (a) | ALGORITHM=COPY, LOCK=SHARED, writes a rewrite",
    "mysql 8.4: RENAME TABLE t TO u | EXCLUSIVE metadata lock, reads writes an instant",
    "mysql 8.4: TRUNCATE t | EXCLUSIVE metadata lock, reads writes an instant",
    "mysql 8.4: UPDATE t SET a = 1 | IX, a scan",
    "mysql 8.4: SELECT a FROM t FOR UPDATE | IX, a scan",
    "mysql 8.4: SELECT a FROM t FOR SHARE | IS, a scan",
    "mysql 8.4: LOCK TABLES t READ LOCAL | READ LOCAL, writes an instant",
    "mysql 8.4: CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1 | EXCLUSIVE metadata lock, reads writes an instant",
    "mysql 8.4: CREATE VIEW v AS SELECT 1 | none",
    "mysql 8.4: DROP TRIGGER g | EXCLUSIVE metadata lock, reads writes an instant",
    "oracle 19: ALTER TABLE t MODIFY a NOT NULL | EXCLUSIVE DDL, writes a scan",
    "oracle 19: ALTER TABLE t MODIFY a NULL | EXCLUSIVE DDL, writes an instant",
    "oracle 19: ALTER TABLE t MODIFY a int | EXCLUSIVE DDL, writes a rewrite",
    "oracle 19: UPDATE t SET a = 1 | ROW EXCLUSIVE, a scan",
    "oracle 19: TRUNCATE TABLE t | EXCLUSIVE DDL, writes an instant",
    "oracle 19: DROP TABLE t | EXCLUSIVE DDL, writes an instant",
    "oracle 19: ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) | EXCLUSIVE DDL, writes a scan",
    "oracle 19: ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) ENABLE NOVALIDATE | EXCLUSIVE DDL, writes an instant",
    "oracle 19: ALTER INDEX i REBUILD | EXCLUSIVE DDL, writes a rewrite",
    "oracle 19: SELECT a FROM t | none",
    "sqlite 3: INSERT INTO t VALUES (1) | EXCLUSIVE, reads writes a scan",
    "sqlite 3: DROP INDEX i | EXCLUSIVE, reads writes an instant",
    "sqlite 3: REINDEX t | EXCLUSIVE, reads writes a rewrite",
    "sqlite 3: ALTER TABLE t ADD a int | EXCLUSIVE, reads writes an instant",
    "sqlite 3: ALTER TABLE t RENAME TO u | EXCLUSIVE, reads writes an instant",
    "mssql 16: ALTER TABLE t ADD a int | Sch-M, reads writes an instant",
    "mssql 16: DROP INDEX i ON t | Sch-M, reads writes an instant",
    "mssql 16: ALTER INDEX i ON t REBUILD | Sch-M, reads writes a rewrite",
    "mssql 16: DROP TABLE t | Sch-M, reads writes an instant",
    "mssql 16: ALTER TABLE t WITH CHECK CHECK CONSTRAINT c | Sch-M, reads writes a scan",
    "postgresql 16: ALTER TABLE t ADD a int | ACCESS EXCLUSIVE, reads writes an instant",
    "postgresql 16: ALTER TABLE t ADD a int NOT NULL | ACCESS EXCLUSIVE, reads writes an instant",
    "postgresql 16: ALTER TABLE t ADD a int DEFAULT 5 | ACCESS EXCLUSIVE, reads writes an instant",
    "postgresql 16: ALTER TABLE t ADD a timestamptz DEFAULT now() | ACCESS EXCLUSIVE, reads writes an instant",
    "postgresql 16: ALTER TABLE t ADD a uuid DEFAULT gen_random_uuid() | ACCESS EXCLUSIVE, reads writes a rewrite",
    "postgresql 16: ALTER TABLE t ADD a serial | ACCESS EXCLUSIVE, reads writes a rewrite",
    "postgresql 16: ALTER TABLE t ADD a int GENERATED ALWAYS AS IDENTITY | ACCESS EXCLUSIVE, reads writes a rewrite",
    "postgresql 16: ALTER TABLE t ADD a int GENERATED ALWAYS AS (b + 1) STORED | ACCESS EXCLUSIVE, reads writes a rewrite",
    "postgresql 18: ALTER TABLE t ADD a int GENERATED ALWAYS AS (b + 1) VIRTUAL | ACCESS EXCLUSIVE, reads writes an instant",
    "postgresql 16: ALTER TABLE t DROP a | ACCESS EXCLUSIVE, reads writes an instant referent",
    "postgresql 16: ALTER TABLE t ALTER a SET NOT NULL | ACCESS EXCLUSIVE, reads writes a scan",
    "postgresql 16: ALTER TABLE t ALTER a DROP NOT NULL | ACCESS EXCLUSIVE, reads writes an instant",
    "postgresql 16: ALTER TABLE t ALTER a SET DEFAULT 5 | ACCESS EXCLUSIVE, reads writes an instant",
    "postgresql 16: ALTER TABLE t ALTER a DROP DEFAULT | ACCESS EXCLUSIVE, reads writes an instant",
    "postgresql 16: ALTER TABLE t ALTER a TYPE bigint | ACCESS EXCLUSIVE, reads writes a rewrite",
    "postgresql 16: ALTER TABLE t ALTER a TYPE bigint USING a::bigint | ACCESS EXCLUSIVE, reads writes a rewrite",
    "postgresql 16: ALTER TABLE t RENAME a TO b | ACCESS EXCLUSIVE, reads writes an instant",
    "postgresql 16: ALTER TABLE t RENAME TO u | ACCESS EXCLUSIVE, reads writes an instant",
    "postgresql 16: COMMENT ON COLUMN t.a IS 'x' | SHARE UPDATE EXCLUSIVE, an instant",
    "postgresql 16: COMMENT ON TABLE t IS 'x' | SHARE UPDATE EXCLUSIVE, an instant",
    "postgresql 16: CREATE INDEX i ON t (a) | SHARE, writes a scan",
    "postgresql 16: CREATE INDEX CONCURRENTLY i ON t (a) | SHARE UPDATE EXCLUSIVE, a scan",
    "postgresql 16: DROP INDEX i | ACCESS EXCLUSIVE, reads writes an instant",
    "postgresql 16: DROP INDEX CONCURRENTLY i | SHARE UPDATE EXCLUSIVE, an instant",
    "postgresql 16: ALTER INDEX i RENAME TO j | SHARE UPDATE EXCLUSIVE, an instant",
    "postgresql 12: ALTER INDEX i RENAME TO j | SHARE UPDATE EXCLUSIVE, an instant",
    "postgresql 16: REINDEX TABLE t | SHARE, reads writes a scan",
    "postgresql 16: REINDEX INDEX i | SHARE, reads writes a scan",
    "postgresql 16: REINDEX INDEX CONCURRENTLY i | SHARE UPDATE EXCLUSIVE, a scan",
    "postgresql 16: CLUSTER t USING i | ACCESS EXCLUSIVE, reads writes a rewrite",
    "postgresql 16: VACUUM FULL t | ACCESS EXCLUSIVE, reads writes a rewrite",
    "postgresql 16: VACUUM t | none",
    "postgresql 16: ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) | ACCESS EXCLUSIVE, reads writes a scan",
    "postgresql 16: ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID | ACCESS EXCLUSIVE, reads writes an instant",
    "postgresql 16: ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES u (b) | SHARE ROW EXCLUSIVE, writes a scan referent",
    "postgresql 16: ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES u (b) NOT VALID | SHARE ROW EXCLUSIVE, writes an instant referent",
    "postgresql 16: ALTER TABLE t ADD CONSTRAINT c UNIQUE (a) | ACCESS EXCLUSIVE, reads writes a scan",
    "postgresql 16: ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX i | ACCESS EXCLUSIVE, reads writes an instant",
    "postgresql 16: ALTER TABLE t ADD PRIMARY KEY (a) | ACCESS EXCLUSIVE, reads writes a scan",
    "postgresql 16: ALTER TABLE t ADD CONSTRAINT c EXCLUDE USING gist (a WITH &&) | ACCESS EXCLUSIVE, reads writes a scan",
    "postgresql 16: ALTER TABLE t DROP CONSTRAINT c | ACCESS EXCLUSIVE, reads writes an instant referent",
    "postgresql 16: ALTER TABLE t VALIDATE CONSTRAINT c | SHARE UPDATE EXCLUSIVE, a scan",
    "postgresql 16: ALTER TABLE t SET (fillfactor = 70) | SHARE UPDATE EXCLUSIVE, an instant",
    "postgresql 16: ALTER TABLE t SET LOGGED | ACCESS EXCLUSIVE, reads writes a rewrite",
    "postgresql 16: ALTER TABLE t SET TABLESPACE x | ACCESS EXCLUSIVE, reads writes a rewrite",
    "postgresql 16: ALTER TABLE t SET ACCESS METHOD heap2 | ACCESS EXCLUSIVE, reads writes a rewrite",
    "postgresql 16: ALTER TABLE t ALTER a SET STATISTICS 5 | SHARE UPDATE EXCLUSIVE, an instant",
    "postgresql 16: ALTER TABLE t ALTER a SET (n_distinct = 5) | SHARE UPDATE EXCLUSIVE, an instant",
    "postgresql 16: ALTER TABLE t ALTER a SET STORAGE EXTERNAL | ACCESS EXCLUSIVE, reads writes an instant",
    "postgresql 17: ALTER TABLE t ALTER a SET EXPRESSION AS (b) | ACCESS EXCLUSIVE, reads writes a rewrite",
    "postgresql 16: ALTER TABLE t CLUSTER ON i | SHARE UPDATE EXCLUSIVE, an instant",
    "postgresql 16: ALTER TABLE t ATTACH PARTITION p DEFAULT | SHARE UPDATE EXCLUSIVE, a scan",
    "postgresql 16: ALTER TABLE t DETACH PARTITION p | ACCESS EXCLUSIVE, reads writes an instant",
    "postgresql 16: ALTER TABLE t DETACH PARTITION p CONCURRENTLY | SHARE UPDATE EXCLUSIVE, an instant",
    "postgresql 16: ALTER TABLE t DETACH PARTITION p FINALIZE | SHARE UPDATE EXCLUSIVE, an instant",
    "postgresql 16: ALTER TABLE t ENABLE TRIGGER g | SHARE ROW EXCLUSIVE, writes an instant",
    "postgresql 16: ALTER TABLE t DISABLE TRIGGER ALL | SHARE ROW EXCLUSIVE, writes an instant",
    "postgresql 16: ALTER TABLE t ENABLE ROW LEVEL SECURITY | ACCESS EXCLUSIVE, reads writes an instant",
    "postgresql 16: ALTER TABLE t OWNER TO joe | ACCESS EXCLUSIVE, reads writes an instant",
    "postgresql 16: ALTER TABLE t REPLICA IDENTITY FULL | ACCESS EXCLUSIVE, reads writes an instant",
    "postgresql 16: ALTER TABLE t INHERIT u | ACCESS EXCLUSIVE, reads writes an instant",
    "postgresql 16: TRUNCATE t | ACCESS EXCLUSIVE, reads writes an instant",
    "postgresql 16: INSERT INTO t VALUES (1) | ROW EXCLUSIVE, a scan",
    "postgresql 16: SELECT a FROM t | ACCESS SHARE, a scan",
    "postgresql 16: SELECT a FROM t FOR UPDATE | ROW SHARE, a scan",
    "postgresql 16: SELECT a FROM t FOR KEY SHARE | ROW SHARE, a scan",
    "postgresql 16: LOCK t | ACCESS EXCLUSIVE, reads writes an instant",
    "postgresql 16: LOCK t IN SHARE MODE | SHARE, writes an instant",
    "postgresql 16: CREATE TRIGGER g BEFORE INSERT ON t EXECUTE FUNCTION f() | SHARE ROW EXCLUSIVE, writes an instant",
    "postgresql 16: DROP TRIGGER g ON t | ACCESS EXCLUSIVE, reads writes an instant",
    "postgresql 16: CREATE POLICY p ON t USING (true) | ACCESS EXCLUSIVE, reads writes an instant",
    "postgresql 16: DROP POLICY p ON t | ACCESS EXCLUSIVE, reads writes an instant",
    "postgresql 16: CREATE RULE r AS ON DELETE TO t DO NOTHING | ACCESS EXCLUSIVE, reads writes an instant",
    "postgresql 16: CREATE VIEW v AS SELECT 1 | none",
    "postgresql 16: REFRESH MATERIALIZED VIEW v | ACCESS EXCLUSIVE, reads writes a rewrite",
    "postgresql 16: REFRESH MATERIALIZED VIEW CONCURRENTLY v | EXCLUSIVE, writes a scan",
    "postgresql 16: ALTER TRIGGER g ON t RENAME TO h | ACCESS EXCLUSIVE, reads writes an instant",
    "postgresql 16: ALTER SEQUENCE s RESTART | none",
    "postgresql 16: DROP TABLE t | ACCESS EXCLUSIVE, reads writes an instant referent",
    "postgresql 16: GRANT SELECT ON t TO joe | none",
    ],
)  # fmt: skip
def test_the_locks_of_the_manuals(line: str) -> None:
    """``database version: statement | level, what it blocks, for how long, whether a referent is locked too``."""
    where, _, rest = line.partition(": ")
    database, _, version = where.partition(" ")
    sql, _, expected = rest.rpartition(" | ")
    lock = lock_of(effect_of(sql, database), database, tuple(map(int, version.split("."))))
    if lock is None:
        assert expected == "none"
        return
    blocked = [
        word for word, is_blocked in (("reads", lock.blocks_reads), ("writes", lock.blocks_writes)) if is_blocked
    ]
    assert " ".join([f"{lock.level},", *blocked, lock.held.value, *(["referent"] * lock.referent)]) == expected


def _change(database: str, version: tuple[int, ...], old: fx.Type, new: fx.Type, **values: object) -> str:
    effect = fx.AltersColumn(
        span=fx.Span("x.py", 1),
        table="t",
        column="c",
        new_type=new,
        existing_type=old,
        **values,  # type: ignore[arg-type]
    )
    lock = lock_of(effect, database, version)
    assert lock is not None
    return f"{lock.level.partition(',')[0].removeprefix('ALGORITHM=').lower()} {lock.held.value}"


LABELS = tuple(f"l{number}" for number in range(300))


@pytest.mark.parametrize(
    ("database", "version", "old", "new", "how"),
    [
        ("mysql", (8, 4), _type("varchar", 63), _type("varchar", 63), "instant an instant"),
        ("mysql", (8, 4), _type("varchar", 10), _type("varchar", 63), "instant an instant"),
        ("mysql", (8, 4), _type("varchar", 10), _type("varchar", 64), "copy a rewrite"),
        ("mysql", (8, 4), _type("varchar", 64), _type("varchar", 85), "instant an instant"),
        ("mysql", (8, 4), _type("varchar", 64), _type("varchar", 86), "copy a rewrite"),
        ("mysql", (8, 4), _type("varchar", 256), _type("varchar", 300), "instant an instant"),
        ("mysql", (8, 4), _type("varchar", 255), _type("varchar", 300), "copy a rewrite"),
        ("mysql", (8, 4), _type("varchar", 63), _type("varchar", 10), "copy a rewrite"),
        ("mysql", (8, 4), _type("varchar", 10), _type("text"), "copy a rewrite"),
        ("mysql", (8, 4), _type("char", 10), _type("char", 20), "copy a rewrite"),
        ("mysql", (8, 4), _type("varchar", fx.UNKNOWN), _type("varchar", 20), "copy a rewrite"),
        ("mysql", (8, 4), _type("varchar", 10), _type("varchar", fx.UNKNOWN), "copy a rewrite"),
        ("mariadb", (10, 4, 2), _type("varchar", 31), _type("varchar", 300), "copy a rewrite"),
        ("mariadb", (10, 4, 3), _type("varchar", 31), _type("varchar", 300), "instant an instant"),
        ("mariadb", (10, 4, 3), _type("varchar", 32), _type("varchar", 300), "copy a rewrite"),
        ("mysql", (8, 4), _type("int"), _type("int", 11), "instant an instant"),
        ("mysql", (8, 4), _type("int"), _type("bigint"), "copy a rewrite"),
        ("mysql", (8, 4), _type("enum", "a"), _type("enum", "a", "b"), "instant an instant"),
        ("mysql", (8, 4), _type("enum", "a", "b"), _type("enum", "b", "a"), "copy a rewrite"),
        ("mysql", (8, 4), _type("enum", "a", "b"), _type("enum", "a"), "copy a rewrite"),
        ("mysql", (8, 4), _type("enum", "a"), _type("enum", fx.UNKNOWN), "copy a rewrite"),
        ("mysql", (8, 4), _type("enum", *LABELS[:254]), _type("enum", *LABELS[:255]), "instant an instant"),
        ("mysql", (8, 4), _type("enum", *LABELS[:255]), _type("enum", *LABELS[:256]), "copy a rewrite"),
        ("mysql", (8, 4), _type("enum", *LABELS[:256]), _type("enum", *LABELS[:257]), "instant an instant"),
        ("mysql", (8, 4), _type("set", *LABELS[:7]), _type("set", *LABELS[:8]), "instant an instant"),
        ("mysql", (8, 4), _type("set", *LABELS[:8]), _type("set", *LABELS[:9]), "copy a rewrite"),
        ("mysql", (8, 4), _type("set", *LABELS[:16]), _type("set", *LABELS[:17]), "copy a rewrite"),
        ("mysql", (8, 4), _type("set", *LABELS[:24]), _type("set", *LABELS[:25]), "copy a rewrite"),
        ("mysql", (8, 4), _type("set", *LABELS[:25]), _type("set", *LABELS[:32]), "instant an instant"),
        ("mysql", (8, 4), _type("set", *LABELS[:32]), _type("set", *LABELS[:33]), "copy a rewrite"),
        ("mysql", (8, 4), _type("set", *LABELS[:33]), _type("set", *LABELS[:64]), "instant an instant"),
    ],
)
def test_what_a_change_of_type_writes_anew_on_mysql(
    database: str, version: tuple[int, ...], old: fx.Type, new: fx.Type, how: str
) -> None:
    assert _change(database, version, old, new) == how


@pytest.mark.parametrize(
    ("version", "values", "how"),
    [
        ((8, 4), {"nullable": False, "existing_nullable": True}, "inplace a rewrite"),
        ((8, 4), {"nullable": True, "existing_nullable": True}, "instant an instant"),
        ((8, 4), {"nullable": None}, "instant an instant"),
        ((8, 4), {"nullable": False}, "inplace a rewrite"),
        ((8, 0, 27), {"new_name": "d"}, "inplace an instant"),
        ((8, 0, 28), {"new_name": "d"}, "instant an instant"),
    ],
)
def test_what_else_of_a_column_is_changed_on_mysql(
    version: tuple[int, ...], values: dict[str, object], how: str
) -> None:
    assert _change("mysql", version, _type("int"), _type("int"), **values) == how
