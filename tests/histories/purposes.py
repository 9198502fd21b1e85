"""The differences that are on purpose, each with its reason; every other difference is a fault."""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass

_CLAUSE = re.compile(r"(CONSTRAINT\b|UNIQUE \(|FOREIGN KEY ?\(|CHECK \(|PRIMARY KEY \()")
_TABLE = re.compile(r'CREATE TABLE "?(\w+)"? \((.*?)\n\)$', re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Purpose:
    """One difference: what the texts of headway and of Alembic are without it."""

    reason: str
    what: str
    """``schema`` or ``script``."""
    databases: tuple[str, ...]
    without: Callable[[str, str], tuple[str, str]]


_BOTH = ("sqlite", "postgresql")


def _laid_out(ours: str, theirs: str) -> tuple[str, str]:
    return _in_clauses(ours), _in_clauses(theirs)


def _in_clauses(text: str) -> str:
    """Every CREATE TABLE with one clause a line: columns in their order, constraints in that of the alphabet."""
    return _TABLE.sub(lambda found: _table_in_clauses(found[1], found[2]), text)


def _table_in_clauses(name: str, body: str) -> str:
    clauses = [" ".join(clause.split()) for clause in _split(body)]
    columns = [clause for clause in clauses if not _CLAUSE.match(clause)]
    return "\n".join(
        [f"CREATE TABLE {name} (", *columns, *sorted(clause for clause in clauses if _CLAUSE.match(clause)), ")"]
    )


def _split(body: str) -> list[str]:
    """What stands between the commas that are in no parentheses and no quotes."""
    pieces, depth, quote = [""], 0, ""
    for letter in body:
        if quote or letter in "'\"":
            quote = "" if letter == quote else quote or letter
        depth += 0 if quote else (letter == "(") - (letter == ")")
        if letter == "," and not depth and not quote:
            pieces.append("")
        else:
            pieces[-1] += letter
    return pieces


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


def _without_log(ours: str, theirs: str) -> tuple[str, str]:
    """Without what Alembic logs of its own configuration once a revision file has imported what sets logging up."""
    return ours, re.sub(r"^Loading config from file: .*\n", "", theirs, flags=re.M)


_INDEX = re.compile(r"CREATE (?:UNIQUE )?INDEX .*? ON (\S+) ", re.DOTALL)


def _indexes_in_order(ours: str, theirs: str) -> tuple[str, str]:
    return _in_order(ours), _in_order(theirs)


def _in_order(text: str) -> str:
    """The CREATE INDEX of one table that follow one another, in the order of the alphabet."""
    statements = text.split(";\n\n")
    tables = [found[1] if (found := _INDEX.match(one)) else None for one in statements]
    put: list[str] = []
    for table, group in itertools.groupby(zip(tables, statements, strict=True), key=lambda pair: pair[0]):
        found = [statement for _, statement in group]
        put += sorted(found) if table else found
    return ";\n\n".join(put)


PURPOSES = (
    Purpose("Alembic creates the indexes of a new table in the order of a set", "script", _BOTH, _indexes_in_order),
    Purpose("a listing executes no revision file, so that nothing it imports logs", "listings", _BOTH, _without_log),
    Purpose("a batch writes constraints in a fixed order and adds columns in place", "schema", ("sqlite",), _laid_out),
    Purpose("a batch keeps a default as it was written", "schema", ("sqlite",), _bare_defaults),
    Purpose("batch-unnamed-check: a batch keeps CHECKs without a name", "schema", ("sqlite",), _kept_checks),
    Purpose("percent-signs: a percent sign is written once", "script", ("postgresql",), _single_percent),
)
UNDONE = "batch-failure: what a failing revision did on SQLite is undone"
"""Of a revision that fails on SQLite Alembic leaves what it had done; only the version rows are compared then."""
FURTHER = (
    ("cannot INSERT into generated column", "batch-losses: a batch keeps generated columns, where Alembic fails"),
)
"""What Alembic ends with where headway goes on, and why."""


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
