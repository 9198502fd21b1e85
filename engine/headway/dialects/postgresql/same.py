"""Whether PostgreSQL takes expressions for the same. Asks its planner, which writes them its own way; runs none of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

Pair = tuple[str, str]

_SAME_MOMENT = (
    ("CURRENT_TIMESTAMP", "now()"),
    ("transaction_timestamp()", "now()"),
    ("LOCALTIMESTAMP", "(now())::timestamp without time zone"),
    ("CURRENT_DATE", "(now())::date"),
)
"""What is the same moment by another name: https://www.postgresql.org/docs/current/functions-datetime.html"""


def are_same(connection: Connection, pairs: Sequence[Pair], source: str = "") -> bool | None:
    """Whether the two expressions of each pair are the same to the server; None when it cannot tell.

    The first of a pair is the models', the second is stored. ``source`` is the FROM clause with the table whose columns
    they name.
    """
    ours, theirs = ([pair[side] for pair in pairs] for side in (0, 1))
    try:
        first, second = (_planned(connection, expressions, source) for expressions in (ours, theirs))
    except DBAPIError as error:
        if not _not_understood(error.orig) or not _understands(connection, theirs, source):
            return None
        return False  # what the server does not understand is not what it has stored
    if len(first) != len(pairs) or len(second) != len(pairs):
        return None
    return first == second and list(map(_collations, ours)) == list(map(_collations, theirs))


def _planned(connection: Connection, expressions: Sequence[str], source: str) -> list[str]:
    """The expressions as the server writes them. Raises DBAPIError when it does not understand one."""
    listed = ", ".join(f"({expression})" for expression in expressions)
    sql = f"EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON) SELECT {listed} {source}"
    with _undone_on_error(connection):
        answer = connection.scalar(text(sql.replace(":", "\\:")))
    plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
    return [_at_its_moment(one) for one in plan.get("Output", ())]


def _understands(connection: Connection, expressions: Sequence[str], source: str) -> bool:
    """Whether it can be asked at all: servers that speak PostgreSQL's language have another EXPLAIN, or none."""
    try:
        _planned(connection, expressions, source)
    except DBAPIError:
        return False
    return True


def _at_its_moment(shown: str) -> str:
    for name, other in _SAME_MOMENT:
        shown = shown.replace(name, other)
    return shown


def _collations(expression: str) -> list[str]:
    """The collations that an expression names, which a plan does not show."""
    return [name.strip('"') for name in re.findall(r'(?i)\bCOLLATE\s+(?:\w+\.)?("(?:[^"]|"")*"|\w+)', expression)]


def _not_understood(error: Any) -> bool:
    """Whether the server rejects what was written; that somebody may not read a table says nothing about it."""
    state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None) or ""
    return state[:2] in ("22", "42") and state != "42501"


@contextmanager
def _undone_on_error(connection: Connection) -> Iterator[None]:
    """An error leaves the transaction as it was; where each statement is one of its own, there is nothing to undo."""
    driver: Any = connection.connection.dbapi_connection
    if getattr(driver, "autocommit", False) is True:
        yield
        return
    with connection.begin_nested():
        yield
