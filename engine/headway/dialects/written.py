"""What a database's own words for types and parts are in the values of a schema. Asks no database."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from headway.catalog.schema import Constraint, Index
from headway.catalog.shelf import Shelf
from headway.effects.model import Type

P = TypeVar("P", Constraint, Index)


def type_of(written: str) -> Type:
    """The type that a database writes as ``character varying(50)``."""
    match = re.fullmatch(r"([^()]*?)\s*\((.*)\)\s*([^()]*)", written)
    if match is None:
        return Type(written, written=written)
    arguments = tuple(_argument(one) for one in match[2].split(","))
    return Type(f"{match[1]} {match[3]}".strip(), arguments, written=written)


def shelf_of(parts: Iterable[P], key: Callable[[str], str] = str) -> Shelf[str, P]:
    """Parts by their names; those without one by what they are, counted where two are the same."""
    found: dict[str, P] = {}
    for part in parts:
        name = key(part.name) if isinstance(part.name, str) else _described(part)
        number = 2
        while name in found:
            name, number = f"{name}#{number}", number + 1
        found[name] = part
    return Shelf(found)


def _described(part: Constraint | Index) -> str:
    if isinstance(part, Index):
        return f"(index {', '.join(map(str, part.parts if isinstance(part.parts, tuple) else ()))})"
    columns = part.columns if isinstance(part.columns, tuple) and part.columns else (part.condition,)
    return f"({part.kind.value} {', '.join(map(str, columns))})"


def _argument(text: str) -> object:
    text = text.strip()
    return int(text) if text.isdigit() else text.strip("'\"")
