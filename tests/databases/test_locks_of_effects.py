"""What effects/locks.py says of PostgreSQL and MariaDB, looked up on a real server while the statement holds its lock."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from headway.effects import model as fx
from headway.effects.lock import Held, Lock
from headway.effects.locks import lock_of
from headway.reading.sql.read import read_sql

SETUP = """
CREATE SCHEMA IF NOT EXISTS attic;
CREATE TABLE other (id int PRIMARY KEY, v int);
CREATE TABLE t (id int PRIMARY KEY, a int, b varchar(20), c text, n int, o_id int, u int, CONSTRAINT ck CHECK (a < 1000));
INSERT INTO other VALUES (1, 1);
INSERT INTO t VALUES (1, 1, 'b', 'c', 1, 1, 1), (2, 2, 'b', 'c', 2, 1, 2);
CREATE INDEX ix ON t (a);
CREATE UNIQUE INDEX ux ON t (u);
ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (o_id) REFERENCES other (id) NOT VALID;
ALTER TABLE t ADD CONSTRAINT ck2 CHECK (n > 0) NOT VALID;
CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION tf();
CREATE POLICY po ON t USING (true);
CREATE RULE ru AS ON DELETE TO t WHERE false DO INSTEAD NOTHING;
CREATE TABLE parent (id int) PARTITION BY RANGE (id);
CREATE TABLE p1 PARTITION OF parent FOR VALUES FROM (0) TO (10);
CREATE TABLE p2 (id int);
CREATE MATERIALIZED VIEW mv AS SELECT id FROM other;
CREATE UNIQUE INDEX mvx ON mv (id);
CREATE VIEW vw AS SELECT 1 AS x;
CREATE TABLE child (id int NOT NULL, a int, b varchar(20), c text, n int, o_id int, u int, CONSTRAINT ck CHECK (a < 1000), CONSTRAINT ck2 CHECK (n > 0));
"""

IN_A_TRANSACTION = [
    # statement, the table or index that is looked at
    ("DROP TABLE other CASCADE", "other"),
    ("ALTER TABLE t RENAME TO t2", "t"),
    ("ALTER TABLE t SET SCHEMA attic", "t"),
    ("ALTER TABLE t ADD COLUMN x int", "t"),
    ("ALTER TABLE t ADD COLUMN x int NOT NULL DEFAULT 5", "t"),
    ("ALTER TABLE t ADD COLUMN x timestamptz DEFAULT now()", "t"),
    ("ALTER TABLE t ADD COLUMN x timestamptz DEFAULT CURRENT_TIMESTAMP", "t"),
    ("ALTER TABLE t ADD COLUMN x timestamptz DEFAULT clock_timestamp()", "t"),
    ("ALTER TABLE t ADD COLUMN x uuid DEFAULT gen_random_uuid()", "t"),
    ("ALTER TABLE t ADD COLUMN x float DEFAULT random()", "t"),
    ("ALTER TABLE t ADD COLUMN x text DEFAULT 'f(x) y'", "t"),
    ("ALTER TABLE t ADD COLUMN x serial", "t"),
    ("ALTER TABLE t ADD COLUMN x int GENERATED ALWAYS AS IDENTITY", "t"),
    ("ALTER TABLE t ADD COLUMN x int GENERATED ALWAYS AS (a + 1) STORED", "t"),
    ("ALTER TABLE t DROP COLUMN c", "t"),
    ("ALTER TABLE t DROP COLUMN o_id", "other"),
    ("DROP TABLE t", "other"),
    ("ALTER TABLE t ALTER COLUMN a TYPE bigint", "t"),
    ("ALTER TABLE t ALTER COLUMN b TYPE int USING 1", "t"),
    ("ALTER TABLE t ALTER COLUMN n SET NOT NULL", "t"),
    ("ALTER TABLE t ALTER COLUMN n DROP NOT NULL", "t"),
    ("ALTER TABLE t ALTER COLUMN n SET DEFAULT 5", "t"),
    ("ALTER TABLE t ALTER COLUMN n DROP DEFAULT", "t"),
    ("ALTER TABLE t RENAME COLUMN n TO m", "t"),
    ("ALTER TABLE t ALTER COLUMN n SET STATISTICS 100", "t"),
    ("ALTER TABLE t ALTER COLUMN n SET (n_distinct = 5)", "t"),
    ("ALTER TABLE t ALTER COLUMN n RESET (n_distinct)", "t"),
    ("ALTER TABLE t ALTER COLUMN c SET STORAGE EXTERNAL", "t"),
    ("COMMENT ON COLUMN t.n IS 'x'", "t"),
    ("COMMENT ON TABLE t IS 'x'", "t"),
    ("CREATE INDEX i2 ON t (n)", "t"),
    ("CREATE UNIQUE INDEX i2 ON t (n)", "t"),
    ("DROP INDEX ix", "t"),
    ("ALTER INDEX ix RENAME TO iy", "ix"),
    ("REINDEX INDEX ix", "t"),
    ("REINDEX TABLE t", "t"),
    ("CLUSTER t USING ix", "t"),
    ("ALTER TABLE t ADD CONSTRAINT x CHECK (n > 0)", "t"),
    ("ALTER TABLE t ADD CONSTRAINT x CHECK (n > 0) NOT VALID", "t"),
    ("ALTER TABLE t ADD CONSTRAINT x FOREIGN KEY (n) REFERENCES other (id) NOT VALID", "t"),
    ("ALTER TABLE t ADD CONSTRAINT x FOREIGN KEY (o_id) REFERENCES other (id)", "t"),
    ("ALTER TABLE t ADD CONSTRAINT x FOREIGN KEY (o_id) REFERENCES other (id)", "other"),
    ("CREATE TABLE z (id int REFERENCES other (id))", "other"),
    ("ALTER TABLE t ADD CONSTRAINT x UNIQUE (n)", "t"),
    ("ALTER TABLE t ADD CONSTRAINT x UNIQUE USING INDEX ux", "t"),
    ("ALTER TABLE t ADD CONSTRAINT x EXCLUDE USING btree (n WITH =)", "t"),
    ("ALTER TABLE t DROP CONSTRAINT ck", "t"),
    ("ALTER TABLE t DROP CONSTRAINT fk", "t"),
    ("ALTER TABLE t DROP CONSTRAINT fk", "other"),
    ("ALTER TABLE t RENAME CONSTRAINT ck TO cl", "t"),
    ("ALTER TABLE t VALIDATE CONSTRAINT ck2", "t"),
    ("ALTER TABLE t VALIDATE CONSTRAINT fk", "t"),
    ("ALTER TABLE t SET (fillfactor = 70)", "t"),
    ("ALTER TABLE t RESET (fillfactor)", "t"),
    ("ALTER TABLE t SET UNLOGGED", "t"),
    ("ALTER TABLE t CLUSTER ON ix", "t"),
    ("ALTER TABLE t SET WITHOUT CLUSTER", "t"),
    ("ALTER TABLE t ENABLE TRIGGER tr", "t"),
    ("ALTER TABLE t DISABLE TRIGGER ALL", "t"),
    ("ALTER TABLE t DISABLE RULE ru", "t"),
    ("ALTER TABLE t ENABLE ROW LEVEL SECURITY", "t"),
    ("ALTER TABLE t FORCE ROW LEVEL SECURITY", "t"),
    ("ALTER TABLE t REPLICA IDENTITY FULL", "t"),
    ("ALTER TABLE t OWNER TO CURRENT_USER", "t"),
    ("ALTER TABLE child INHERIT t", "child"),
    ("ALTER TABLE parent ATTACH PARTITION p2 FOR VALUES FROM (10) TO (20)", "parent"),
    ("ALTER TABLE parent DETACH PARTITION p1", "parent"),
    ("CREATE TABLE p3 PARTITION OF parent FOR VALUES FROM (30) TO (40)", "parent"),
    ("CREATE TRIGGER tr2 BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION tf()", "t"),
    ("DROP TRIGGER tr ON t", "t"),
    ("CREATE POLICY po2 ON t USING (true)", "t"),
    ("ALTER POLICY po ON t RENAME TO po3", "t"),
    ("DROP POLICY po ON t", "t"),
    ("CREATE RULE r2 AS ON DELETE TO t WHERE false DO INSTEAD NOTHING", "t"),
    ("DROP RULE ru ON t", "t"),
    ("REFRESH MATERIALIZED VIEW mv", "mv"),
    ("REFRESH MATERIALIZED VIEW CONCURRENTLY mv", "mv"),
    ("DROP MATERIALIZED VIEW mv", "mv"),
    ("DROP VIEW vw", "vw"),
    ("INSERT INTO t (id) VALUES (9)", "t"),
    ("UPDATE t SET n = 5 WHERE id = 1", "t"),
    ("DELETE FROM t WHERE id = 1", "t"),
    ("TRUNCATE t", "t"),
    ("COPY t (id) FROM '/dev/null'", "t"),
    ("SELECT * FROM t", "t"),
    ("SELECT * FROM t WHERE id = 1 FOR UPDATE", "t"),
    ("LOCK TABLE t", "t"),
    ("LOCK TABLE t IN SHARE MODE", "t"),
    ("LOCK TABLE t IN SHARE ROW EXCLUSIVE MODE", "t"),
]

OUTSIDE = [
    ("CREATE INDEX CONCURRENTLY i2 ON t (n)", "t"),
    ("DROP INDEX CONCURRENTLY ix", "t"),
    ("REINDEX INDEX CONCURRENTLY ix", "t"),
    ("REINDEX TABLE CONCURRENTLY t", "t"),
    ("VACUUM FULL t", "t"),
]

STRENGTH = [
    "ACCESS SHARE",
    "ROW SHARE",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
]
"""The levels from weak to strong."""


@pytest.fixture
def engine(emptied: str) -> Iterator[sa.Engine]:
    engine = sa.create_engine(emptied, poolclass=NullPool)
    with engine.begin() as connection:
        for statement in SETUP.strip().split(";\n"):
            connection.exec_driver_sql(statement)
    yield engine
    engine.dispose()


@pytest.fixture
def emptied(emptied_databases) -> str:  # type: ignore[no-untyped-def]
    return emptied_databases("postgresql")


def said_of(sql: str, database: str, version: tuple[int, ...]) -> Lock:
    """The lock of the statement's first effect that has one."""
    effects = read_sql(fx.SqlSource(sql, fx.Span("x.py", 1)), frozenset({database}))
    locks = [lock for effect in effects if (lock := lock_of(effect, database, version)) is not None]
    assert locks, effects
    return max(locks, key=lambda lock: STRENGTH.index(lock.level) if lock.level in STRENGTH else 0)


