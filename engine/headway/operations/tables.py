"""Operations on whole tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table

from headway.errors import UsageError
from headway.operations.base import AbstractOperations, MigrateOperation, directive
from headway.operations.dispatch import implementations
from headway.operations.schemaobj import SchemaObjects


class AlterTableOp(MigrateOperation):
    """The base of operations on one table."""

    def __init__(self, table_name: str, *, schema: str | None = None) -> None:
        self.table_name = table_name
        self.schema = schema


@directive("create_table")
class CreateTableOp(MigrateOperation):
    """``op.create_table``."""

    def __init__(
        self,
        table_name: str,
        columns: Sequence[Any],
        *,
        schema: str | None = None,
        if_not_exists: bool | None = None,
        _namespace_metadata: Any = None,
        _constraints_included: bool = False,
        **kw: Any,
    ) -> None:
        self.table_name = table_name
        self.columns = columns
        self.schema = schema
        self.if_not_exists = if_not_exists
        self.comment = kw.pop("comment", None)
        self.prefixes = kw.pop("prefixes", None)
        self._info = dict(kw.pop("info", None) or {})
        self.kw = kw
        self._namespace_metadata = _namespace_metadata
        self._constraints_included = _constraints_included

    @classmethod
    def create_table(
        cls,
        operations: AbstractOperations,
        table_name: str,
        *columns: Any,
        if_not_exists: bool | None = None,
        **kw: Any,
    ) -> Table:
        """Creates a table of columns and constraints and returns it; takes every keyword of ``Table``."""
        return operations.invoke(cls(table_name, columns, if_not_exists=if_not_exists, **kw))  # type: ignore[no-any-return]

    def reverse(self) -> DropTableOp:
        return DropTableOp.from_table(self.to_table(), _namespace_metadata=self._namespace_metadata)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        return ("add_table", self.to_table())

    @classmethod
    def from_table(cls, table: Table, *, _namespace_metadata: Any = None) -> CreateTableOp:
        """The operation that creates ``table``."""
        return cls(
            table.name,
            [*table.c, *sorted(table.constraints, key=lambda item: item._creation_order)],
            schema=table.schema,
            _namespace_metadata=_namespace_metadata if _namespace_metadata is not None else table.metadata,
            _constraints_included=True,
            comment=table.comment,
            info=dict(table.info),
            prefixes=list(table._prefixes),
            **table.kwargs,
        )

    def to_table(self, migration_context: Any = None) -> Table:
        """The table as SQLAlchemy sees it."""
        options = dict(self.kw)
        if self.prefixes:
            options["prefixes"] = list(self.prefixes)
        return SchemaObjects(migration_context).table(
            self.table_name,
            *self.columns,
            schema=self.schema,
            comment=self.comment,
            info=dict(self.info),
            _constraints_included=self._constraints_included,
            **options,
        )


@directive("drop_table")
class DropTableOp(MigrateOperation):
    """``op.drop_table``."""

    def __init__(
        self,
        table_name: str,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        table_kw: Mapping[Any, Any] | None = None,
        _reverse: CreateTableOp | None = None,
    ) -> None:
        self.table_name = table_name
        self.schema = schema
        self.if_exists = if_exists
        self.table_kw = dict(table_kw or {})
        self.comment = self.table_kw.pop("comment", None)
        self._info = dict(self.table_kw.pop("info", None) or {})
        self.prefixes = self.table_kw.pop("prefixes", None)
        self._reverse = _reverse

    @classmethod
    def drop_table(
        cls,
        operations: AbstractOperations,
        table_name: str,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        """Drops a table."""
        operations.invoke(cls(table_name, schema=schema, if_exists=if_exists, table_kw=kw))

    def reverse(self) -> CreateTableOp:
        return CreateTableOp.from_table(self.to_table(), _namespace_metadata=None)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        return ("remove_table", self.to_table())

    @classmethod
    def from_table(cls, table: Table, *, _namespace_metadata: Any = None) -> DropTableOp:
        """The operation that drops ``table`` and remembers how to make it again."""
        keywords = {
            "comment": table.comment,
            "info": dict(table.info),
            "prefixes": list(table._prefixes),
            **table.kwargs,
        }
        again = CreateTableOp.from_table(table, _namespace_metadata=_namespace_metadata)
        return cls(table.name, schema=table.schema, table_kw=keywords, _reverse=again)

    def to_table(self, migration_context: Any = None) -> Table:
        """The table as SQLAlchemy sees it; without columns unless the operation remembers them."""
        if self._reverse is not None:
            return self._reverse.to_table(migration_context)
        options = {**self.table_kw, "comment": self.comment, "info": dict(self.info)}
        if self.prefixes:
            options["prefixes"] = list(self.prefixes)
        return SchemaObjects(migration_context).table(self.table_name, schema=self.schema, **options)


@directive("rename_table")
class RenameTableOp(AlterTableOp):
    """``op.rename_table``."""

    def __init__(self, old_table_name: str, new_table_name: str, *, schema: str | None = None) -> None:
        super().__init__(old_table_name, schema=schema)
        self.new_table_name = new_table_name

    @classmethod
    def rename_table(
        cls,
        operations: AbstractOperations,
        old_table_name: str,
        new_table_name: str,
        *,
        schema: str | None = None,
    ) -> None:
        """Renames a table."""
        operations.invoke(cls(old_table_name, new_table_name, schema=schema))

    def reverse(self) -> RenameTableOp:
        return RenameTableOp(self.new_table_name, self.table_name, schema=self.schema)


@directive("create_table_comment", batch=True)
class CreateTableCommentOp(AlterTableOp):
    """``op.create_table_comment``."""

    def __init__(
        self,
        table_name: str,
        comment: str | None,
        *,
        schema: str | None = None,
        existing_comment: str | None = None,
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.comment = comment
        self.existing_comment = existing_comment

    @classmethod
    def create_table_comment(
        cls,
        operations: AbstractOperations,
        table_name: str,
        comment: str | None,
        *,
        existing_comment: str | None = None,
        schema: str | None = None,
    ) -> None:
        """Sets the comment of a table."""
        operations.invoke(cls(table_name, comment, existing_comment=existing_comment, schema=schema))

    def reverse(self) -> CreateTableCommentOp | DropTableCommentOp:
        if self.existing_comment is None:
            return DropTableCommentOp(self.table_name, existing_comment=self.comment, schema=self.schema)
        return CreateTableCommentOp(
            self.table_name, self.existing_comment, existing_comment=self.comment, schema=self.schema
        )

    def to_table(self, migration_context: Any = None) -> Table:
        """The commented table, without columns."""
        return SchemaObjects(migration_context).table(self.table_name, schema=self.schema, comment=self.comment)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        return ("add_table_comment", self.to_table(), self.existing_comment)


@directive("drop_table_comment", batch=True)
class DropTableCommentOp(AlterTableOp):
    """``op.drop_table_comment``."""

    def __init__(self, table_name: str, *, schema: str | None = None, existing_comment: str | None = None) -> None:
        super().__init__(table_name, schema=schema)
        self.existing_comment = existing_comment

    @classmethod
    def drop_table_comment(
        cls,
        operations: AbstractOperations,
        table_name: str,
        *,
        existing_comment: str | None = None,
        schema: str | None = None,
    ) -> None:
        """Removes the comment of a table."""
        operations.invoke(cls(table_name, existing_comment=existing_comment, schema=schema))

    def reverse(self) -> CreateTableCommentOp:
        return CreateTableCommentOp(self.table_name, self.existing_comment, schema=self.schema)

    def to_table(self, migration_context: Any = None) -> Table:
        """The table, without columns."""
        return SchemaObjects(migration_context).table(self.table_name, schema=self.schema)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        return ("remove_table_comment", self.to_table())


@implementations.dispatch_for(CreateTableOp)
def create_table(operations: AbstractOperations, operation: CreateTableOp) -> Table:
    """Creates the table, then its indexes and comments."""
    table = operation.to_table(operations.migration_context)
    keywords = {} if operation.if_not_exists is None else {"if_not_exists": operation.if_not_exists}
    operations.impl.create_table(table, **keywords)
    return table


@implementations.dispatch_for(DropTableOp)
def drop_table(operations: AbstractOperations, operation: DropTableOp) -> None:
    """Drops the table."""
    keywords = {} if operation.if_exists is None else {"if_exists": operation.if_exists}
    operations.impl.drop_table(operation.to_table(operations.migration_context), **keywords)


@implementations.dispatch_for(RenameTableOp)
def rename_table(operations: AbstractOperations, operation: RenameTableOp) -> None:
    """Renames the table."""
    if not operation.new_table_name:
        raise UsageError("rename_table() needs the new name")
    operations.impl.rename_table(operation.table_name, operation.new_table_name, schema=operation.schema)


@implementations.dispatch_for(CreateTableCommentOp)
def create_table_comment(operations: AbstractOperations, operation: CreateTableCommentOp) -> None:
    """Sets the comment."""
    operations.impl.create_table_comment(operation.to_table(operations.migration_context))


@implementations.dispatch_for(DropTableCommentOp)
def drop_table_comment(operations: AbstractOperations, operation: DropTableCommentOp) -> None:
    """Removes the comment."""
    operations.impl.drop_table_comment(operation.to_table(operations.migration_context))
