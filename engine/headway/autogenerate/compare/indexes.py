"""Indexes and unique constraints: compared together, because databases report one as the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Index, Table, UniqueConstraint

from headway.autogenerate.compare.changes import Changes
from headway.autogenerate.context import AutogenContext
from headway.logs import logger
from headway.operations.base import MigrateOperation
from headway.operations.constraint_base import DropConstraintOp
from headway.operations.constraints import CreateUniqueConstraintOp
from headway.operations.containers import ModifyTableOps
from headway.operations.indexes import CreateIndexOp, DropIndexOp
from headway.operations.naming import stored_name

log = logger("alembic.autogenerate.compare.constraints")


def compare_indexes_and_uniques(
    context: AutogenContext,
    changes: ModifyTableOps,
    schema: str | None,
    name: str,
    reflected: Table | None,
    wanted: Table | None,
) -> None:
    """Appends what drops those that were removed or changed, and what creates those that were added or changed.

    A new table brings its unique constraints along, and a removed one takes its own with it.
    """
    if reflected is not None and wanted is not None:
        found = _changes(context, reflected, wanted)
        changes.ops += [*found.drops, *found.creates]
    elif wanted is not None:
        changes.ops += [
            CreateIndexOp.from_index(index)
            for index in sorted(wanted.indexes, key=_index_name)
            if context.run_object_filters(index, index.name, "index", False, None)
        ]
    elif reflected is not None:
        # The database makes some indexes by itself, and drops them with the table.
        changes.ops += [
            DropIndexOp.from_index(index)
            for index in sorted(_existing(context, reflected, set(), set())[1], key=_index_name)
            if context.run_object_filters(index, index.name, "index", True, None)
        ]


def _changes(context: AutogenContext, reflected: Table, wanted: Table) -> Changes:
    impl = context.migration_context.impl
    ours_unique = {c for c in wanted.constraints if isinstance(c, UniqueConstraint)}
    ours_index = set(wanted.indexes)
    if ours_unique and not _reports_uniques(context, reflected):
        log.info("The database does not tell unique constraints, so that those of %r are not compared", wanted.name)
        for constraint in sorted(ours_unique, key=_columns):
            name = stored_name(constraint, context.dialect) or f"({', '.join(_columns(constraint))})"
            why = "the database does not tell unique constraints"
            context.pass_over("unique constraint", f"unique constraint {name} of table {wanted.key}", why)
        ours_unique = set()
    theirs_unique, theirs_index = _existing(context, reflected, ours_unique, ours_index)
    _drop_doubles(context.dialect, theirs_unique, theirs_index, ours_unique, ours_index)
    compare_index: Callable[[Any, Any], Any] = impl.compare_indexes
    changes = Changes()
    _pair(
        context,
        changes,
        theirs_index,
        ours_index,
        "index",
        compare_index,
        DropIndexOp.from_index,
        CreateIndexOp.from_index,
    )
    _pair(
        context,
        changes,
        theirs_unique,
        ours_unique,
        "unique_constraint",
        impl.compare_unique_constraint,
        DropConstraintOp.from_constraint,
        CreateUniqueConstraintOp.from_constraint,
    )
    return changes


def _reports_uniques(context: AutogenContext, reflected: Table) -> bool:
    """Whether unique constraints can be seen at all: some dialects of third parties have no way to ask."""
    if any(isinstance(constraint, UniqueConstraint) for constraint in reflected.constraints):
        return True
    try:
        context.inspector.get_unique_constraints(reflected.name, schema=reflected.schema)
    except NotImplementedError:
        return False
    return True


def _index_name(index: Index) -> str:
    return str(index.name)


def _existing(
    context: AutogenContext, reflected: Table, ours_unique: set[Any], ours_index: set[Any]
) -> tuple[set[Any], set[Any]]:
    """The unique constraints and indexes of the database that take part."""
    parents = {"table_name": reflected.name, "schema_name": reflected.schema}
    uniques = {
        constraint
        for constraint in reflected.constraints
        if isinstance(constraint, UniqueConstraint)
        and context.run_name_filters(_text(constraint.name), "unique_constraint", dict(parents))
    }
    indexes = {i for i in reflected.indexes if context.run_name_filters(_text(i.name), "index", dict(parents))}
    impl = context.migration_context.impl
    impl.correct_for_autogen_constraints(uniques, indexes, ours_unique, ours_index)
    return uniques, indexes


def _pair(
    context: AutogenContext,
    changes: Changes,
    theirs: Iterable[Any],
    ours: Iterable[Any],
    kind: str,
    compare: Callable[[Any, Any], Any],
    drop: Callable[[Any], MigrateOperation],
    create: Callable[[Any], MigrateOperation],
) -> None:
    existing, unnamed = _by_name(theirs, context.dialect)
    needed, new_unnamed = _by_name(ours, context.dialect)
    # What the models leave without a name has one in the database, and is told by its columns.
    nameless = {_columns(item) for item in new_unnamed}
    by_columns = {_columns(existing[name]): name for name in existing.keys() - needed.keys()}
    told = {by_columns[columns]: existing.pop(by_columns[columns]) for columns in nameless & by_columns.keys()}
    words = "index" if kind == "index" else "unique constraint"
    for name in sorted(existing.keys() - needed.keys()):
        if context.run_object_filters(existing[name], name, kind, True, None):
            log.info("Detected removed %s %r on %r", words, name, existing[name].table.name)
            changes.drops.append(drop(existing[name]))
    for name in sorted(existing.keys() & needed.keys()):
        comparison = compare(needed[name], existing[name])
        if comparison.is_skip:
            log.info("Cannot compare %s %r, assuming equal and skipping. %s", words, name, comparison.message)
            context.pass_over(words, f"{words} {name} of table {needed[name].table.key}", comparison.message)
        elif comparison.is_different and context.run_object_filters(needed[name], name, kind, False, existing[name]):
            log.info("Detected changed %s %r on %r: %s", words, name, needed[name].table.name, comparison.message)
            changes.drops.append(drop(existing[name]))
            changes.creates.append(create(needed[name]))
    for name in sorted(needed.keys() - existing.keys()):
        if context.run_object_filters(needed[name], name, kind, False, None):
            log.info("Detected added %s %r on '%s'", words, name, _columns(needed[name]))
            changes.creates.append(create(needed[name]))
    have = {_columns(item) for item in (*unnamed, *told.values())}
    for item in sorted(new_unnamed, key=_columns):
        if _columns(item) not in have and context.run_object_filters(item, None, kind, False, None):
            log.info("Detected added %s %r on '%s'", words, None, _columns(item))
            changes.creates.append(create(item))


def _drop_doubles(
    dialect: Any, theirs_unique: set[Any], theirs_index: set[Any], ours_unique: set[Any], ours_index: set[Any]
) -> None:
    """A unique index and a unique constraint of one name are one thing; keep the form that the models use."""
    index_names = {stored_name(index, dialect) for index in ours_index}
    unique_names = {stored_name(constraint, dialect) for constraint in ours_unique}
    double = {stored_name(u, dialect) for u in theirs_unique} & {stored_name(i, dialect) for i in theirs_index}
    for name in double - {None}:
        keep_index = name in index_names and name not in unique_names
        side = theirs_unique if keep_index else theirs_index
        for item in [item for item in side if stored_name(item, dialect) == name]:
            side.discard(item)


def _by_name(items: Iterable[Any], dialect: Any) -> tuple[dict[str, Any], list[Any]]:
    named: dict[str, Any] = {}
    unnamed: list[Any] = []
    for item in items:
        name = stored_name(item, dialect)
        if name is None:
            unnamed.append(item)
        else:
            named[name] = item
    return named, unnamed


def _text(name: Any) -> str | None:
    return str(name) if isinstance(name, str) else None


def _columns(item: Any) -> tuple[str, ...]:
    if isinstance(item, Index):
        return tuple(str(getattr(e, "name", e)) for e in item.expressions)
    return tuple(column.name for column in item.columns)
