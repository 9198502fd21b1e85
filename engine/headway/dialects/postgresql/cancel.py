"""How a statement is stopped on a PostgreSQL server from another thread, and how to look whether it was."""

from __future__ import annotations

import ctypes
import sys
from typing import Any

from sqlalchemy.engine import Engine

from headway.dialects.own_session import ask_aside


def cancel(engine: Engine, native: Any, session: int | None) -> None:
    """Sends a cancel request for what the driver's connection has at work.

    The requests of psycopg and psycopg2 may come from any thread; asyncpg's may not, so another session asks.
    See https://www.postgresql.org/docs/current/libpq-cancel.html
    """
    if (safe := getattr(native, "cancel_safe", None)) is not None and not engine.dialect.is_async:  # psycopg 3.2
        safe(timeout=3)
    elif (raw := getattr(native, "pgconn", None)) is not None:  # psycopg, asynchronous too
        raw.get_cancel().cancel()
    elif hasattr(native, "pgconn_ptr"):  # psycopg2
        _cancel_aside(native)
    else:
        ask_aside(engine, f"SELECT pg_cancel_backend({session_id(native)})")


def _cancel_aside(native: Any) -> None:
    """What psycopg2's ``cancel()`` does, which keeps every thread of Python waiting for a server that does not answer."""
    libpq = ctypes.CDLL(sys.modules["psycopg2._psycopg"].__file__)  # it is loaded, and libpq with it
    libpq.PQgetCancel.restype = ctypes.c_void_p
    request = ctypes.c_void_p(libpq.PQgetCancel(ctypes.c_void_p(native.pgconn_ptr)))
    libpq.PQcancel(request, ctypes.create_string_buffer(256), 256)
    libpq.PQfreeCancel(request)


def session_id(native: Any) -> int | None:
    """The server process behind a driver's connection."""
    if (ask := getattr(native, "get_server_pid", None)) is not None:  # asyncpg
        return int(ask())
    if (ask := getattr(native, "get_backend_pid", None)) is not None:  # psycopg2
        return int(ask())
    pid = getattr(getattr(native, "info", None), "backend_pid", None)  # psycopg
    return None if pid is None else int(pid)


def how_to_look(session: int | None) -> str:
    """What to type to see it, and to end it."""
    if session is None:
        return "pg_stat_activity shows it."
    return (
        f"SELECT state, query FROM pg_stat_activity WHERE pid = {session} shows it, "
        f"SELECT pg_terminate_backend({session}) ends it."
    )
