"""Operations on columns."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column
from sqlalchemy import types as sqltypes

from headway.operations.base import AbstractOperations, directive
from headway.operations.dispatch import implementations
from headway.operations.schemaobj import SchemaObjects
from headway.operations.tables import AlterTableOp


def _given(**values: Any) -> dict[str, Any]:
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
        place = _given(insert_before=insert_before, insert_after=insert_after)
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
    def from_column(cls, column: Column[Any]) -> AddColumnOp:
        """The operation that adds ``column`` to its table."""
        return cls(column.table.name, column, schema=column.table.schema)

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


@directive("alter_column", batch=True)
class AlterColumnOp(AlterTableOp):
    """``op.alter_column``."""

    def __init__(
        self,
        table_name: str,
        column_name: str,
        *,
        schema: str | None = None,
        existing_type: Any = None,
        existing_server_default: Any = False,
        existing_nullable: bool | None = None,
        existing_comment: str | None = None,
        modify_nullable: bool | None = None,
        modify_comment: Any = False,
        modify_server_default: Any = False,
        modify_name: str | None = None,
        modify_type: Any = None,
        **kw: Any,
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.column_name = column_name
        self.existing_type = existing_type
        self.existing_server_default = existing_server_default
        self.existing_nullable = existing_nullable
        self.existing_comment = existing_comment
        self.modify_nullable = modify_nullable
        self.modify_comment = modify_comment
        self.modify_server_default = modify_server_default
        self.modify_name = modify_name
        self.modify_type = modify_type
        self.kw = kw

    @classmethod
    def alter_column(
        cls,
        operations: AbstractOperations,
        table_name: str,
        column_name: str,
        *,
        nullable: bool | None = None,
        comment: Any = False,
        server_default: Any = False,
        new_column_name: str | None = None,
        type_: Any = None,
        existing_type: Any = None,
        existing_server_default: Any = False,
        existing_nullable: bool | None = None,
        existing_comment: str | None = None,
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        """Changes nullability, default, name, type or comment of a column; what is not given stays.

        The ``existing_*`` arguments say what the column is now, which MySQL and SQL Server need to keep it.
        """
        operations.invoke(
            cls(
                table_name,
                column_name,
                schema=schema,
                existing_type=existing_type,
                existing_server_default=existing_server_default,
                existing_nullable=existing_nullable,
                existing_comment=existing_comment,
                modify_name=new_column_name,
                modify_type=type_,
                modify_server_default=server_default,
                modify_nullable=nullable,
                modify_comment=comment,
                **kw,
            )
        )

    @classmethod
    def batch_alter_column(
        cls,
        operations: AbstractOperations,
        table_name: str,
        column_name: str,
        *,
        nullable: bool | None = None,
        comment: Any = False,
        server_default: Any = False,
        new_column_name: str | None = None,
        type_: Any = None,
        existing_type: Any = None,
        existing_server_default: Any = False,
        existing_nullable: bool | None = None,
        existing_comment: str | None = None,
        schema: str | None = None,
        insert_before: str | None = None,
        insert_after: str | None = None,
        **kw: Any,
    ) -> None:
        """Changes a column; in a copied table it can be placed before or after another."""
        place = _given(insert_before=insert_before, insert_after=insert_after)
        cls.alter_column(
            operations,
            table_name,
            column_name,
            nullable=nullable,
            comment=comment,
            server_default=server_default,
            new_column_name=new_column_name,
            type_=type_,
            existing_type=existing_type,
            existing_server_default=existing_server_default,
            existing_nullable=existing_nullable,
            existing_comment=existing_comment,
            schema=schema,
            **place,
            **kw,
        )

    def has_changes(self) -> bool:
        """Whether it changes anything."""
        plain = self.modify_nullable is not None or self.modify_type is not None or self.modify_name is not None
        marked = self.modify_server_default is not False or self.modify_comment is not False
        return plain or marked or any(key.startswith("modify_") for key in self.kw)

    def reverse(self) -> AlterColumnOp:
        changed = {
            "modify_nullable": (self.modify_nullable, self.existing_nullable, None),
            "modify_type": (self.modify_type, self.existing_type, None),
            "modify_server_default": (self.modify_server_default, self.existing_server_default, False),
            "modify_comment": (self.modify_comment, self.existing_comment, False),
        }
        keywords = dict(self.kw)
        for name, (new, old, unset) in changed.items():
            existing = name.replace("modify", "existing")
            if new is not unset:
                keywords[name], keywords[existing] = old, new
            else:
                keywords[existing] = old
        name = self.column_name
        if self.modify_name is not None:
            name, keywords["modify_name"] = self.modify_name, self.column_name
        return AlterColumnOp(self.table_name, name, schema=self.schema, **keywords)

    def to_diff_tuple(self) -> Any:
        known = {
            "existing_nullable": self.existing_nullable,
            "existing_type": self.existing_type,
            "existing_server_default": self.existing_server_default,
            "existing_comment": self.existing_comment,
        }
        diffs = []
        for aspect, kind, new, unset in (
            ("type", "modify_type", self.modify_type, None),
            ("nullable", "modify_nullable", self.modify_nullable, None),
            ("server_default", "modify_default", self.modify_server_default, False),
            ("comment", "modify_comment", self.modify_comment, False),
        ):
            if new is not unset:
                old = f"existing_{aspect}"
                rest = {key: value for key, value in known.items() if key != old}
                diffs.append((kind, self.schema, self.table_name, self.column_name, rest, known[old], new))
        return diffs


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
        **_given(
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
    if column.comment and impl.dialect.supports_comments and not impl.dialect.inline_comments:
        impl.create_column_comment(column)


@implementations.dispatch_for(DropColumnOp)
def drop_column(operations: AbstractOperations, operation: DropColumnOp) -> None:
    """Drops the column."""
    operations.impl.drop_column(
        operation.table_name,
        operation.to_column(operations.migration_context),
        schema=operation.schema,
        **_given(if_exists=operation.if_exists),
        **operation.kw,
    )


@implementations.dispatch_for(AlterColumnOp)
def alter_column(operations: AbstractOperations, operation: AlterColumnOp) -> None:
    """Alters the column; a CHECK that belongs to its old type is dropped before, one of its new type made after."""
    impl, schema = operations.impl, operation.schema
    objects = SchemaObjects(operations.migration_context)

    def type_checks(type_: Any, name: str) -> list[Any]:
        table = objects.table(operation.table_name, Column(name, type_), schema=schema)
        return [item for item in table.constraints if item._type_bound]

    if operation.existing_type is not None and operation.modify_type is not None:
        for constraint in type_checks(operation.existing_type, operation.column_name):
            if impl.wants_type_check(constraint):
                impl.drop_constraint(constraint)
    impl.alter_column(
        operation.table_name,
        operation.column_name,
        nullable=operation.modify_nullable,
        server_default=operation.modify_server_default,
        name=operation.modify_name,
        type_=operation.modify_type,
        schema=schema,
        existing_type=operation.existing_type,
        existing_server_default=operation.existing_server_default,
        existing_nullable=operation.existing_nullable,
        comment=operation.modify_comment,
        existing_comment=operation.existing_comment,
        **operation.kw,
    )
    if operation.modify_type is not None:
        for constraint in type_checks(operation.modify_type, operation.modify_name or operation.column_name):
            if impl.wants_type_check(constraint):
                impl.add_constraint(constraint)
