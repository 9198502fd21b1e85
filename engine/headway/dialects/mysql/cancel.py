"""How a statement is stopped on a MySQL or MariaDB server from another thread, and how to look whether it was."""

from __future__ import annotations

from typing import Any

from sqlalchemy.engine import Engine

from headway.dialects.own_session import ask_aside


def cancel(engine: Engine, native: Any, session: int | None) -> None:
    """Kills what the driver's connection has at work, over another session: the protocol knows no request for it.

    See https://dev.mysql.com/doc/refman/8.4/en/kill.html
    """
    ask_aside(engine, f"KILL QUERY {session}")


def session_id(native: Any) -> int | None:
    """The server's number of a driver's connection."""
    if (ask := getattr(native, "thread_id", None)) is not None:  # PyMySQL, mysqlclient, aiomysql, asyncmy
        return int(ask())
    number = getattr(native, "connection_id", None)  # MariaDB Connector
    return None if number is None else int(number)


def how_to_look(session: int | None) -> str:
    """What to type to see it, and to end it."""
    return "SHOW FULL PROCESSLIST shows it" + ("." if session is None else f" as {session}, KILL {session} ends it.")
