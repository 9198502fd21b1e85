"""What only the text of a CREATE TABLE says about a table of SQLite: collations, conflict clauses, table options."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from headway.operations.rewrite.text import plain_name, tokens

_NO_COLUMN = frozenset({"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"})


def table_options(create_table: str) -> dict[str, Any]:
    """Keywords of ``Table`` for what is written behind the columns, and for AUTOINCREMENT."""
    pieces = [piece.upper() for piece in tokens(create_table) if not piece.isspace()]
    tail = pieces[len(pieces) - pieces[::-1].index(")") :] if ")" in pieces else []
    options: dict[str, Any] = {}
    if "ROWID" in tail:
        options["sqlite_with_rowid"] = False
    if "STRICT" in tail:
        options["sqlite_strict"] = True
    if "AUTOINCREMENT" in pieces:
        options["sqlite_autoincrement"] = True
    return options


def column_options(create_table: str) -> dict[str, dict[str, str]]:
    """For each column its ``collation``, and what its ``not_null``, ``unique`` or ``primary_key`` does ON CONFLICT."""
    found = {}
    for pieces in _definitions(create_table):
        name = plain_name(pieces[0])
        if name is None or pieces[0].upper() in _NO_COLUMN:
            continue
        text = " ".join(piece.upper() for piece in pieces[1:])
        options = {
            clause.lower().replace(" ", "_"): conflict
            for clause, conflict in re.findall(
                r"\b(NOT NULL|PRIMARY KEY|UNIQUE)(?: ASC| DESC)? ON CONFLICT (\w+)", text
            )
        }
        upper = [piece.upper() for piece in pieces]
        if "COLLATE" in upper:
            options["collation"] = str(plain_name(pieces[upper.index("COLLATE") + 1]))
        if options:
            found[name] = options
    return found


def _definitions(create_table: str) -> Iterator[list[str]]:
    """What stands between the commas of the outermost parentheses, in pieces; deeper parentheses are left out."""
    depth, current = 0, list[str]()
    for piece in tokens(create_table):
        if piece == "(":
            depth += 1
        elif piece == ")":
            depth -= 1
            if depth == 0:
                break
        elif piece == "," and depth == 1:
            if current:
                yield current
            current = []
        elif depth == 1 and not piece.isspace() and not piece.startswith(("--", "/*")):
            current.append(piece)
    if current:
        yield current
