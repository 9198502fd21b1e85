"""Server defaults on SQLite: what ADD COLUMN accepts, and when two are the same."""

from __future__ import annotations

import re

from headway.dialects.differences import normal_sql


def is_constant(sql: str) -> bool:
    """What ADD COLUMN accepts as a default: a literal, not an expression and not CURRENT_TIMESTAMP."""
    return re.fullmatch(r"\s*\(?\s*('(?:[^']|'')*'|[-+]?\d+(\.\d+)?|null|true|false)\s*\)?\s*", sql, re.I) is not None


def normal_default(text: str | None) -> str | None:
    if text is None:
        return None
    sql = normal_sql(text)
    return re.sub(r"^'(.*)'$", r"\1", sql)
