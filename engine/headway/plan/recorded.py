"""Statements as they were recorded, before two recordings become a plan. Values that can cross a pipe."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from headway.effects.sql_text import split_literals
from headway.redact import redact
from headway.valueclass import valueclass

_LONG = 20_000
"""Characters of values from which on a statement keeps their digest instead."""


def shown_sql(sql: str) -> str:
    """A statement as a plan shows it: without the passwords in it."""
    return redact(sql.replace("\x00", "")).strip()


@valueclass(frozen=True, slots=True)
class Recorded:
    """One statement."""

    sql: str
    kind: str
    file: str | None
    line: int | None
    values: tuple[tuple[str, Any], ...] = ()

    @classmethod
    def of(cls, sql: str, parameters: Any, *, many: bool, kind: str, file: str | None, line: int | None) -> Recorded:
        """The statement of a driver's text and parameters."""
        return cls(sql, kind, file, line, tuple(_values(parameters, many)))


@dataclass(slots=True)
class Section:
    """The statements of one revision, or of env.py around them."""

    name: str
    direction: str = "environment"
    statements: list[Recorded] = field(default_factory=list)
    why: str | None = None
    """Why they cannot be told."""


def fingerprint(sql: str, run_time: Iterable[str] = ()) -> str:
    """SHA-256 of a text, without the literals that are made when it runs."""
    left_out = {int(place.removeprefix("literal ")) for place in run_time if place.startswith("literal ")}
    if left_out:
        shape, literals = split_literals(sql)
        kept = [literal for number, literal in enumerate(literals) if number not in left_out]
        sql = json.dumps([shape, kept])
    return f"sha256:{hashlib.sha256(sql.encode()).hexdigest()}"


def condensed(values: tuple[tuple[str, Any], ...]) -> tuple[tuple[str, Any], ...]:
    """The values, or, when they are very long, their number and digest."""
    text = json.dumps(values, ensure_ascii=True)
    if len(text) <= _LONG:
        return values
    return (("all", f"{len(values)} values, sha256:{hashlib.sha256(text.encode()).hexdigest()}"),)


def _values(parameters: Any, many: bool) -> Iterator[tuple[str, Any]]:
    if not parameters:
        return
    if many:
        for number, one in enumerate(parameters):
            yield from ((f"{number}/{place}", value) for place, value in _values(one, False))
        return
    pairs = parameters.items() if isinstance(parameters, Mapping) else enumerate(parameters)
    yield from ((str(place), _plain(value)) for place, value in pairs)


def _plain(value: Any) -> Any:
    """A value that JSON has, and that differs where the value does."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        return f"bytes {bytes(value).hex()}"
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    for wrapped in ("obj", "adapted"):  # psycopg's and psycopg2's JSON, whose text is cut short
        if hasattr(value, wrapped):
            return {type(value).__name__: _plain(getattr(value, wrapped))}
    said = str(value) if isinstance(value, float | Decimal | UUID | date | time) else repr(value)
    return f"{type(value).__name__} {said}"
