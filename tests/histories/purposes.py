"""The differences that are on purpose, each with its reason; every other difference is a fault."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass

_CLAUSE = re.compile(r"^\s*(CONSTRAINT\b|UNIQUE \(|FOREIGN KEY\s*\(|CHECK \(|PRIMARY KEY \()")


@dataclass(frozen=True)
class Purpose:
    """One difference: what the texts of headway and of Alembic are without it."""

    reason: str
    what: str
    """``schema`` or ``script``."""
    databases: tuple[str, ...]
    without: Callable[[str, str], tuple[str, str]]


def _clauses_in_order(ours: str, theirs: str) -> tuple[str, str]:
    return _with_sorted_clauses(ours), _with_sorted_clauses(theirs)


def _with_sorted_clauses(text: str) -> str:
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


def _bare_defaults(ours: str, theirs: str) -> tuple[str, str]:
    return ours, re.sub(r"DEFAULT \((CURRENT_TIMESTAMP|NULL|-?\d+|'[^']*')\)", r"DEFAULT \1", theirs)


def _kept_checks(ours: str, theirs: str) -> tuple[str, str]:
    """Without the unnamed CHECKs that headway alone has."""
    mine, other = ours.splitlines(), theirs.splitlines()
    kept: list[str] = []
    for tag, begin, end, *_ in difflib.SequenceMatcher(None, mine, other, autojunk=False).get_opcodes():
        found = mine[begin:end]
        kept += [line for line in found if tag != "delete" or not line.lstrip().startswith("CHECK (")]
    return "\n".join(kept), "\n".join(other)


def _single_percent(ours: str, theirs: str) -> tuple[str, str]:
    return ours, theirs.replace("%%", "%")


PURPOSES = (
    Purpose("a batch writes constraints in a fixed order", "schema", ("sqlite",), _clauses_in_order),
    Purpose("a batch keeps a default as it was written", "schema", ("sqlite",), _bare_defaults),
    Purpose("batch-unnamed-check: a batch keeps CHECKs without a name", "schema", ("sqlite",), _kept_checks),
    Purpose("percent-signs: a percent sign is written once", "script", ("postgresql",), _single_percent),
)
UNDONE = "batch-failure: what a failing revision did on SQLite is undone"
"""Of a revision that fails on SQLite Alembic leaves what it had done; only the version rows are compared then."""


@dataclass(frozen=True)
class Explained:
    """The reasons for which two texts differ, and the texts without what has a reason."""

    reasons: tuple[str, ...]
    ours: str
    theirs: str


def explain(what: str, database: str, ours: str, theirs: str) -> Explained:
    """Takes out of two texts what differs on purpose."""
    reasons = []
    for purpose in PURPOSES:
        if ours != theirs and purpose.what == what and database in purpose.databases:
            before = ours.splitlines(), theirs.splitlines()
            ours, theirs = purpose.without(ours, theirs)
            if before != (ours.splitlines(), theirs.splitlines()):
                reasons.append(purpose.reason)
    return Explained(tuple(reasons), ours, theirs)
