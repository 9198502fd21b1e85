"""What tells one database from another: asked of the server where it says, told from the connection where it does
not."""

from __future__ import annotations

import os
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from headway.plan.model import Target


def target_of(connection: Connection) -> Target:
    """The database that a connection leads to."""
    return _READERS.get(connection.dialect.name, _by_name)(connection)


def _postgresql(connection: Connection) -> Target:
    # Whether the role may call it is asked first: an error would end the transaction that migrates.
    allowed = _ask(connection, "SELECT has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE')")
    system = None
    if allowed:
        system = _ask(connection, "SELECT system_identifier FROM pg_catalog.pg_control_system()")
    oid = _ask(connection, "SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()")
    return Target(
        dialect=connection.dialect.name,
        server_version=str(_ask(connection, "SHOW server_version")),
        host=None if system else _host(connection),
        database=str(_ask(connection, "SELECT current_database()")),
        schema=_ask(connection, "SELECT current_schema()"),
        identity=f"system {system}, database {oid}" if system else None,
        named_by="the server's system identifier" if system else "host and database",
    )


def _mysql(connection: Connection) -> Target:
    name = "server_uid" if getattr(connection.dialect, "is_mariadb", False) else "server_uuid"
    row = connection.execute(text(f"SHOW GLOBAL VARIABLES LIKE '{name}'")).first()
    identity = str(row[1]) if row is not None and row[1] else None
    return Target(
        dialect=connection.dialect.name,
        server_version=str(_ask(connection, "SELECT VERSION()")),
        host=None if identity else _host(connection),
        database=_ask(connection, "SELECT DATABASE()"),
        identity=f"server {identity}" if identity else None,
        named_by=f"the server's @@{name}" if identity else "host and database",
    )


def _sqlite(connection: Connection) -> Target:
    name = connection.engine.url.database or ":memory:"
    if name.startswith("file:"):
        name = name.removeprefix("file:").partition("?")[0]
    in_memory = name in ("", ":memory:")
    return Target(
        dialect=connection.dialect.name,
        server_version=str(_ask(connection, "SELECT sqlite_version()")),
        database=":memory:" if in_memory else os.path.basename(name),
        identity=None if in_memory else os.path.realpath(name),
        named_by="nothing: it is in memory" if in_memory else "its path",
    )


def _by_name(connection: Connection) -> Target:
    version = getattr(connection.dialect, "server_version_info", None) or ()
    return Target(
        dialect=connection.dialect.name,
        server_version=".".join(map(str, version)),
        host=_host(connection),
        database=connection.engine.url.database,
    )


_READERS = {"postgresql": _postgresql, "mysql": _mysql, "mariadb": _mysql, "sqlite": _sqlite}


def _host(connection: Connection) -> str:
    url = connection.engine.url
    host = url.host or str(url.query.get("host") or url.query.get("unix_socket") or "localhost")
    return f"{host}:{url.port}" if url.port else host


def _ask(connection: Connection, sql: str) -> Any:
    return connection.execute(text(sql)).scalar()
