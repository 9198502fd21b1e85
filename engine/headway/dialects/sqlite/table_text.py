"""The definitions inside the text of a CREATE TABLE of SQLite, with the names and expressions that no pragma tells."""

from __future__ import annotations

import re
from collections.abc import Iterator

from headway.effects.model import ConstraintKind
from headway.operations.rewrite.text import listed, pieces, plain_name, tokens
from headway.valueclass import valueclass

_KIND = ConstraintKind
_STARTS = {
    "PRIMARY": _KIND.PRIMARY_KEY,
    "UNIQUE": _KIND.UNIQUE,
    "CHECK": _KIND.CHECK,
    "FOREIGN": _KIND.FOREIGN_KEY,
    "REFERENCES": _KIND.FOREIGN_KEY,
}


@valueclass(frozen=True, slots=True)
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
    for text in listed(create_table):
        found = pieces(text)
        if not found:
            continue
        if found[0].upper() in (*_STARTS, "CONSTRAINT") and found[0].upper() != "REFERENCES":
            yield from _constraints(found)
        else:
            yield _column(found)


def tail(create_table: str) -> str:
    """What stands behind the last parenthesis: WITHOUT ROWID, STRICT."""
    found = [piece.upper() for piece in tokens(create_table) if not piece.startswith(("--", "/*"))]
    behind = found[len(found) - found[::-1].index(")") :] if ")" in found else []
    return " ".join("".join(behind).split())


def _column(found: list[str]) -> Definition:
    rest = found[1:]
    upper = [piece.upper() for piece in rest]
    generated = next((rest[i + 1] for i, word in enumerate(upper[:-1]) if word == "AS"), None)
    conflict = re.findall(r"(?:NOT NULL|PRIMARY KEY|UNIQUE)(?: ASC| DESC)? ON CONFLICT \w+", " ".join(upper))
    return Definition(
        column=plain_name(found[0]) or found[0],
        inner=tuple(_constraints(rest)),
        generated=_inside(generated) if generated is not None else None,
        collation=str(plain_name(rest[upper.index("COLLATE") + 1])) if "COLLATE" in upper[:-1] else None,
        conflict=", ".join(conflict) or None,
        autoincrement="AUTOINCREMENT" in upper,
    )


def _constraints(found: list[str]) -> Iterator[Definition]:
    """The constraints among the pieces, each with the name that stands before it."""
    name: str | None = None
    for place, piece in enumerate(found):
        word = piece.upper()
        if word == "CONSTRAINT" and place + 1 < len(found):
            name = plain_name(found[place + 1])
        kind = _STARTS.get(word)
        if kind is None or (word == "REFERENCES" and "FOREIGN" in (p.upper() for p in found[:place])):
            continue
        behind = found[place + 1 :]
        brackets = next((one for one in behind if one.startswith("(")), "()")
        columns = () if word == "REFERENCES" or kind is _KIND.CHECK else tuple(map(_name, listed(brackets)))
        yield Definition(
            kind=kind, name=name, columns=columns, inside=_inside(brackets), deferrable=_deferrable(behind)
        )
        name = None


def _deferrable(found: list[str]) -> str | None:
    match = re.search(r"(NOT )?DEFERRABLE( INITIALLY (DEFERRED|IMMEDIATE))?", " ".join(p.upper() for p in found))
    return None if match is None or match[1] or "DEFERRED" not in match[0] else "DEFERRABLE INITIALLY DEFERRED"


def _name(text: str) -> str:
    word = pieces(text)[0] if pieces(text) else text
    return plain_name(word) or word


def _inside(brackets: str) -> str:
    return " ".join(brackets.strip()[1:-1].split())
