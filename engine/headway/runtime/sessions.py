"""What can be told of the session behind a connection, by asking its driver or, where that does not know, its server."""

from __future__ import annotations

from typing import Any

from headway.effects.sql_kind import Kind
from headway.runtime.driver_state import autocommits, in_transaction

COMMITS_DDL = frozenset({"mysql", "mariadb", "oracle"})
"""Databases that commit with every DDL statement, before and after it."""


def driver_connection(dbapi: Any) -> Any:
    """The driver's own connection, beneath what SQLAlchemy wraps around one that is async."""
    return getattr(dbapi, "driver_connection", dbapi)


def is_autocommit(connection: Any, driver: Any) -> bool:
    level = connection.get_execution_options().get("isolation_level") or connection.dialect._on_connect_isolation_level
    return level == "AUTOCOMMIT" or autocommits(driver)


def inside_after(connection: Any, dbapi: Any, driver: Any, kind: Kind | None) -> bool | None:
    """Whether the session is in a transaction after an error; MySQL's drivers hear that only with a success."""
    if connection.dialect.name not in COMMITS_DDL:
        return in_transaction(driver)
    if kind not in (Kind.DDL, Kind.UNKNOWN):
        return None
    answer = _ask(dbapi, "SELECT @@in_transaction")  # MariaDB; MySQL has no way to ask
    return None if answer is None else bool(int(answer[0]))


def says_that_rows_stay(dbapi: Any) -> bool:
    """Whether a MySQL server has warned that tables without transactions keep their rows."""
    warning = _ask(dbapi, "SHOW WARNINGS")
    return warning is not None and int(warning[1]) == _ROWS_STAY


_ROWS_STAY = 1196
"""ER_WARNING_NOT_COMPLETE_ROLLBACK. See https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html"""


def hear_errors_again(connection: Any) -> None:
    """Undoes what a reflection of MySQL's tables leaves on a connection: that nobody is told of any later error."""
    if connection.get_execution_options().get("skip_user_error_events"):
        connection.execution_options(skip_user_error_events=False)


def _ask(dbapi: Any, sql: str) -> Any:
    """The first row of an answer; None where there is none."""
    try:
        cursor = dbapi.cursor()
        try:
            cursor.execute(sql)
            return cursor.fetchone()
        finally:
            cursor.close()
    except Exception:  # noqa: BLE001  # a session that cannot answer leaves it unknown
        return None


def is_disconnect(dialect: Any, error: Exception, dbapi: Any) -> bool:
    return isinstance(error, dialect.loaded_dbapi.Error) and bool(dialect.is_disconnect(error, dbapi, None))
