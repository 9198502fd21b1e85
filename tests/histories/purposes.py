"""The differences that are on purpose, each with its reason; every other difference is a fault."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_CLAUSE = re.compile(r"^\s*(CONSTRAINT\b|UNIQUE \(|FOREIGN KEY\s*\(|CHECK \(|PRIMARY KEY \()")


@dataclass(frozen=True)
class Purpose:
    """One difference: what both texts are without it."""

    reason: str
    what: str
    """``schema`` or ``script``."""
    database: str
    without: Callable[[str], str]


def _clauses_in_order(text: str) -> str:
    """The constraints at the end of each CREATE TABLE, in the order of the alphabet; columns stay where they are."""
    lines: list[str] = []
    clauses: list[str] = []
    for line in text.splitlines():
        if _CLAUSE.match(line):
            clauses.append(line.strip().rstrip(",").rstrip())
            continue
        lines += sorted(clauses)
        clauses = []
        lines.append(line)
    return "\n".join(lines + sorted(clauses))


def _bare_defaults(text: str) -> str:
    return re.sub(r"DEFAULT \((CURRENT_TIMESTAMP|NULL|-?\d+|'[^']*')\)", r"DEFAULT \1", text)


def _single_percent(text: str) -> str:
    return text.replace("%%", "%")


PURPOSES = (
    Purpose(
        "a batch writes constraints in a fixed order, Alembic in that of a set", "schema", "sqlite", _clauses_in_order
    ),
    Purpose("a batch keeps a default as it was written", "schema", "sqlite", _bare_defaults),
    Purpose("percent-signs: a percent sign in a script is written once", "script", "postgresql", _single_percent),
)
UNDONE = "batch-failure: what a failing revision did on SQLite is undone"
"""Of a revision that fails on SQLite Alembic leaves what it had done; only the version rows are compared then."""


def explain(what: str, database: str, ours: str, theirs: str) -> list[str] | None:
    """The reasons for which two texts differ: none when they are the same, None when a difference has no reason."""
    reasons = []
    for purpose in PURPOSES:
        if ours == theirs:
            break
        if (purpose.what, purpose.database) == (what, database):
            before = ours, theirs
            ours, theirs = purpose.without(ours), purpose.without(theirs)
            if before != (ours, theirs):
                reasons.append(purpose.reason)
    return reasons if ours == theirs else None
