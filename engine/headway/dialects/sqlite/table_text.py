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
    generated_as: str | None = None
    """The same as it is written, with its spaces."""
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
        column=_plain(found[0]) or found[0],
        inner=tuple(_constraints(rest)),
        generated=_inside(generated) if generated is not None else None,
        generated_as=generated.strip()[1:-1].strip() if generated is not None else None,
        collation=str(_plain(rest[upper.index("COLLATE") + 1])) if "COLLATE" in upper[:-1] else None,
        conflict=", ".join(conflict) or None,
        autoincrement="AUTOINCREMENT" in upper,
    )


def _constraints(found: list[str]) -> Iterator[Definition]:
    """The constraints among the pieces, each with the name that stands before it."""
    name: str | None = None
    for place, piece in enumerate(found):
        word = piece.upper()
        if word == "CONSTRAINT" and place + 1 < len(found):
            name = _plain(found[place + 1])
            continue
        if word in _NAMED_OTHERWISE:
            name = None
        kind = _STARTS.get(word)
        if kind is None or (word == "REFERENCES" and "FOREIGN" in (p.upper() for p in found[:place])):
            continue
        behind = _own(found[place + 1 :])
        brackets = next((one for one in behind if one.startswith("(")), "()")
        columns = () if word == "REFERENCES" or kind is _KIND.CHECK else tuple(map(_name, listed(brackets)))
        yield Definition(
            kind=kind, name=name, columns=columns, inside=_inside(brackets), deferrable=_deferrable(behind)
        )
        name = None


_NAMED_OTHERWISE = frozenset({"NOT", "NULL", "DEFAULT", "COLLATE", "GENERATED", "AS"})
"""The constraints of a column that are none of ours; a name before one is its own."""


def _own(behind: list[str]) -> list[str]:
    """What belongs to the constraint that stands before it: up to the next of its column."""
    upper = [piece.upper() for piece in behind]
    of_table = upper[:1] == ["KEY"]  # FOREIGN KEY (…) REFERENCES is one
    for place, word in enumerate(upper):
        is_action = word == "DEFAULT" and place and upper[place - 1] == "SET"
        if (word in _NEXT and not is_action) or (word == "REFERENCES" and place and not of_table):
            return behind[:place]
    return behind


_NEXT = frozenset({"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "COLLATE", "DEFAULT", "GENERATED", "AS"})


@valueclass(frozen=True, slots=True)
class WrittenKey:
    """What only the text tells of a foreign key."""

    columns: tuple[str, ...]
    """In lower case."""
    name: str | None
    deferrable: str | None
    in_column: bool
    """Whether it is written in its column, and not behind the columns."""


def written_keys(parts: list[Definition]) -> Iterator[WrittenKey]:
    """The foreign keys in the order they are written in."""
    for part in parts:
        if part.kind is _KIND.FOREIGN_KEY:
            yield WrittenKey(tuple(name.lower() for name in part.columns), part.name, part.deferrable, False)
        for inner in part.inner:
            if inner.kind is _KIND.FOREIGN_KEY and part.column is not None:
                yield WrittenKey((part.column.lower(),), inner.name, inner.deferrable, True)


def written_key(keys: list[WrittenKey], number: int, count: int, columns: tuple[str, ...]) -> WrittenKey | None:
    """What is written of the key that ``PRAGMA foreign_key_list`` gives as ``number`` of ``count``.

    SQLite counts them from the last one written to the first.
    """
    place = count - 1 - number
    if len(keys) == count and keys[place].columns == columns:
        return keys[place]
    return next((one for one in keys if one.columns == columns), None)


def _deferrable(found: list[str]) -> str | None:
    match = re.search(r"(NOT )?DEFERRABLE( INITIALLY (DEFERRED|IMMEDIATE))?", " ".join(p.upper() for p in found))
    return None if match is None or match[1] or "DEFERRED" not in match[0] else "DEFERRABLE INITIALLY DEFERRED"


def _plain(token: str) -> str | None:
    """The name; SQLite takes a text for one where nothing else can stand."""
    return token[1:-1].replace("''", "'") if token[:1] == "'" else plain_name(token)


def _name(text: str) -> str:
    word = pieces(text)[0] if pieces(text) else text
    return _plain(word) or word


def _inside(brackets: str) -> str:
    return " ".join(brackets.strip()[1:-1].split())
