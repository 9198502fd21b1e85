"""Columns: added, removed, and altered in nullability, type, default or comment."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Computed, Identity, Table

from headway.autogenerate.compare.defaults import default_differs
from headway.autogenerate.context import AutogenContext
from headway.logs import logger
from headway.operations.alter_column import AlterColumnOp
from headway.operations.base import MigrateOperation
from headway.operations.columns import AddColumnOp, DropColumnOp
from headway.operations.containers import ModifyTableOps

tables_log = logger("alembic.autogenerate.compare.tables")
types_log = logger("alembic.autogenerate.compare.types")
constraints_log = logger("alembic.autogenerate.compare.constraints")
defaults_log = logger("alembic.autogenerate.compare.server_defaults")
comments_log = logger("alembic.autogenerate.compare.comments")


def compare_columns(
    context: AutogenContext, changes: ModifyTableOps, reflected: Table, wanted: Table
) -> list[MigrateOperation]:
    """Appends added and altered columns; returns the drops, which come after everything that still uses them."""
    parents = {"table_name": wanted.name, "schema_name": wanted.schema}
    theirs = {c.name: c for c in reflected.c if context.run_name_filters(c.name, "column", dict(parents))}
    ours = {column.name: column for column in wanted.c if not column.system}
    for name, column in ours.items():
        if name not in theirs and context.run_object_filters(column, name, "column", False, None):
            changes.ops.append(AddColumnOp.from_column_and_tablename(wanted.schema, wanted.name, column))
            tables_log.info("Detected added column '%s.%s'", wanted.name, name)
    for name, column in ours.items():
        if name in theirs and context.run_object_filters(column, name, "column", False, theirs[name]):
            operation = _altered(context, theirs[name], column)
            if operation.has_changes():
                changes.ops.append(operation)
    dropped: list[MigrateOperation] = []
    for name, column in theirs.items():
        if name not in ours and context.run_object_filters(column, name, "column", True, None):
            dropped.append(DropColumnOp.from_column_and_tablename(wanted.schema, wanted.name, column))
            tables_log.info("Detected removed column '%s.%s'", wanted.name, name)
    return dropped


def _altered(context: AutogenContext, reflected: Column[Any], wanted: Column[Any]) -> AlterColumnOp:
    table = wanted.table
    operation = AlterColumnOp(
        table.name,
        reflected.name,
        schema=table.schema,
        existing_type=reflected.type,
        existing_nullable=reflected.nullable,
        existing_server_default=reflected.server_default,
        existing_comment=reflected.comment,
    )
    place = f"{table.name}.{wanted.name}"
    if reflected.nullable != wanted.nullable and not isinstance(wanted.server_default, Identity | Computed):
        operation.modify_nullable = wanted.nullable
        constraints_log.info("Detected %s on column '%s'", "NULL" if wanted.nullable else "NOT NULL", place)
    if _type_differs(context, reflected, wanted):
        operation.modify_type = wanted.type
        types_log.info("Detected type change from %r to %r on '%s'", reflected.type, wanted.type, place)
    if default_differs(context, reflected, wanted):
        operation.modify_server_default = wanted.server_default
        defaults_log.info("Detected server default on column '%s'", place)
    if context.dialect.supports_comments and (reflected.comment or None) != (wanted.comment or None):
        operation.modify_comment = wanted.comment
        comments_log.info("Detected column comment '%s'", place)
    both_identity = isinstance(reflected.server_default, Identity) and isinstance(wanted.server_default, Identity)
    if not both_identity and (autoincrement := _autoincrement(wanted)) is not None:
        operation.kw["autoincrement"] = autoincrement
    return operation


def _type_differs(context: AutogenContext, reflected: Column[Any], wanted: Column[Any]) -> bool:
    option = context.opts.get("compare_type", True)
    if option is False:
        return False
    if callable(option):
        answer = option(context.migration_context, reflected, wanted, reflected.type, wanted.type)
        if answer is not None:
            return bool(answer)
    return bool(context.migration_context.impl.compare_type(reflected, wanted))


def _autoincrement(column: Column[Any]) -> bool | None:
    """What MySQL must be told again with every change of a column; None where nobody said anything."""
    if column is column.table._autoincrement_column:
        return True
    return column.autoincrement if isinstance(column.autoincrement, bool) else None
