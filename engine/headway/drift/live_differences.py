"""In what a database that is there differs from what its migrations make. Compares values; connects to nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from headway.catalog.difference import Difference, difference
from headway.catalog.schema import Object, Schema
from headway.catalog.shelf import Shelf
from headway.drift.verdict import DriftItem, NotCompared, Verdict, key_of
from headway.effects.model import ObjectKind


def live_differences(migrated: Schema, live: Schema) -> tuple[tuple[DriftItem, ...], tuple[NotCompared, ...]]:
    """A verdict for each part in which ``live`` is not ``migrated``, and what was not compared.

    Takes the schemas of the two databases at the same revision. Of a schema in which no migration makes anything nobody
    says that it should be empty: it is another application's.
    """
    ours = {None, *_schemas(migrated)}
    others = sorted(schema for schema in _schemas(live) if schema not in ours)
    found = tuple(_item(one) for one in difference(migrated, _within(live, ours)))
    return found, tuple(NotCompared("schema", schema, "no migration makes anything in it") for schema in others)


def _item(one: Difference) -> DriftItem:
    what = f"{one.kind} {one.name}"
    lines = "; ".join(one.lines)
    if one.before is None:
        verdict, detail = Verdict.LIVE_EXTRA, "the live database has it, and no migration makes it"
    elif one.after is None:
        verdict, detail = Verdict.LIVE_MISSING, "a migration makes it, and the live database lacks it"
    else:
        verdict, detail = Verdict.LIVE_MISSING, "the live database has it otherwise than the migrations make it"
    return DriftItem(verdict, what, detail, lines, key_of(verdict, what, lines))


def _schemas(schema: Schema) -> Iterator[Any]:
    seen = dict.fromkeys(_schema_of(one) for shelf in _shelves(schema) for one in shelf.there.values())
    return (name for name in seen if isinstance(name, str))


def _schema_of(one: Any) -> Any:
    """The schema that a part is in; of a schema itself its name."""
    return one.name if isinstance(one, Object) and one.kind is ObjectKind.SCHEMA else one.schema


def _shelves(schema: Schema) -> tuple[Shelf[Any, Any], ...]:
    return schema.tables, schema.enums, schema.objects


def _within(schema: Schema, names: set[Any]) -> Schema:
    tables, enums, objects = (
        replace(shelf, there={key: one for key, one in shelf.there.items() if _schema_of(one) in names})
        for shelf in _shelves(schema)
    )
    return Schema(tables, enums, objects)
