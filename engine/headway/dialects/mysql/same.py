"""Whether MySQL or MariaDB takes expressions for the same. Asks the optimizer, which writes them its own way; runs none
but literals."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy import types as sqltypes
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from headway.pattern import pattern

_LITERAL = pattern(r"(?i)\(*\s*(?:[bxn]?'(?:[^'\\]|''|\\.)*'|0x[0-9a-f]+|[-+]?[\d.]+(?:e[-+]?\d+)?|true|false)\s*\)*")


def are_same(connection: Connection, ours: str, theirs: str, source: str = "") -> bool:
    """Whether the server writes both in the same way. What it does not understand is not what it has stored."""
    shown = [_shown(connection, expression, source) for expression in (ours, theirs)]
    return shown[0] is not None and shown[0] == shown[1]


def are_same_values(connection: Connection, ours: str, theirs: str, type_: Any) -> bool:
    """Whether two literals are the same in a column of that type."""
    if not (_LITERAL.fullmatch(ours) and _LITERAL.fullmatch(theirs)):
        return False
    first, second = (_as_stored(literal, type_) for literal in (ours, theirs))
    try:
        return bool(connection.scalar(text(f"SELECT {first} <=> {second}".replace(":", "\\:"))))
    except DBAPIError:
        return False


def _shown(connection: Connection, expression: str, source: str) -> str | None:
    words = "EXPLAIN EXTENDED" if connection.dialect.is_mariadb else "EXPLAIN"  # type: ignore[attr-defined]
    try:
        connection.execute(text(f"{words} SELECT ({expression}) AS x {source}".replace(":", "\\:")))
        notes = [str(row[2]) for row in connection.exec_driver_sql("SHOW WARNINGS") if int(row[1]) == _NOTE]
    except DBAPIError:
        return None
    return notes[0] if notes else None


_NOTE = 1003
"""ER_YES, the statement as the optimizer sees it: https://dev.mysql.com/doc/refman/8.4/en/explain-extended.html"""


def _as_stored(literal: str, type_: Any) -> str:
    if isinstance(type_, sqltypes.Numeric) and not isinstance(type_, sqltypes.Float) and type_.precision:
        return f"CAST({literal} AS DECIMAL({type_.precision}, {type_.scale or 0}))"
    if isinstance(type_, sqltypes.Integer | sqltypes.Numeric) or type_.__visit_name__ == "BIT":
        return f"({literal}) + 0"
    for kind in ("DATETIME", "TIMESTAMP", "DATE", "TIME"):
        if type_.__visit_name__ == kind:
            digits = f"({fsp})" if (fsp := getattr(type_, "fsp", None)) else ""
            return f"CAST({literal} AS {kind.replace('TIMESTAMP', 'DATETIME')}{digits})"
    return f"CAST({literal} AS BINARY)"
