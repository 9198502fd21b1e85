"""Whether anybody else is shown, or may change, what runs on a connection.

Where nobody is, a statement may go to the driver by a shorter way, which listeners would notice.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.engine import Connection

_EXECUTE = Connection.execute


def is_unwatched(connection: Any) -> bool:
    """Whether nobody is shown, or changes, the constructs that run on a connection."""
    if connection is None or connection.dispatch.before_execute or connection.dispatch.after_execute:
        return False
    return not connection.get_execution_options().get("schema_translate_map")


def is_alone(connection: Any) -> bool:
    """Whether nobody but ourselves can tell how a statement came to the driver.

    Not listeners, nor who has put a function of theirs in the place of ``execute()``; nor the dialect, which may treat
    DDL in a way of its own: asyncpg's forgets what it has prepared, some outside SQLAlchemy call the driver otherwise.
    """
    if type(connection) is not Connection or connection._echo or "execute" in vars(connection):
        return False
    dialect = connection.dialect
    kinds = (type(dialect), dialect.execution_ctx_cls)
    if dialect.is_async or dialect._has_events or not all(k.__module__.startswith("sqlalchemy.") for k in kinds):
        return False
    if Connection.execute is not _EXECUTE or not is_unwatched(connection) or connection.dispatch.before_cursor_execute:
        return False
    heard: Any = connection.dispatch.after_cursor_execute
    return not heard or all(function.__module__.startswith("headway.") for function in heard)  # the log of statements