def held(connection: sa.Connection, pid: int, relation: int) -> str:
    """The strongest level that a session holds or waits for on a relation."""
    modes = connection.execute(
        sa.text("SELECT mode FROM pg_locks WHERE pid = :pid AND relation = :relation"),
        {"pid": pid, "relation": relation},
    ).scalars()
    return max(
        ("".join(f" {c}" if c.isupper() else c for c in m).strip().upper()[:-5] for m in modes), key=STRENGTH.index
    )


def waits(engine: sa.Engine, sql: str) -> bool:
    """Whether another session has to wait with this statement."""
    with engine.connect() as other:
        other.exec_driver_sql("SET lock_timeout = '80ms'")
        try:
            other.exec_driver_sql(sql)
        except sa.exc.OperationalError as error:
            if "lock timeout" in str(error):
                return True
            raise
        finally:
            other.rollback()
    return False


@pytest.mark.parametrize(("sql", "table"), IN_A_TRANSACTION)
def test_the_lock_within_a_transaction(engine: sa.Engine, sql: str, table: str) -> None:
    with engine.connect() as connection, engine.connect() as watcher:
        version = connection.dialect.server_version_info
        lock = said_of(sql, "postgresql", tuple(version or ()))
        relation = connection.execute(sa.text("SELECT CAST(:table AS regclass)::oid"), {"table": table}).scalar_one()
        node = sa.text("SELECT pg_relation_filenode(:relation)")
        before = connection.execute(node, {"relation": relation}).scalar()
        connection.rollback()
        pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        connection.exec_driver_sql(sql)
        assert held(watcher, pid, relation) == lock.level
        after = connection.execute(node, {"relation": relation}).scalar()
        rewritten = before != after and not sql.startswith(("TRUNCATE", "DROP", "REINDEX"))
        assert rewritten is (lock.held is Held.REWRITE)
        if table in ("t", "other") and lock.level not in ("ROW SHARE", "ROW EXCLUSIVE"):
            assert waits(engine, f"SELECT * FROM {table}") is lock.blocks_reads
            assert waits(engine, f"UPDATE {table} SET id = id WHERE id = 2") is lock.blocks_writes
        connection.rollback()


