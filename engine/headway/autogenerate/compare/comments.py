"""Comments of tables, where the database has them."""

from __future__ import annotations

from sqlalchemy import Table

from headway.autogenerate.context import AutogenContext
from headway.logs import logger
from headway.operations.containers import ModifyTableOps
from headway.operations.tables import CreateTableCommentOp, DropTableCommentOp

log = logger("alembic.autogenerate.compare.comments")


def compare_table_comment(context: AutogenContext, changes: ModifyTableOps, reflected: Table, wanted: Table) -> None:
    """Appends the change of the table's comment."""
    if not context.dialect.supports_comments or (reflected.comment or None) == (wanted.comment or None):
        return
    if wanted.comment:
        log.info("Detected table comment '%s'", wanted.name)
        changes.ops.append(
            CreateTableCommentOp(wanted.name, wanted.comment, existing_comment=reflected.comment, schema=wanted.schema)
        )
    else:
        log.info("Detected removed table comment '%s'", wanted.name)
        changes.ops.append(DropTableCommentOp(wanted.name, existing_comment=reflected.comment, schema=wanted.schema))
