"""Everything that a database holds of its users' own, and how to take it out again.

Decides nothing: whether a database may be emptied is for whoever asks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress

from sqlalchemy import inspect
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from headway.valueclass import valueclass

LONGEST = 30.0  # seconds that taking everything out may last when sessions of others are in the way


@valueclass(frozen=True, slots=True)
class Thing:
    """One object of a database."""

    kind: str
    name: str
    drop: str | None
    """The statement that takes it out; None where headway knows none."""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def contents(connection: Connection) -> list[Thing]:
    """All objects, in the order in which they go most easily. What an extension of PostgreSQL owns is not among them."""
    return list(_READERS.get(connection.dialect.name, _of_others)(connection))


def neighbours(connection: Connection) -> set[str]:
    """What belongs to the whole server and not to this database: roles, other databases."""
    sql = _NEIGHBOURS.get(connection.dialect.name)
    return set(connection.exec_driver_sql(sql).scalars()) if sql else set()


def take_out(connection: Connection, things: Callable[[], list[Thing]]) -> list[Thing]:
    """Drops what ``things`` returns, as often as that helps, and returns what is left.

    The connection must be in autocommit mode.
    """
    for statement in _BEFORE.get(connection.dialect.name, ()):
        connection.exec_driver_sql(statement)
    until = time.monotonic() + LONGEST
    left, before = things(), None
    # What hangs on another thing goes in a later round; the server's cascades take most of it along.
    while left and left != before:
        for thing in left:
            if thing.drop is not None and time.monotonic() < until:
                with suppress(DBAPIError):  # what stays is returned
                    connection.exec_driver_sql(thing.drop)
        left, before = things(), left
    return left


# -- databases --------------------------------------------------------------------------------------------------


def _of_postgresql(connection: Connection) -> Iterator[Thing]:
    for kind, identity in connection.exec_driver_sql(_POSTGRESQL):
        if kind == "large object":
            yield Thing(kind, identity, f"SELECT lo_unlink({identity})")
        else:
            yield Thing(kind, identity, f"DROP {_WORDS.get(kind, kind).upper()} IF EXISTS {identity} CASCADE")


_WORDS = {"statistics object": "statistics", "foreign-data wrapper": "foreign data wrapper"}
"""Kinds that ``pg_identify_object`` calls otherwise than DROP does."""

_FIRST_OF_USERS = 16384
"""Object ids below it are the server's own: https://www.postgresql.org/docs/current/system-catalog-initial-data.html"""

_CATALOGS = (
    ("pg_event_trigger", "true", 1),
    ("pg_publication", "true", 1),
    ("pg_extension", "true", 2),
    # A schema that an extension was put into belongs to it, and public is there from the beginning.
    (
        "pg_namespace",
        "nspname !~ '^pg_(toast_)?temp_' AND nspname <> 'public'"
        " AND oid NOT IN (SELECT extnamespace FROM pg_extension)",
        3,
    ),
    ("pg_class", "relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND relpersistence <> 't'", 4),
    (
        "pg_type",
        "NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = typrelid AND c.relkind <> 'c') AND typtype <> 'p'"
        " AND NOT EXISTS (SELECT FROM pg_namespace n WHERE n.oid = typnamespace AND n.nspname ~ '^pg_(toast_)?temp_')",
        5,
    ),
    ("pg_proc", "true", 5),
    ("pg_cast", "true", 5),
    ("pg_operator", "true", 5),
    ("pg_opclass", "true", 5),
    ("pg_opfamily", "true", 6),
    ("pg_collation", "true", 5),
    ("pg_conversion", "true", 5),
    ("pg_statistic_ext", "true", 5),
    ("pg_ts_config", "true", 5),
    ("pg_ts_dict", "true", 6),
    ("pg_ts_template", "true", 7),
    ("pg_ts_parser", "true", 7),
    ("pg_foreign_server", "true", 6),
    ("pg_foreign_data_wrapper", "true", 7),
    ("pg_language", "true", 7),
    ("pg_largeobject_metadata", "true", 8),
)
_POSTGRESQL = (
    "SELECT i.type, i.identity FROM ("
    + " UNION ALL ".join(
        f"SELECT {place} AS place, '{catalog if catalog != 'pg_largeobject_metadata' else 'pg_largeobject'}'::regclass"
        f" AS class, oid FROM {catalog} WHERE oid >= {_FIRST_OF_USERS} AND {condition}"
        for catalog, condition, place in _CATALOGS
    )
    + ") AS found, LATERAL pg_identify_object(found.class, found.oid, 0) AS i"
    # What belongs to an extension, or is a part of another object, such as the array type of a type.
    " WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = found.class AND d.objid = found.oid"
    " AND d.objsubid = 0 AND d.deptype IN ('e', 'i')) ORDER BY found.place, i.identity"
)


def _of_mysql(connection: Connection) -> Iterator[Thing]:
    quote = connection.dialect.identifier_preparer.quote_identifier
    for sql in _MYSQL:
        for kind, name in connection.exec_driver_sql(sql):
            yield Thing(kind.lower(), name, f"DROP {kind} IF EXISTS {quote(name)}")


_MYSQL = (
    "SELECT 'EVENT', event_name FROM information_schema.events WHERE event_schema = DATABASE()",
    "SELECT 'TRIGGER', trigger_name FROM information_schema.triggers WHERE trigger_schema = DATABASE()",
    "SELECT CASE table_type WHEN 'VIEW' THEN 'VIEW' WHEN 'SEQUENCE' THEN 'SEQUENCE' ELSE 'TABLE' END, table_name"
    " FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_type = 'VIEW' DESC, table_name",
    "SELECT routine_type, routine_name FROM information_schema.routines WHERE routine_schema = DATABASE()"
    " ORDER BY routine_type = 'PACKAGE BODY' DESC, routine_name",
)


def _of_sqlite(connection: Connection) -> Iterator[Thing]:
    found = connection.exec_driver_sql(
        "SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
    )
    for kind, name in found:
        yield Thing(kind, name, None)  # a file is put back as a whole


def _of_others(connection: Connection) -> Iterator[Thing]:
    """Tables, views and sequences, by SQLAlchemy's own means."""
    inspector = inspect(connection)
    quote = connection.dialect.identifier_preparer.quote
    schema = inspector.default_schema_name
    for name in inspector.get_view_names():
        yield Thing("view", name, f"DROP VIEW {quote(name)}")
    for name in inspector.get_table_names():
        yield Thing("table", name, f"DROP TABLE {quote(name)}")
    if connection.dialect.supports_sequences:
        for name in inspector.get_sequence_names(schema=schema):
            yield Thing("sequence", name, f"DROP SEQUENCE {quote(name)}")


_READERS: dict[str, Callable[[Connection], Iterator[Thing]]] = {
    "postgresql": _of_postgresql,
    "mysql": _of_mysql,
    "mariadb": _of_mysql,
    "sqlite": _of_sqlite,
}
_NEIGHBOURS = {
    "postgresql": "SELECT 'role ' || rolname FROM pg_roles",
    "mysql": "SELECT CONCAT('database ', schema_name) FROM information_schema.schemata",
}
_NEIGHBOURS["mariadb"] = _NEIGHBOURS["mysql"]
_BEFORE = {
    # A session that user code has left open would make a drop wait for ever.
    "postgresql": ("SET lock_timeout = '5s'",),
    "mysql": ("SET SESSION foreign_key_checks = 0", "SET SESSION lock_wait_timeout = 5"),
}
_BEFORE["mariadb"] = _BEFORE["mysql"]
