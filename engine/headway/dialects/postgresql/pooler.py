"""Whether a pooler in transaction mode stands between us and PostgreSQL, told with two connections of our own.

One connection that asks twice proves nothing: an idle pooler gives it the same session again.
"""

from __future__ import annotations

from contextlib import ExitStack, suppress
from typing import Any

from sqlalchemy.engine import Connection

_ROUNDS = 3  # a pooler that hands its sessions out in turn may give the same one back once

_PID = "SELECT pg_backend_pid()"


def gives_sessions_away(connection: Connection) -> bool:
    """Whether a session changes hands while its client idles outside a transaction.

    Connects as the engine does, through pools of our own: the user's may hold a single connection. What a connection
    that cannot be made raises goes through.
    """
    dialect = connection.dialect
    with ExitStack() as opened:
        idle, busy = _connection(connection, opened), _connection(connection, opened)
        if idle is busy:
            return False  # the engine's creator hands out one connection to everybody, and nobody shares it now
        for first, second in ((idle, busy), (busy, idle)) * _ROUNDS:
            dialect.set_isolation_level(first, "AUTOCOMMIT")
            dialect.reset_isolation_level(second)
            before = _ask(first)
            during = _ask(second)  # and stays in its transaction
            after = _ask(first)
            second.rollback()
            if during == before or after != before:
                return True
    return False


def _connection(connection: Connection, opened: ExitStack) -> Any:
    """One of a pool of its own; a pool for one connection alone would give the same to both."""
    pool = connection.engine.pool.recreate()
    opened.callback(pool.dispose)
    fairy = pool.connect()
    opened.callback(_quietly, fairy.invalidate)
    return fairy.dbapi_connection


def _quietly(end: Any) -> None:
    with suppress(Exception):
        end()


def _ask(dbapi: Any) -> Any:
    cursor = dbapi.cursor()
    try:
        cursor.execute(_PID)
        return cursor.fetchone()[0]
    finally:
        cursor.close()
