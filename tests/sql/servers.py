"""Real databases for the bank: one per kind and process, emptied for every run, and described as text lines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.pool import NullPool, StaticPool

SIDE = "side"
"""The second schema that cases may use."""


@dataclass(frozen=True)
class Server:
    """A database that can be emptied; ``name`` is the dialect's."""

    name: str
    url: str

    @contextmanager
    def empty(self) -> Iterator[sa.Connection]:
        """A connection to the database with nothing in it but the empty schema ``side``."""
        if self.name == "sqlite":
            engine = sa.create_engine("sqlite://", poolclass=StaticPool)
        else:
            engine = sa.create_engine(self.url, poolclass=NullPool)
        with engine.connect() as connection:
            for statement in self._resets():
                connection.exec_driver_sql(statement)
            connection.commit()
            yield connection
        engine.dispose()

    def _resets(self) -> list[str]:
        if self.name == "sqlite":
            return [f"ATTACH ':memory:' AS {SIDE}"]
        if self.name == "postgresql":
            drops = [f"DROP SCHEMA IF EXISTS {name} CASCADE" for name in ("public", SIDE, "fresh")]
            return [*drops, "CREATE SCHEMA public", f"CREATE SCHEMA {SIDE}"]
        name = sa.make_url(self.url).database
        drops = [f"DROP DATABASE IF EXISTS {each}" for each in (name, SIDE)]
        return [*drops, f"CREATE DATABASE {name}", f"CREATE DATABASE {SIDE}", f"USE {name}"]


def describe(connection: sa.Connection) -> list[str]:
    """Everything that a migration can have changed: definitions as the database writes them, and all rows."""
    describers = {"sqlite": _sqlite, "postgresql": _postgresql, "mariadb": _mariadb, "mysql": _mariadb}
    lines = describers[connection.dialect.name](connection)
    return sorted(lines)


def _sqlite(connection: sa.Connection) -> Iterator[str]:
    for schema in ("main", SIDE):
        objects = connection.exec_driver_sql(f"SELECT type, name, sql FROM {schema}.sqlite_master").fetchall()
        for kind, name, sql in objects:
            yield f"{schema} {kind} {name}: {sql}"
            if kind == "table":
                yield from _rows(connection, f'{schema}."{name}"')


def _postgresql(connection: sa.Connection) -> Iterator[str]:
    for query in _POSTGRESQL:
        for row in connection.exec_driver_sql(query):
            yield " ".join(str(value) for value in row)
    tables = connection.exec_driver_sql(
        "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables "
        "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    )
    for name in tables.scalars().all():
        yield from _rows(connection, name)


_OURS = "NOT IN ('pg_catalog', 'information_schema', 'pg_toast')"
_POSTGRESQL = (
    f"SELECT 'schema', nspname FROM pg_namespace WHERE nspname {_OURS} AND nspname NOT LIKE 'pg\\_%%'",
    f"""SELECT 'column', c.oid::regclass, c.relkind, c.relpersistence, c.reloptions, a.attnum, a.attname,
               format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
               pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum), obj_description(c.oid, 'pg_class')
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE n.nspname {_OURS} AND c.relkind IN ('r', 'p', 'v')""",
    f"""SELECT 'constraint', conrelid::regclass, conname, pg_get_constraintdef(k.oid)
        FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE n.nspname {_OURS}""",
    f"SELECT 'index', schemaname, indexdef FROM pg_indexes WHERE schemaname {_OURS}",
    f"""SELECT 'sequence', schemaname, sequencename, start_value, min_value, max_value, increment_by, cycle, cache_size
        FROM pg_sequences WHERE schemaname {_OURS}""",
    """SELECT 'enum', t.typname, e.enumlabel, e.enumsortorder FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid""",
)


def _mariadb(connection: sa.Connection) -> Iterator[str]:
    tables = connection.exec_driver_sql(
        "SELECT table_schema, table_name FROM information_schema.tables "
        "WHERE table_schema NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys')"
    ).fetchall()
    for schema, name in tables:
        table = f"`{schema}`.`{name}`"
        yield str(connection.exec_driver_sql(f"SHOW CREATE TABLE {table}").fetchone()[1])
        yield from _rows(connection, table)


def _rows(connection: sa.Connection, table: str) -> Iterator[str]:
    for row in connection.exec_driver_sql(f"SELECT * FROM {table}"):
        yield f"row of {table}: {tuple(row)}"
