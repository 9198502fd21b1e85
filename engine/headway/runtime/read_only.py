"""Connections that the server itself keeps from changing anything. Knows how each driver asks for one; which runs want
them is not decided here."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.util.concurrency import await_only

from headway.errors import ConfigError, NotSupported
from headway.runtime.connecting import Attempt


def connect_read_only(attempt: Attempt) -> DBAPIConnection:
    """The connection that an engine asks for, opened in such a way that nothing can be changed over it.

    Raises NotSupported for a database or a driver that cannot be told to refuse changes, or does not do it.
    """
    dialect = attempt.dialect
    prepare = _PREPARED.get(_family(dialect))
    if prepare is None:
        raise NotSupported(
            f"{dialect.name} cannot be told to refuse every change, so that it is not looked at",
            hint="Use 'headway upgrade --sql' to see what would run.",
        )
    prepare(attempt)
    connection = attempt.open()
    try:
        _make_sure(dialect, connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _family(dialect: Any) -> str:
    """The database that a dialect speaks to: dialects of third parties derive from SQLAlchemy's and have names of their own."""
    for kind in type(dialect).__mro__:
        if kind.__module__.startswith("sqlalchemy.dialects.") and "name" in vars(kind):
            return str(vars(kind)["name"])
    return str(dialect.name)


# -- each database ------------------------------------------------------------------------------------------------


def _sqlite(attempt: Attempt) -> None:
    if attempt.dialect.driver not in ("pysqlite", "aiosqlite"):
        raise _unknown_driver(attempt.dialect, "pysqlite or aiosqlite")
    name = _read_only_file(attempt.file or "", uri=bool(attempt.cparams.get("uri")))
    attempt.cparams.pop("database", None)
    attempt.cargs[:] = [name]
    attempt.cparams["uri"] = True


def _read_only_file(name: str, *, uri: bool) -> str:
    """The name of a SQLite file as a URI that lets nobody write; a file that is missing is an empty database.

    Raises ConfigError when nobody could make it, so that what is planned could never run.
    """
    path, query = name, ""
    if uri and name.startswith("file:"):
        path, _, query = name.removeprefix("file:").partition("?")
        path = path.removeprefix("//")
    kept = [part for part in query.split("&") if part and not part.startswith("mode=")]
    in_memory = name in ("", ":memory:") or "mode=memory" in query or path in ("", ":memory:")
    if not in_memory and not os.path.isdir(os.path.dirname(os.path.abspath(path))):
        raise ConfigError(
            "SQLite cannot make this file, because its directory does not exist",
            path=path,
            hint="Give the URL the file as it is, or make the directory.",
        )
    if in_memory or not os.path.exists(path):
        return "file::memory:"
    return f"file:{quote(os.path.abspath(path))}?{'&'.join([*kept, 'mode=ro'])}"


def _postgresql(attempt: Attempt) -> None:
    driver, parameters = attempt.dialect.driver, attempt.cparams
    if driver in ("psycopg", "psycopg_async", "psycopg2"):
        parameters["options"] = f"{parameters.get('options') or ''} -c default_transaction_read_only=on".strip()
    elif driver == "asyncpg":
        settings = dict(parameters.get("server_settings") or {})
        parameters["server_settings"] = settings | {"default_transaction_read_only": "on"}
    else:
        raise _unknown_driver(attempt.dialect, "psycopg, psycopg2 or asyncpg")


def _mysql(attempt: Attempt) -> None:
    """Nothing to ask for: it is told when the session is there."""


_PREPARED: dict[str, Callable[[Attempt], None]] = {
    "sqlite": _sqlite,
    "postgresql": _postgresql,
    "mysql": _mysql,
    "mariadb": _mysql,
}


def _make_sure(dialect: Any, connection: Any) -> None:
    """Asks the server whether it refuses changes: a pooler in between may have dropped what it was told."""
    if _family(dialect) == "sqlite":
        _run(connection, "PRAGMA query_only = ON")  # a database in memory stays empty
        _forbid_attach(connection)
        return
    if _family(dialect) == "postgresql":
        answer = _run(connection, "SHOW transaction_read_only")
    else:
        _run(connection, "SET SESSION TRANSACTION READ ONLY")
        answer = _run(connection, "SELECT @@session.tx_read_only" if _is_old(dialect, connection) else _MYSQL_ASKS)
    connection.rollback()
    if str(answer).lower() not in ("on", "1", "true"):
        raise NotSupported(
            f"the {dialect.name} server did not take over that this session must change nothing (it says {answer!r})",
            hint="A pooler may stand in between: give plan a direct URL.",
        )


_SQLITE_ATTACH, _SQLITE_DENY, _SQLITE_OK = 24, 1, 0
"""See https://www.sqlite.org/c3ref/c_alter_table.html"""


def _forbid_attach(connection: Any) -> None:
    """ATTACH makes the file that it names, whatever the connection may write."""

    def allow(action: int, *about: Any) -> int:
        return _SQLITE_DENY if action == _SQLITE_ATTACH else _SQLITE_OK

    driver = getattr(connection, "driver_connection", None)
    if driver is None:
        connection.set_authorizer(allow)
    else:
        await_only(driver.set_authorizer(allow))


_MYSQL_ASKS = "SELECT @@session.transaction_read_only"


def _is_old(dialect: Any, connection: Any) -> bool:
    """Whether the server knows only the old name; MariaDB has the new one from 11.1 on."""
    version = str(_run(connection, "SELECT VERSION()"))
    parts = [int(part) for part in version.partition("-")[0].split(".")[:2] if part.isdigit()]
    return parts < [11, 1] if "mariadb" in version.lower() else parts < [5, 7]


def _run(connection: Any, sql: str) -> Any:
    """The first value of the answer, if there is one."""
    cursor = connection.cursor()
    try:
        cursor.execute(sql)
        row = cursor.fetchone() if cursor.description else None
    finally:
        cursor.close()
    return None if row is None else row[0]


def _unknown_driver(dialect: Any, known: str) -> NotSupported:
    return NotSupported(
        f"the driver {dialect.driver} cannot be told to open connections that change nothing",
        hint=f"Use {known} in the URL for plan.",
    )
