"""Foreign keys: paired by what they tie together and how, not by name."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, Table

from headway.autogenerate.compare.changes import Changes
from headway.autogenerate.context import AutogenContext
from headway.logs import logger
from headway.operations.constraint_base import DropConstraintOp
from headway.operations.constraints import CreateForeignKeyOp
from headway.operations.containers import ModifyTableOps
from headway.operations.indexes import DropIndexOp
from headway.operations.schemaobj import referent

log = logger("alembic.autogenerate.compare.constraints")

Signature = tuple[Any, ...]
Target = tuple[str | None, str, str]


def compare_foreign_keys(
    context: AutogenContext,
    changes: ModifyTableOps,
    schema: str | None,
    name: str,
    reflected: Table | None,
    wanted: Table | None,
) -> None:
    """Appends what drops the foreign keys that were removed, and what adds those that were added, each sorted."""
    if reflected is not None and wanted is not None:
        found = _changes(context, reflected, wanted)
        changes.ops += [*found.drops, *found.creates]


def _changes(context: AutogenContext, reflected: Table, wanted: Table) -> Changes:
    changes = Changes()
    impl = context.migration_context.impl
    parents = {"table_name": wanted.name, "schema_name": wanted.schema}
    theirs = {
        key
        for key in reflected.foreign_key_constraints
        if context.run_name_filters(key.name, "foreign_key_constraint", dict(parents))  # type: ignore[arg-type]
    }
    ours = set(wanted.foreign_key_constraints)
    impl.correct_for_autogen_foreignkeys(theirs, ours)
    default = context.dialect.default_schema_name
    existing = {_signature(key, default): key for key in sorted(theirs, key=_by_name)}
    needed = {_signature(key, default): key for key in sorted(ours, key=_by_name)}
    for signature in sorted(existing.keys() - needed.keys(), key=repr):
        key = existing[signature]
        if context.run_object_filters(key, key.name, "foreign_key_constraint", True, None):
            changes.drops.append(DropConstraintOp.from_constraint(key))
            log.info("Detected removed foreign key (%s)(%s) on table %s", *_words(key), wanted.name)
            left = impl.index_made_for(key)
            if left is not None and not _needed(wanted, left):
                changes.drops.append(DropIndexOp.from_index(left))
    for signature in sorted(needed.keys() - existing.keys(), key=repr):
        key = needed[signature]
        if context.run_object_filters(key, key.name, "foreign_key_constraint", False, None):
            changes.creates.append(CreateForeignKeyOp.from_constraint(key))
            log.info("Detected added foreign key (%s)(%s) on table %s", *_words(key), wanted.name)
    return changes


def _by_name(key: ForeignKeyConstraint) -> str:
    return str(key.name or "")


def _needed(wanted: Table, index: Index) -> bool:
    """Whether the models want the index, or a foreign key that it serves."""
    columns = tuple(column.name for column in index.columns)
    keys = {tuple(column.name for column in key.columns) for key in wanted.foreign_key_constraints}
    return columns in keys or index.name in {other.name for other in wanted.indexes}


def _signature(key: ForeignKeyConstraint, default_schema: str | None) -> Signature:
    targets = [_without_default(referent(element), default_schema) for element in key.elements]
    pairs = tuple(sorted(zip((column.name for column in key.columns), targets, strict=True), key=repr))
    initially = _initially(key)
    # What is checked at the end of a transaction can be deferred, whether that is said or not.
    options = (_action(key.onupdate), _action(key.ondelete), bool(key.deferrable or initially), initially)
    return pairs, options


def _without_default(target: Target, default_schema: str | None) -> Target:
    schema, table, column = target
    return (None if schema == default_schema else schema), table, column


def _action(action: str | None) -> str | None:
    lowered = (action or "").lower()
    return None if lowered in ("", "no action") else lowered


def _initially(key: ForeignKeyConstraint) -> str | None:
    lowered = (key.initially or "").lower()
    return None if lowered in ("", "immediate") else lowered


def _words(key: ForeignKeyConstraint) -> tuple[str, str]:
    return ",".join(column.name for column in key.columns), ",".join(map(_dotted, key.elements))


def _dotted(element: ForeignKey) -> str:
    return ".".join(part for part in referent(element) if part)
