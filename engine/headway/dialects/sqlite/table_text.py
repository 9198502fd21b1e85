"""The definitions inside the text of a CREATE TABLE of SQLite, with the names and expressions that no pragma tells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from headway.effects.model import ConstraintKind
from headway.operations.rewrite.text import plain_name, tokens

_KIND = ConstraintKind
_STARTS = {
    "PRIMARY": _KIND.PRIMARY_KEY,
    "UNIQUE": _KIND.UNIQUE,
    "CHECK": _KIND.CHECK,
    "FOREIGN": _KIND.FOREIGN_KEY,
    "REFERENCES": _KIND.FOREIGN_KEY,
}


@dataclass(frozen=True, slots=True)
class Definition:
    """One column, with the constraints that are written in it, or one constraint."""

    column: str | None = None
    kind: ConstraintKind | None = None
    name: str | None = None
    columns: tuple[str, ...] = ()
    inside: str = ""
    """The expression of a CHECK."""
    inner: tuple[Definition, ...] = ()
    generated: str | None = None
    collation: str | None = None
    conflict: str | None = None
    autoincrement: bool = False
    deferrable: str | None = None


def definitions(create_table: str) -> Iterator[Definition]:
    """What stands between the commas of the outermost parentheses."""
    for text in split(create_table):
        pieces = _pieces(text)
        if not pieces:
            continue
        if pieces[0].upper() in (*_STARTS, "CONSTRAINT") and pieces[0].upper() != "REFERENCES":
            yield from _constraints(pieces)
        else:
            yield _column(pieces)


def split(text: str) -> Iterator[str]:
    """The pieces between the commas of the first parentheses, as written, without comments."""
    depth, current = 0, ""
    for piece in tokens(text):
        if piece.startswith(("--", "/*")):
            continue
        depth += (piece == "(") - (piece == ")")
        if depth == 0 and piece == ")":
            break
        if depth == 1 and piece == ",":
            yield current
            current = ""
        elif depth > 1 or (depth == 1 and piece != "("):
            current += piece
    if current.strip():
        yield current


def tail(create_table: str) -> str:
    """What stands behind the last parenthesis: WITHOUT ROWID, STRICT."""
    pieces = [piece.upper() for piece in tokens(create_table) if not piece.startswith(("--", "/*"))]
    behind = pieces[len(pieces) - pieces[::-1].index(")") :] if ")" in pieces else []
    return " ".join("".join(behind).split())


def _pieces(text: str) -> list[str]:
    """Words, and whole parentheses as one piece each."""
    found: list[str] = []
    depth = 0
    for piece in tokens(text):
        if depth or piece == "(":
            opens = depth == 0
            depth += (piece == "(") - (piece == ")")
            if opens:
                found.append(piece)
            else:
                found[-1] += piece
        elif not piece.isspace():
            found.append(piece)
    return found


def _column(pieces: list[str]) -> Definition:
    rest = pieces[1:]
    upper = [piece.upper() for piece in rest]
    generated = next((rest[i + 1] for i, word in enumerate(upper[:-1]) if word == "AS"), None)
    conflict = re.findall(r"(?:NOT NULL|PRIMARY KEY|UNIQUE)(?: ASC| DESC)? ON CONFLICT \w+", " ".join(upper))
    return Definition(
        column=plain_name(pieces[0]) or pieces[0],
        inner=tuple(_constraints(rest)),
        generated=_inside(generated) if generated is not None else None,
        collation=str(plain_name(rest[upper.index("COLLATE") + 1])) if "COLLATE" in upper[:-1] else None,
        conflict=", ".join(conflict) or None,
        autoincrement="AUTOINCREMENT" in upper,
    )


def _constraints(pieces: list[str]) -> Iterator[Definition]:
    """The constraints among the pieces, each with the name that stands before it."""
    name: str | None = None
    for place, piece in enumerate(pieces):
        word = piece.upper()
        if word == "CONSTRAINT" and place + 1 < len(pieces):
            name = plain_name(pieces[place + 1])
        kind = _STARTS.get(word)
        if kind is None or (word == "REFERENCES" and "FOREIGN" in (p.upper() for p in pieces[:place])):
            continue
        behind = pieces[place + 1 :]
        brackets = next((one for one in behind if one.startswith("(")), "()")
        columns = () if word == "REFERENCES" or kind is _KIND.CHECK else tuple(map(_name, split(brackets)))
        yield Definition(
            kind=kind, name=name, columns=columns, inside=_inside(brackets), deferrable=_deferrable(behind)
        )
        name = None


def _deferrable(pieces: list[str]) -> str | None:
    match = re.search(r"(NOT )?DEFERRABLE( INITIALLY (DEFERRED|IMMEDIATE))?", " ".join(p.upper() for p in pieces))
    return None if match is None or match[1] or "DEFERRED" not in match[0] else "DEFERRABLE INITIALLY DEFERRED"


def _name(text: str) -> str:
    word = _pieces(text)[0] if _pieces(text) else text
    return plain_name(word) or word


def _inside(brackets: str) -> str:
    return " ".join(brackets.strip()[1:-1].split())
