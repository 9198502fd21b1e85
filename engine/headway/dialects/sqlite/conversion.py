"""What the values of a column become when a batch gives it another type. SQL texts about one column; asks no database.

SQLite's own CAST makes 2020 of '2020-01-02', 0 of 'true' and 0 of 'abc', because a date is text there and a text that is
no number counts as 0. See https://www.sqlite.org/lang_expr.html#castexpr and https://www.sqlite.org/datatype3.html.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import types as sqltypes

from headway.dialects.sqlite.declared import Declared
from headway.operations.rewrite.conversion import Conversion


def conversion(column: str, old: Any, new: Any, dialect: Any) -> Conversion | None:
    """How the values of ``column`` (quoted) go from one type to another; None where a CAST, or nothing, is right."""
    kind = _kind(new, dialect)
    if kind is None or kind == _kind(old, dialect):
        return None
    v = column
    match kind:
        case "date":
            sql = f"CASE WHEN {_is_datetime(v)} THEN substr({v}, 1, 10) ELSE {v} END"
            return Conversion(sql, f"NOT ({_is_datetime(v)})", "a date")
        case "datetime":
            return Conversion(v, f"NOT ({_is_datetime(v)})", "a date and time")
        case "time":
            whole = f"length({v}) > 10 AND {_is_datetime(v)}"
            sql = f"CASE WHEN {whole} THEN substr({v}, 12) ELSE {v} END"
            return Conversion(sql, f"NOT ({_is_time(v)} OR ({whole}))", "a time")
        case "uuid":
            bare = f"replace({v}, '-', '')"
            fits = f"length({bare}) = 32 AND NOT {bare} GLOB '*[^0-9a-fA-F]*'"
            return Conversion(f"CASE WHEN {fits} THEN lower({bare}) ELSE {v} END", f"NOT ({fits})", "a UUID")
        case "boolean":
            word = f"lower(trim({v}))"
            sql = f"CASE WHEN {word} IN ({_TRUE}) THEN 1 WHEN {word} IN ({_FALSE}) THEN 0 ELSE {v} END"
            fits = f"typeof({v}) IN ('integer', 'real') OR {word} IN ({_TRUE}, {_FALSE}, '1', '0')"
            return Conversion(sql, f"NOT ({fits})", "a truth value")
        case "integer":
            sql = f"CASE WHEN typeof({v}) = 'real' THEN CAST({v} AS INTEGER) ELSE {v} END"
            return Conversion(sql, _no_number(v, "INTEGER"), "a whole number")
        case _:
            return Conversion(v, _no_number(v, "NUMERIC"), "a number")


_TRUE = "'true', 't', 'yes', 'y', 'on'"
_FALSE = "'false', 'f', 'no', 'n', 'off'"


def _kind(type_: Any, dialect: Any) -> str | None:
    """How SQLAlchemy stores values of the type in SQLite, as far as CAST does not know it."""
    type_ = type_.taken_for if isinstance(type_, Declared) else type_
    type_ = getattr(type_, "_variant_mapping", {}).get(dialect.name, type_)
    while isinstance(type_, sqltypes.TypeDecorator) and not isinstance(type_, sqltypes.Interval):
        type_ = type_.load_dialect_impl(dialect)
    # An interval is stored as the date and time that is so far from the epoch.
    kinds: tuple[tuple[Any, str], ...] = (
        (sqltypes.Boolean, "boolean"),
        ((sqltypes.DateTime, sqltypes.Interval), "datetime"),
        (sqltypes.Date, "date"),
        (sqltypes.Time, "time"),
        (sqltypes.Uuid, "uuid"),
        (sqltypes.Integer, "integer"),
        (sqltypes.Numeric, "number"),
    )
    return next((kind for classes, kind in kinds if isinstance(type_, classes)), None)


def _is_date(v: str) -> str:
    # date() knows words such as 'now', and only when it counts days does 31 February become one of March.
    return f"({v} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]' AND date({v}, '+0 days') = {v})"


def _is_time(v: str) -> str:
    return f"({v} GLOB '[0-9][0-9]:[0-9][0-9]*' AND time({v}) IS NOT NULL)"


def _is_datetime(v: str) -> str:
    """Also a date alone, which Python reads as its midnight."""
    clock = f"substr({v}, 11, 1) IN (' ', 'T') AND {_is_time(f'substr({v}, 12)')}"
    return f"({_is_date(f'substr({v}, 1, 10)')} AND (length({v}) = 10 OR ({clock})))"


def _no_number(v: str, type_: str) -> str:
    # Beside a number's type SQLite compares a text as the number that it spells, if it spells one.
    return f"(typeof({v}) = 'blob' OR (typeof({v}) = 'text' AND {v} <> CAST({v} AS {type_})))"
