"""How two schemas differ: one value for each part that is in one of them only, or not the same in both.

Speaks of what is known in both; where one of them knows nothing, nothing differs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from headway.catalog.schema import Column, Constraint, EnumType, Index, Object, Schema, Table
from headway.catalog.shelf import Presence, Shelf
from headway.effects.model import ConstraintKind, ObjectKind
from headway.effects.values import Computed, Unknown
from headway.valueclass import valueclass


@valueclass(frozen=True, slots=True)
class Difference:
    """One part of a schema that two states do not share."""

    kind: str
    """``table``, ``column``, ``index``, ``enum type`` …"""
    name: str
    """With its schema and table: ``shop.orders.id``."""
    before: str | None
    """What it is in the first one, as SQL would say it; None where it is not there."""
    after: str | None

    @property
    def lines(self) -> tuple[str, ...]:
        """What is missing (-) and what is left over (+)."""
        here = f"{self.kind} {self.name}"
        gone = () if self.before is None else (f"- {here} {self.before}".rstrip(),)
        come = () if self.after is None else (f"+ {here} {self.after}".rstrip(),)
        return gone + come


def difference(before: Schema, after: Schema) -> tuple[Difference, ...]:
    """Everything in which ``after`` is not ``before``, sorted by what it is about."""
    found: list[Difference] = []
    _compare(before.tables, after.tables, _Told("table", _name_of, _table_words), found)
    _compare(before.enums, after.enums, _Told("enum type", _name_of, _enum_words), found)
    _compare(before.objects, after.objects, _Told(_kind_of_object, _name_of_object, _object_words), found)
    for key, table in before.tables.there.items():
        other = after.tables.get(key)
        if other is not None:
            found += _inside(table, other)
    return tuple(sorted(found, key=lambda one: (one.name, one.kind)))


def lines(differences: tuple[Difference, ...]) -> tuple[str, ...]:
    """They as lines, for people."""
    return tuple(line for one in differences for line in one.lines)


def without_leftover_indexes(differences: tuple[Difference, ...], between: Schema) -> tuple[Difference, ...]:
    """Without the indexes that MySQL made for a foreign key of the state ``between`` and kept after the key had gone."""
    served = {
        (_name_of(table), constraint.name)
        for table in between.tables
        for constraint in table.constraints
        if constraint.kind is ConstraintKind.FOREIGN_KEY
    }
    return tuple(
        one for one in differences if not (one.kind == "index" and one.before is None and _served(one, served))
    )


def without_validations(differences: tuple[Difference, ...]) -> tuple[Difference, ...]:
    """Without the constraints that are known to hold by now: nobody can take that back, and nobody needs to."""
    return tuple(one for one in differences if one.before is None or one.before.replace(_NOT_VALID, "", 1) != one.after)


_NOT_VALID = " NOT VALID"


def _served(one: Difference, served: set[tuple[str, Any]]) -> bool:
    table, _, index = one.name.rpartition(".")
    return (table, index) in served


# -- comparing ----------------------------------------------------------------------------------------------------


@valueclass(frozen=True, slots=True)
class _Told:
    """How a kind of part is spoken of."""

    kind: str | Callable[[Any], str]
    name: Callable[[Any], str]
    words: Callable[[Any], list[object]]
    """What is compared: each is a text, None for nothing, or UNKNOWN."""

    def kind_of(self, part: Any) -> str:
        return self.kind if isinstance(self.kind, str) else self.kind(part)

    def shown(self, part: Any) -> str:
        return " ".join(_word(word) for word in self.words(part) if word not in (None, "", ()))


def _compare(before: Shelf[Any, Any], after: Shelf[Any, Any], told: _Told, found: list[Difference]) -> None:
    for key in dict.fromkeys((*before.there, *after.there)):
        one, other = before.state(key), after.state(key)
        if one is Presence.UNKNOWN or other is Presence.UNKNOWN or one == other:
            continue
        part = other if isinstance(one, Presence) else one
        here, there = (None if isinstance(state, Presence) else told.shown(state) for state in (one, other))
        if here is not None and there is not None and not _differ(told.words(one), told.words(other)):
            continue
        found.append(Difference(told.kind_of(part), told.name(part), here, there))


def _inside(before: Table, after: Table) -> Iterator[Difference]:
    found: list[Difference] = []
    table = _name_of(before)

    def name(part: Any) -> str:
        return f"{table}.{part.name}" if part.name is not None else table

    _compare(before.columns, after.columns, _Told("column", name, _column_words), found)
    _compare(before.constraints, after.constraints, _Told(lambda one: one.kind.value, name, _constraint_words), found)
    _compare(before.indexes, after.indexes, _Told("index", name, _index_words), found)
    yield from found


def _differ(one: list[object], other: list[object]) -> bool:
    pairs = zip(one, other, strict=True)
    return any(a != b for a, b in pairs if not (_is_unknown(a) or _is_unknown(b)))


def _is_unknown(word: object) -> bool:
    if isinstance(word, tuple):
        return any(_is_unknown(part) for part in word)
    return isinstance(word, Unknown | Computed)


# -- words --------------------------------------------------------------------------------------------------------


def _table_words(table: Table) -> list[object]:
    return [
        None if table.kind == "table" else table.kind,
        table.options,
        _said("COMMENT", table.comment),
    ]


def _column_words(column: Column) -> list[object]:
    return [
        str(column.type) if column.type is not None and not _is_unknown(column.type) else column.type,
        column.nullable if _is_unknown(column.nullable) else "NULL" if column.nullable else "NOT NULL",
        _said("DEFAULT", column.default),
        _said("GENERATED ALWAYS AS", column.computed),
        "STORED" if column.stored is True else None,
        _said("IDENTITY", column.identity),
        _said("COLLATE", column.collation),
        column.options,
        _said("COMMENT", column.comment),
    ]


def _constraint_words(constraint: Constraint) -> list[object]:
    referent = constraint.referent
    target: object = referent
    if isinstance(referent, tuple):
        target = ("->", f"{referent[0]}.{referent[1]}" if referent[0] else referent[1], constraint.referred)
    return [
        constraint.columns,
        target,
        _said("ON DELETE", constraint.on_delete),
        _said("ON UPDATE", constraint.on_update),
        constraint.condition,
        constraint.deferrable,
        "NOT VALID" if constraint.validated is False else None,
        constraint.options,
    ]


def _index_words(index: Index) -> list[object]:
    return [
        index.parts,
        "UNIQUE" if index.unique is True else None,
        _said("USING", index.method),
        _said("WHERE", index.predicate),
        "INVALID" if index.valid is False else None,
        index.options,
    ]


def _enum_words(enum: EnumType) -> list[object]:
    return [enum.labels]


def _object_words(one: Object) -> list[object]:
    return [one.definition]


def _said(word: str, value: object) -> object:
    return f"{word} {value}" if isinstance(value, str) else value


def _word(word: object) -> str:
    if isinstance(word, tuple):
        parts = ", ".join(_word(part) for part in word if not (isinstance(part, str) and part == "->"))
        return f"-> {word[1]}{_word(word[2])}" if word and word[0] == "->" else f"({parts})"
    return "?" if isinstance(word, Unknown) else " ".join(str(word).split())


def _name_of(one: Table | EnumType) -> str:
    return f"{one.schema}.{one.name}" if one.schema else str(one.name)


def _name_of_object(one: Object) -> str:
    name = f"{one.schema}.{one.name}" if one.schema else one.name
    return f"{name} on {one.table}" if one.table else name


def _kind_of_object(one: Object) -> str:
    return ObjectKind(one.kind).value
