"""Whether anybody else is shown, or may change, what runs on a connection.

Where nobody is, a statement may go to the driver by a shorter way, which listeners would notice.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.engine import Connection


def is_unwatched(connection: Any) -> bool:
    """Whether nobody is shown, or changes, the constructs that run on a connection."""
    if connection is None or connection.dispatch.before_execute or connection.dispatch.after_execute:
        return False
    return not connection.get_execution_options().get("schema_translate_map")


def is_alone(connection: Any) -> bool:
    """Whether nobody but ourselves can tell how a statement came to the driver."""
    if type(connection) is not Connection or connection._echo:
        return False
    if not is_unwatched(connection) or connection.dispatch.before_cursor_execute:
        return False
    return len(connection.dispatch.after_cursor_execute) <= 1  # the log of statements
