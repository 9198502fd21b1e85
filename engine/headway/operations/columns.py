"""Operations on columns."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column
from sqlalchemy import types as sqltypes

from headway.operations.base import AbstractOperations, directive
from headway.operations.dispatch import implementations
from headway.operations.schemaobj import SchemaObjects
from headway.operations.tables import AlterTableOp


def given(**values: Any) -> dict[str, Any]:
    """The arguments that were given at all, so that implementations written before they existed keep working."""
    return {name: value for name, value in values.items() if value is not None}


@directive("add_column", batch=True)
class AddColumnOp(AlterTableOp):
    """``op.add_column``."""

    def __init__(
        self,
        table_name: str,
        column: Column[Any],
        *,
        schema: str | None = None,
        if_not_exists: bool | None = None,
        inline_references: bool | None = None,
        inline_primary_key: bool | None = None,
        **kw: Any,
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.column = column
        self.if_not_exists = if_not_exists
        self.inline_references = inline_references
        self.inline_primary_key = inline_primary_key
        self.kw = kw

    @classmethod
    def add_column(
        cls,
        operations: AbstractOperations,
        table_name: str,
        column: Column[Any],
        *,
        schema: str | None = None,
        if_not_exists: bool | None = None,
        inline_references: bool | None = None,
        inline_primary_key: bool | None = None,
    ) -> None:
        """Adds a column, with its foreign keys and indexes."""
        operations.invoke(
            cls(
                table_name,
                column,
                schema=schema,
                if_not_exists=if_not_exists,
                inline_references=inline_references,
                inline_primary_key=inline_primary_key,
            )
        )

    @classmethod
    def batch_add_column(
        cls,
        operations: AbstractOperations,
        table_name: str,
        column: Column[Any],
        *,
        schema: str | None = None,
        insert_before: str | None = None,
        insert_after: str | None = None,
        if_not_exists: bool | None = None,
        inline_references: bool | None = None,
        inline_primary_key: bool | None = None,
    ) -> None:
        """Adds a column; in a copied table it can be placed before or after another."""
        place = given(insert_before=insert_before, insert_after=insert_after)
        operations.invoke(
            cls(
                table_name,
                column,
                schema=schema,
                if_not_exists=if_not_exists,
                inline_references=inline_references,
                inline_primary_key=inline_primary_key,
                **place,
            )
        )

    def reverse(self) -> DropColumnOp:
        return DropColumnOp.from_column_and_tablename(self.schema, self.table_name, self.column)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        return ("add_column", self.schema, self.table_name, self.column)

    def to_column(self) -> Column[Any]:
        """The column."""
        return self.column

    @classmethod
    def from_column(cls, col: Column[Any]) -> AddColumnOp:
        """The operation that adds a column to its table."""
        return cls(col.table.name, col, schema=col.table.schema)

    @classmethod
    def from_column_and_tablename(cls, schema: str | None, tname: str, col: Column[Any]) -> AddColumnOp:
        """The operation that adds ``col`` to the table of that name."""
        return cls(tname, col, schema=schema)


@directive("drop_column", batch=True)
class DropColumnOp(AlterTableOp):
    """``op.drop_column``."""

    def __init__(
        self,
        table_name: str,
        column_name: str,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        _reverse: AddColumnOp | None = None,
        **kw: Any,
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.column_name = column_name
        self.if_exists = if_exists
        self.kw = kw
        self._reverse = _reverse

    @classmethod
    def drop_column(
        cls,
        operations: AbstractOperations,
        table_name: str,
        column_name: str,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        """Drops a column; ``mssql_drop_check``, ``mssql_drop_default`` and ``mssql_drop_foreign_key`` go first."""
        operations.invoke(cls(table_name, column_name, schema=schema, if_exists=if_exists, **kw))

    def reverse(self) -> AddColumnOp:
        column = self.to_column()
        return AddColumnOp.from_column_and_tablename(self.schema, self.table_name, column)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        return ("remove_column", self.schema, self.table_name, self.to_column())

    def to_column(self, migration_context: Any = None) -> Column[Any]:
        """The dropped column; without a type unless the operation remembers it."""
        if self._reverse is not None:
            return self._reverse.column
        return SchemaObjects(migration_context).column(self.column_name, sqltypes.NULLTYPE)

    @classmethod
    def from_column_and_tablename(cls, schema: str | None, tname: str, col: Column[Any]) -> DropColumnOp:
        """The operation that drops ``col`` and remembers how to make it again."""
        again = AddColumnOp.from_column_and_tablename(schema, tname, col)
        return cls(tname, col.name, schema=schema, _reverse=again)


@implementations.dispatch_for(AddColumnOp)
def add_column(operations: AbstractOperations, operation: AddColumnOp) -> None:
    """Adds the column, then its constraints, comment and indexes, which ALTER TABLE … ADD COLUMN cannot carry."""
    impl = operations.impl
    column = operation.column
    if column.table is not None:
        column = column._copy()
    table = SchemaObjects(operations.migration_context).table(operation.table_name, column, schema=operation.schema)
    impl.add_column(
        operation.table_name,
        column,
        schema=operation.schema,
        **given(
            if_not_exists=operation.if_not_exists,
            inline_references=operation.inline_references,
            inline_primary_key=operation.inline_primary_key,
        ),
        **operation.kw,
    )
    # One foreign key fits into the column's definition; of several it would not be clear which is meant.
    inline_references = operation.inline_references and len(column.foreign_keys) == 1
    inline = {"primary_key_constraint"} | ({"foreign_key_constraint"} if inline_references else set())
    for constraint in sorted(table.constraints, key=lambda item: item._creation_order):
        if constraint.__visit_name__ not in inline:
            impl.add_constraint(constraint)
    for index in sorted(table.indexes, key=lambda item: str(item.name)):
        impl.create_index(index)
    if column.comment is not None and impl.dialect.supports_comments and not impl.dialect.inline_comments:
        impl.create_column_comment(column)


@implementations.dispatch_for(DropColumnOp)
def drop_column(operations: AbstractOperations, operation: DropColumnOp) -> None:
    """Drops the column."""
    operations.impl.drop_column(
        operation.table_name,
        operation.to_column(operations.migration_context),
        schema=operation.schema,
        **given(if_exists=operation.if_exists),
        **operation.kw,
    )
