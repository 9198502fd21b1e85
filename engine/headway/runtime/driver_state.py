"""What a driver knows of its session: whether it is in a transaction, and whether it commits by itself. Asks no server."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

_IDLE = 0
"""libpq's PQTRANS_IDLE. See https://www.postgresql.org/docs/current/libpq-status.html"""
_BROKEN = 3
"""libpq's PQTRANS_INERROR."""
_IN_TRANSACTION = 1
"""SERVER_STATUS_IN_TRANS of the MySQL protocol, a bit of what each answer carries.
See https://dev.mysql.com/doc/dev/mysql-server/latest/mysql__com_8h.html"""
_DEADLOCK, _SYNTAX = 1213, 1064


def in_transaction(driver: Any) -> bool | None:
    """Whether the session of a driver's connection is in a transaction; None where the driver does not know."""
    with suppress(Exception):  # a connection that has been closed answers nothing
        inside: Any = getattr(driver, "in_transaction", None)  # sqlite3, aiosqlite
        if isinstance(inside, bool):
            return inside
        info = getattr(driver, "info", None)  # psycopg, psycopg2
        status: Any = getattr(info, "transaction_status", None)
        if status is not None:
            return None if int(status) > 3 else int(status) != _IDLE
        asks = getattr(driver, "is_in_transaction", None)  # asyncpg
        if callable(asks):
            return bool(asks())
        flags = getattr(driver, "server_status", None)  # PyMySQL, aiomysql, asyncmy
        if isinstance(flags, int):
            return bool(flags & _IN_TRANSACTION)
    return None


def autocommits(driver: Any) -> bool:
    """Whether a driver's connection commits each statement by itself."""
    with suppress(Exception):
        get = getattr(driver, "get_autocommit", None)  # PyMySQL, mysqlclient, aiomysql: a method
        if callable(get):
            return bool(get())
        flag: Any = getattr(driver, "autocommit", False)
        return flag is True
    return False


def is_broken(driver: Any, error: BaseException) -> bool:
    """Whether an error has broken the transaction of a PostgreSQL session; one that only the driver made has not."""
    status = getattr(getattr(driver, "info", None), "transaction_status", None)  # psycopg, psycopg2
    if status is not None:
        return int(status) == _BROKEN
    return bool(getattr(error, "sqlstate", None) or getattr(error, "pgcode", None))


def gave_up_transaction(error: BaseException) -> bool:
    """Whether a MySQL server has rolled the whole transaction back, as it does to one of two in a deadlock."""
    return bool(_number(error) == _DEADLOCK)


def is_syntax_error(error: BaseException) -> bool:
    """Whether a MySQL server could not read the statement, and so committed nothing before it."""
    return bool(_number(error) == _SYNTAX)


def _number(error: BaseException) -> Any:
    arguments = getattr(error, "args", ())
    return arguments[0] if arguments else None