@pytest.mark.parametrize(("sql", "table"), OUTSIDE)
def test_the_lock_outside_of_transactions(engine: sa.Engine, sql: str, table: str) -> None:
    """Another session's open transaction makes the statement wait, so that its locks can be looked at."""
    with engine.connect() as busy, engine.connect() as watcher:
        lock = said_of(sql, "postgresql", tuple(busy.dialect.server_version_info or ()))
        relation = busy.execute(sa.text("SELECT CAST(:table AS regclass)::oid"), {"table": table}).scalar_one()
        busy.rollback()
        busy.exec_driver_sql(f"INSERT INTO {table} (id) VALUES (7)")
        pids: list[int] = []

        def run() -> None:
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                pids.append(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())
                connection.exec_driver_sql(sql)

        thread = threading.Thread(target=run)
        thread.start()
        seen = ""
        for _ in range(100):
            time.sleep(0.02)
            watcher.rollback()
            waiting = (
                pids
                and watcher.execute(
                    sa.text("SELECT count(*) FROM pg_locks WHERE pid = :pid AND NOT granted"), {"pid": pids[0]}
                ).scalar_one()
            )
            if waiting:
                seen = held(watcher, pids[0], relation)
                break
        watcher.rollback()
        busy.rollback()
        thread.join(timeout=30)
        assert seen == lock.level


