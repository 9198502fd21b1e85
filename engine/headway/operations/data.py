"""Operations on rows, and raw SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headway.operations.base import AbstractOperations, MigrateOperation, directive
from headway.operations.dispatch import implementations


@directive("execute", batch=True)
class ExecuteSQLOp(MigrateOperation):
    """``op.execute``."""

    def __init__(self, sqltext: Any, *, execution_options: Mapping[str, Any] | None = None) -> None:
        self.sqltext = sqltext
        self.execution_options = execution_options

    @classmethod
    def execute(
        cls, operations: AbstractOperations, sqltext: Any, *, execution_options: Mapping[str, Any] | None = None
    ) -> None:
        """Executes one statement: text, or anything that SQLAlchemy can execute."""
        operations.invoke(cls(sqltext, execution_options=execution_options))

    def to_diff_tuple(self) -> tuple[Any, ...]:
        return ("execute", self.sqltext)


@directive("bulk_insert")
class BulkInsertOp(MigrateOperation):
    """``op.bulk_insert``."""

    def __init__(self, table: Any, rows: Sequence[Mapping[str, Any]], *, multiinsert: bool = True) -> None:
        self.table = table
        self.rows = rows
        self.multiinsert = multiinsert

    @classmethod
    def bulk_insert(
        cls,
        operations: AbstractOperations,
        table: Any,
        rows: Sequence[Mapping[str, Any]],
        *,
        multiinsert: bool = True,
    ) -> None:
        """Inserts rows, given as dictionaries; in offline mode as literals."""
        operations.invoke(cls(table, rows, multiinsert=multiinsert))


@implementations.dispatch_for(ExecuteSQLOp)
def execute_sql(operations: AbstractOperations, operation: ExecuteSQLOp) -> None:
    """Executes the statement."""
    operations.migration_context.impl.execute(operation.sqltext, execution_options=operation.execution_options)


@implementations.dispatch_for(BulkInsertOp)
def bulk_insert(operations: AbstractOperations, operation: BulkInsertOp) -> None:
    """Inserts the rows."""
    operations.impl.bulk_insert(operation.table, operation.rows, multiinsert=operation.multiinsert)
