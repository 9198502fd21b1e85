"""The bank of SQL statements in ``cases/``: statements of one database, in an order in which it accepts them, each with
the effects that it has. No tests of its own.

A case is a statement, lines that begin with ``=>`` with its effects, and perhaps a mark: ``-- not run: why`` keeps it
from the server, ``-- alone`` runs it outside of a transaction.
"""

from __future__ import annotations

import dataclasses
import enum
from dataclasses import dataclass
from pathlib import Path

from headway.effects import model as fx
from headway.reading.sql.read import read_sql

CASES = Path(__file__).parent / "cases"
_HIDDEN = {"span", "raw", "written"}


@dataclass(frozen=True)
class Case:
    """One statement of the bank."""

    bank: str
    number: int
    sql: str
    effects: tuple[str, ...]
    runs: bool = True
    alone: bool = False

    def __str__(self) -> str:
        return f"{self.bank}-{self.number}-{' '.join(self.sql.split())[:50]}"

    def read(self, database: str) -> tuple[str, ...]:
        """The effects that the reader finds now, as the bank writes them."""
        source = fx.SqlSource(self.sql, fx.Span("x.py", 1))
        found = read_sql(source, None if database == "unread" else frozenset({database}))
        assert all(effect.raw for effect in found)
        return tuple(shown(effect) for effect in found)


def cases(bank: str) -> list[Case]:
    """The cases of one file."""
    found = []
    for number, block in enumerate((CASES / f"{bank}.sql").read_text().strip("\n").split("\n\n")):
        lines = block.split("\n")
        effects = tuple(line[3:] for line in lines if line.startswith("=> "))
        marks = [line for line in lines if line.startswith(("-- not run", "-- alone"))]
        sql = "\n".join(line for line in lines if not line.startswith("=> ") and line not in marks)
        runs = not any(mark.startswith("-- not run") for mark in marks)
        found.append(Case(bank, number, sql, effects, runs, "-- alone" in marks))
    return found


def rewritten(bank: str) -> str:
    """The text of a bank with the effects as they are read now."""
    blocks = []
    for block, case in zip((CASES / f"{bank}.sql").read_text().strip("\n").split("\n\n"), cases(bank), strict=True):
        kept = [line for line in block.split("\n") if not line.startswith("=> ")]
        blocks.append("\n".join([*kept, *(f"=> {effect}" for effect in case.read(bank))]))
    return "\n\n".join(blocks) + "\n"


def shown(value: object) -> str:
    """A value with those of its fields that are not as by default."""
    if isinstance(value, enum.Enum):
        return "UNKNOWN" if value is fx.UNKNOWN else str(value.value)
    if isinstance(value, fx.Computed):
        return "{" + value.expression + "}"
    if isinstance(value, frozenset):
        return "{" + ", ".join(sorted(map(shown, value))) + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(map(shown, value)) + "]"
    if not dataclasses.is_dataclass(value):
        return repr(value)
    parts = []
    for field in dataclasses.fields(value):
        inner = getattr(value, field.name)
        if field.name in _HIDDEN or (field.default is not dataclasses.MISSING and inner == field.default):
            continue
        parts.append(f"{field.name}={shown(inner)}")
    return f"{type(value).__name__}({', '.join(parts)})"
