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
    if not engine.dialect.is_async and _cancels_safely(native):
        native.cancel_safe(timeout=3)
    elif (raw := getattr(native, "pgconn", None)) is not None:  # psycopg, asynchronous too
        file = sys.modules[type(raw).__module__].__file__ or ""
        if file.endswith(".py"):  # without a compiled part it calls libpq by ctypes itself
            raw.get_cancel().cancel()
        else:
            _cancel_by_libpq(file, raw.pgconn_ptr)
    elif hasattr(native, "pgconn_ptr"):  # psycopg2
        _cancel_by_libpq(sys.modules["psycopg2._psycopg"].__file__ or "", native.pgconn_ptr)
    else:
        ask_aside(engine, f"SELECT pg_cancel_backend({session_id(native)})")


def _cancels_safely(native: Any) -> bool:
    """Whether psycopg sends the request itself, in time: since 3.2 and with libpq 17; else it calls ``cancel()``."""
    return hasattr(native, "cancel_safe") and bool(sys.modules["psycopg"].capabilities.has_cancel_safe())


def _cancel_by_libpq(file: str, session: int) -> None:
    """What ``cancel()`` of psycopg2, and of psycopg's compiled part, does: theirs keeps every thread of Python waiting for a
    server that does not answer. ``file`` is the driver's, and ``session`` the address of its PGconn."""
    libpq = ctypes.CDLL(file)  # it is loaded, and libpq with it
    libpq.PQgetCancel.restype = ctypes.c_void_p
    request = ctypes.c_void_p(libpq.PQgetCancel(ctypes.c_void_p(session)))
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
