"""Comments of tables and columns, where the database has them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Table

from headway.autogenerate.context import AutogenContext
from headway.logs import logger
from headway.operations.alter_column import AlterColumnOp
from headway.operations.containers import ModifyTableOps
from headway.operations.tables import CreateTableCommentOp, DropTableCommentOp

log = logger("alembic.autogenerate.compare.comments")


def compare_table_comment(
    context: AutogenContext,
    changes: ModifyTableOps,
    schema: str | None,
    name: str,
    reflected: Table | None,
    wanted: Table | None,
) -> None:
    """Appends the change of the table's comment."""
    if reflected is None or wanted is None or not context.dialect.supports_comments:
        return
    if (reflected.comment or None) == (wanted.comment or None):
        return
    if wanted.comment:
        log.info("Detected table comment '%s'", wanted.name)
        changes.ops.append(
            CreateTableCommentOp(wanted.name, wanted.comment, existing_comment=reflected.comment, schema=wanted.schema)
        )
    else:
        log.info("Detected removed table comment '%s'", wanted.name)
        changes.ops.append(DropTableCommentOp(wanted.name, existing_comment=reflected.comment, schema=wanted.schema))


def compare_column_comment(
    context: AutogenContext,
    operation: AlterColumnOp,
    schema: str | None,
    table_name: str,
    name: str,
    reflected: Column[Any],
    wanted: Column[Any],
) -> None:
    """Sets the column's new comment."""
    if context.dialect.supports_comments and (reflected.comment or None) != (wanted.comment or None):
        operation.modify_comment = wanted.comment
        log.info("Detected column comment '%s.%s'", wanted.table.name, wanted.name)
