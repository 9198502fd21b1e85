"""Indexes and unique constraints: compared together, because databases report one as the other."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Index, Table, UniqueConstraint

from headway.autogenerate.context import AutogenContext
from headway.operations.base import MigrateOperation
from headway.operations.constraint_base import DropConstraintOp
from headway.operations.constraints import CreateUniqueConstraintOp
from headway.operations.containers import ModifyTableOps
from headway.operations.indexes import CreateIndexOp, DropIndexOp
from headway.operations.naming import final_name

log = logging.getLogger("alembic.autogenerate.compare.constraints")


def compare_indexes_and_uniques(
    context: AutogenContext, changes: ModifyTableOps, reflected: Table, wanted: Table
) -> None:
    """Appends what was removed, then what was added or changed, by name."""
    parents = {"table_name": wanted.name, "schema_name": wanted.schema}
    theirs_unique = {
        c
        for c in reflected.constraints
        if isinstance(c, UniqueConstraint)
        and context.run_name_filters(_text(c.name), "unique_constraint", dict(parents))
    }
    theirs_index = {
        index
        for index in reflected.indexes
        if not index.dialect_kwargs.get("duplicates_constraint")
        and context.run_name_filters(_text(index.name), "index", dict(parents))
    }
    ours_unique = {c for c in wanted.constraints if isinstance(c, UniqueConstraint)}
    ours_index = set(wanted.indexes)
    impl = context.migration_context.impl
    impl.correct_for_autogen_constraints(theirs_unique, theirs_index, ours_unique, ours_index)
    _drop_doubles(theirs_unique, theirs_index, ours_unique, ours_index)
    compare_index: Callable[[Any, Any], Any] = impl.compare_indexes
    changes.ops += _pair(
        context, theirs_index, ours_index, "index", compare_index, DropIndexOp.from_index, CreateIndexOp.from_index
    )
    changes.ops += _pair(
        context,
        theirs_unique,
        ours_unique,
        "unique_constraint",
        impl.compare_unique_constraint,
        DropConstraintOp.from_constraint,
        CreateUniqueConstraintOp.from_constraint,
    )


def _pair(
    context: AutogenContext,
    theirs: Iterable[Any],
    ours: Iterable[Any],
    kind: str,
    compare: Callable[[Any, Any], Any],
    drop: Callable[[Any], MigrateOperation],
    create: Callable[[Any], MigrateOperation],
) -> Iterable[MigrateOperation]:
    existing, unnamed = _by_name(theirs)
    needed, new_unnamed = _by_name(ours)
    words = "index" if kind == "index" else "unique constraint"
    for name in sorted(existing.keys() - needed.keys()):
        if context.run_object_filters(existing[name], name, kind, True, None):
            log.info("Detected removed %s %r on %r", words, name, existing[name].table.name)
            yield drop(existing[name])
    for name in sorted(existing.keys() & needed.keys()):
        comparison = compare(needed[name], existing[name])
        if comparison.is_skip:
            log.info("Cannot compare %s %r, assuming equal and skipping. %s", words, name, comparison.message)
        elif comparison.is_different and context.run_object_filters(needed[name], name, kind, False, existing[name]):
            log.info("Detected changed %s %r on %r: %s", words, name, needed[name].table.name, comparison.message)
            yield drop(existing[name])
            yield create(needed[name])
    for name in sorted(needed.keys() - existing.keys()):
        if context.run_object_filters(needed[name], name, kind, False, None):
            log.info("Detected added %s %r on %r", words, name, _columns(needed[name]))
            yield create(needed[name])
    # What has no name can only be told by its columns, and is left alone when the columns are on both sides.
    have = {_columns(item) for item in (*unnamed, *existing.values())}
    for item in sorted(new_unnamed, key=_columns):
        if _columns(item) not in have and context.run_object_filters(item, None, kind, False, None):
            log.info("Detected added %s %r on %r", words, None, _columns(item))
            yield create(item)


def _drop_doubles(theirs_unique: set[Any], theirs_index: set[Any], ours_unique: set[Any], ours_index: set[Any]) -> None:
    """A unique index and a unique constraint of one name are one thing; keep the form that the models use."""
    index_names = {_name(index) for index in ours_index}
    unique_names = {_name(constraint) for constraint in ours_unique}
    double = {_name(u) for u in theirs_unique} & {_name(i) for i in theirs_index}
    for name in double - {None}:
        keep_index = name in index_names and name not in unique_names
        side = theirs_unique if keep_index else theirs_index
        for item in [item for item in side if _name(item) == name]:
            side.discard(item)


def _by_name(items: Iterable[Any]) -> tuple[dict[str, Any], list[Any]]:
    named: dict[str, Any] = {}
    unnamed: list[Any] = []
    for item in items:
        name = _name(item)
        if name is None:
            unnamed.append(item)
        else:
            named[name] = item
    return named, unnamed


def _name(item: Any) -> str | None:
    """The name in the database, after the naming convention."""
    if isinstance(item, Index) and isinstance(item.name, str):
        return str(item.name)
    return _text(final_name(item))


def _text(name: Any) -> str | None:
    return str(name) if isinstance(name, str) else None


def _columns(item: Any) -> tuple[str, ...]:
    if isinstance(item, Index):
        return tuple(str(getattr(e, "name", e)) for e in item.expressions)
    return tuple(column.name for column in item.columns)