MARIADB_SETUP = """
CREATE TABLE other (id int PRIMARY KEY, v int) ENGINE=InnoDB;
CREATE TABLE t (id int PRIMARY KEY, a int, b varchar(20), c text NOT NULL, n int, o_id int, CONSTRAINT ck CHECK (a < 1000),
  KEY ix (a), KEY ox (o_id), CONSTRAINT fk FOREIGN KEY (o_id) REFERENCES other (id)) ENGINE=InnoDB;
CREATE TABLE bare (id int NOT NULL, a int) ENGINE=InnoDB;
INSERT INTO other VALUES (1, 1);
INSERT INTO t VALUES (1, 1, 'b', 'c', 1, 1)
"""

ON_MARIADB = [
    "ALTER TABLE t ADD COLUMN x int",
    "ALTER TABLE t ADD COLUMN x int NOT NULL DEFAULT 5",
    "ALTER TABLE t ADD COLUMN x int GENERATED ALWAYS AS (a + 1) STORED",
    "ALTER TABLE bare ADD COLUMN x int AUTO_INCREMENT PRIMARY KEY",
    "ALTER TABLE t DROP COLUMN c",
    "ALTER TABLE t MODIFY COLUMN a bigint",
    "ALTER TABLE t ALTER COLUMN n SET DEFAULT 5",
    "ALTER TABLE t RENAME COLUMN n TO m",
    "ALTER TABLE t ADD INDEX i2 (n)",
    "ALTER TABLE t ADD FULLTEXT INDEX i2 (c)",
    "ALTER TABLE t DROP INDEX ix",
    "ALTER TABLE t RENAME INDEX ix TO iy",
    "ALTER TABLE t ADD UNIQUE (n)",
    "ALTER TABLE bare ADD PRIMARY KEY (id)",
    "ALTER TABLE t ADD FOREIGN KEY (n) REFERENCES other (id)",
    "ALTER TABLE t ADD CONSTRAINT ck2 CHECK (n > 0)",
    "ALTER TABLE t DROP FOREIGN KEY fk",
    "ALTER TABLE bare ADD PRIMARY KEY (id)",
    "ALTER TABLE t CONVERT TO CHARACTER SET utf8mb3",
    "ALTER TABLE t COMMENT = 'x'",
    "ALTER TABLE t FORCE",
    "ALTER TABLE t ROW_FORMAT = COMPACT",
]

BEST_FIRST = [
    "ALGORITHM=INSTANT, LOCK=NONE",
    "ALGORITHM=INPLACE, LOCK=NONE",
    "ALGORITHM=COPY, LOCK=NONE",
    "ALGORITHM=INPLACE, LOCK=SHARED",
    "ALGORITHM=COPY, LOCK=SHARED",
]


@pytest.mark.parametrize("sql", ON_MARIADB)
def test_mariadb_accepts_the_algorithm_and_refuses_to_block_less(emptied_databases, sql: str) -> None:  # type: ignore[no-untyped-def]
    """The statement is sent with each pair, the best first: the one that the server takes is the one that is said."""
    url = sa.make_url(emptied_databases("mariadb"))
    engine = sa.create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        for statement in MARIADB_SETUP.strip().split(";\n"):
            connection.exec_driver_sql(statement)
        connection.commit()
        version = connection.exec_driver_sql("SELECT VERSION()").scalar_one()
        lock = said_of(sql, "mariadb", tuple(int(part) for part in version.split("-")[0].split(".")))
        for pair in BEST_FIRST:
            try:
                connection.exec_driver_sql(f"{sql}, {pair}")
            except sa.exc.DBAPIError as error:
                assert "is not supported" in str(error), error
            else:
                break
    engine.dispose()
    blocks = "NONE" not in pair
    assert (pair, blocks) == (lock.level, lock.blocks_writes)
