"""The database drivers that user code may call past SQLAlchemy, and a check before any of them connects.

Knows where each driver makes its connections, not who may have one: that is ``connecting``.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from headway.process import hearing, replaced

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

Check = Callable[[str], None]
"""Is told what was called, ``psycopg.connect``, before it is; whatever it raises keeps it from being called."""

ENTRANCES: dict[str, tuple[str, ...]] = {
    "psycopg": (
        "psycopg:connect",
        "psycopg:Connection.connect",
        "psycopg:AsyncConnection.connect",
        "psycopg._connection_base:BaseConnection._connect_gen",
    ),
    "psycopg_pool": (
        "psycopg_pool:ConnectionPool.__init__",
        "psycopg_pool:AsyncConnectionPool.__init__",
    ),
    "psycopg2": ("psycopg2:connect", "psycopg2:_connect"),
    "asyncpg": (
        "asyncpg:connect",
        "asyncpg:create_pool",
        "asyncpg.connection:connect",
        "asyncpg.pool:create_pool",
        "asyncpg.connect_utils:_connect",
    ),
    "pg8000": ("pg8000:connect", "pg8000.dbapi:connect", "pg8000.core:CoreConnection.__init__"),
    "pymysql": ("pymysql.connections:Connection.__init__",),
    "MySQLdb": ("MySQLdb.connections:Connection.__init__", "MySQLdb._mysql:connect"),
    "mysql.connector": ("mysql.connector:connect", "mysql.connector.connection:MySQLConnection.__init__"),
    "mariadb": ("mariadb:connect",),
    "aiomysql": ("aiomysql:connect", "aiomysql:create_pool", "aiomysql.connection:Connection.__init__"),
    "asyncmy": ("asyncmy:connect", "asyncmy:create_pool"),
    "aiosqlite": ("aiosqlite:connect", "aiosqlite.core:connect"),
    "pyodbc": ("pyodbc:connect",),
    "aioodbc": ("aioodbc:connect", "aioodbc:create_pool"),
    "pymssql": ("pymssql:connect",),
    "oracledb": ("oracledb:connect", "oracledb:connect_async", "oracledb:create_pool"),
    "cx_Oracle": ("cx_Oracle:connect", "cx_Oracle:SessionPool"),
}
"""Each driver's ways in. Beside the public ones stand those within, which an alias made earlier leads to as well."""


@contextmanager
def checked(check: Check, check_file: Callable[[str], None]) -> Iterator[None]:
    """Calls ``check`` before a driver connects, and ``check_file`` with the name that sqlite3 is to open.

    Drivers that are installed are imported, because one that user code imports later could not be found in time.
    """
    with ExitStack() as stack:
        stack.enter_context(hearing("sqlite3.connect", lambda database: check_file(_file_name(database))))
        for driver, places in ENTRANCES.items():
            for place in places if _is_there(driver) else ():
                found = _owner(place)
                if found is not None:
                    owner, name = found
                    shown = place.replace(":", ".").replace(".__init__", "")
                    stack.enter_context(replaced(owner, name, functools.partial(_checking, check, shown)))
        yield


def in_memory(database: str) -> bool:
    """Whether a SQLite database of this name lives in the process only. See https://www.sqlite.org/inmemorydb.html"""
    if not database.startswith("file:"):
        return database in ("", ":memory:")
    path, _, query = database.removeprefix("file:").partition("?")
    return path in ("", ":memory:") or "mode=memory" in query.split("&")


def url_in_memory(url: URL) -> bool:
    """The same for the URL of a SQLite database, which keeps the query apart."""
    name = url.database or ""
    if name.startswith("file:") and url.query.get("mode") == "memory":
        return True
    return in_memory(name)


def _file_name(database: Any) -> str:
    return os.fsdecode(database) if isinstance(database, str | bytes | os.PathLike) else str(database)


def _is_there(driver: str) -> bool:
    try:
        return importlib.util.find_spec(driver) is not None
    except (ImportError, ValueError):  # a package above it is missing, or the module has no spec
        return False


def _owner(place: str) -> tuple[Any, str] | None:
    """The module or class that ``place`` is in, and the name there; None where this version has no such thing."""
    module, _, path = place.partition(":")
    *classes, name = path.split(".")
    try:
        owner: Any = importlib.import_module(module)
    except Exception:  # noqa: BLE001  # user code cannot import it either
        return None
    for each in classes:
        owner = getattr(owner, each, None)
    return (owner, name) if hasattr(owner, name) else None


def _checking(check: Check, shown: str, found: Any) -> Any:
    """``found``, a function or a class's descriptor of one, with the check before it."""
    if isinstance(found, classmethod | staticmethod):
        return type(found)(_checking(check, shown, found.__func__))

    @functools.wraps(found)
    def call(*args: Any, **kw: Any) -> Any:
        check(shown)
        return found(*args, **kw)

    return call
