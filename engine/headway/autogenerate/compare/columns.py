"""Columns: added, removed, and those on both sides, of which each aspect is compared by functions of its own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Computed, Identity, Table

from headway.autogenerate.context import AutogenContext
from headway.autogenerate.priorities import PriorityDispatchResult
from headway.logs import logger
from headway.operations.alter_column import AlterColumnOp
from headway.operations.base import MigrateOperation
from headway.operations.columns import AddColumnOp, DropColumnOp
from headway.operations.containers import ModifyTableOps

tables_log = logger("alembic.autogenerate.compare.tables")
types_log = logger("alembic.autogenerate.compare.types")
constraints_log = logger("alembic.autogenerate.compare.constraints")

STOP, CONTINUE = PriorityDispatchResult.STOP, PriorityDispatchResult.CONTINUE


def compare_columns(
    context: AutogenContext, changes: ModifyTableOps, schema: str | None, reflected: Table, wanted: Table
) -> list[MigrateOperation]:
    """Appends added and altered columns; returns the drops, which come after everything that still uses them."""
    parents = {"table_name": wanted.name, "schema_name": wanted.schema}
    theirs = {c.name: c for c in reflected.c if context.run_name_filters(c.name, "column", dict(parents))}
    ours = {column.name: column for column in wanted.c if not column.system}
    for name, column in ours.items():
        if name not in theirs and context.run_object_filters(column, name, "column", False, None):
            changes.ops.append(AddColumnOp.from_column_and_tablename(wanted.schema, wanted.name, column))
            tables_log.info("Detected added column '%s.%s'", wanted.name, name)
    compare_column = context.compare("column")
    for name, column in ours.items():
        if name in theirs and context.run_object_filters(column, name, "column", False, theirs[name]):
            operation = _unaltered(theirs[name], wanted)
            compare_column(context, operation, schema, wanted.name, name, theirs[name], column)
            if operation.has_changes():
                changes.ops.append(operation)
    dropped: list[MigrateOperation] = []
    for name, column in theirs.items():
        if name not in ours and context.run_object_filters(column, name, "column", True, None):
            dropped.append(DropColumnOp.from_column_and_tablename(wanted.schema, wanted.name, column))
            tables_log.info("Detected removed column '%s.%s'", wanted.name, name)
    return dropped


def compare_nullable(
    context: AutogenContext,
    operation: AlterColumnOp,
    schema: str | None,
    table_name: str,
    name: str,
    reflected: Column[Any],
    wanted: Column[Any],
) -> PriorityDispatchResult:
    """Sets whether the column takes NULL; identity and generated columns decide that by themselves."""
    if reflected.nullable == wanted.nullable or isinstance(wanted.server_default, Identity | Computed):
        return CONTINUE
    operation.modify_nullable = wanted.nullable
    kind = "NULL" if wanted.nullable else "NOT NULL"
    constraints_log.info("Detected %s on column '%s.%s'", kind, table_name, name)
    return STOP


def ask_for_type(
    context: AutogenContext,
    operation: AlterColumnOp,
    schema: str | None,
    table_name: str,
    name: str,
    reflected: Column[Any],
    wanted: Column[Any],
) -> PriorityDispatchResult:
    """What ``compare_type`` says, when it is a function with an opinion, or False."""
    option = context.opts.get("compare_type", True)
    if option is False:
        return STOP
    if not callable(option):
        return CONTINUE
    answer = option(context.migration_context, reflected, wanted, reflected.type, wanted.type)
    if answer is None:
        return CONTINUE
    if answer:
        _set_type(operation, reflected, wanted)
    return STOP


def compare_type(
    context: AutogenContext,
    operation: AlterColumnOp,
    schema: str | None,
    table_name: str,
    name: str,
    reflected: Column[Any],
    wanted: Column[Any],
) -> PriorityDispatchResult:
    """Sets the column's new type where the database tells the two apart."""
    if not context.migration_context.impl.compare_type(reflected, wanted):
        return CONTINUE
    _set_type(operation, reflected, wanted)
    return STOP


def note_autoincrement(
    context: AutogenContext,
    operation: AlterColumnOp,
    schema: str | None,
    table_name: str,
    name: str,
    reflected: Column[Any],
    wanted: Column[Any],
) -> None:
    """Notes what MySQL must be told again with every change of a column."""
    if isinstance(reflected.server_default, Identity) or isinstance(wanted.server_default, Identity):
        return
    if wanted is wanted.table._autoincrement_column:
        operation.kw["autoincrement"] = True
    elif isinstance(wanted.autoincrement, bool):
        operation.kw["autoincrement"] = wanted.autoincrement


def _unaltered(reflected: Column[Any], wanted: Table) -> AlterColumnOp:
    return AlterColumnOp(
        wanted.name,
        reflected.name,
        schema=wanted.schema,
        existing_type=reflected.type,
        existing_nullable=reflected.nullable,
        existing_server_default=reflected.server_default,
        existing_comment=reflected.comment,
    )


def _set_type(operation: AlterColumnOp, reflected: Column[Any], wanted: Column[Any]) -> None:
    operation.modify_type = wanted.type
    place = f"{wanted.table.name}.{wanted.name}"
    types_log.info("Detected type change from %r to %r on '%s'", reflected.type, wanted.type, place)
