"""Operations on indexes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Index

from headway.operations.base import AbstractOperations, MigrateOperation, directive
from headway.operations.dispatch import implementations
from headway.operations.schemaobj import SchemaObjects, options_by_name


@directive("create_index", batch=True)
class CreateIndexOp(MigrateOperation):
    """``op.create_index``."""

    def __init__(
        self,
        index_name: str | None,
        table_name: str,
        columns: Sequence[Any],
        *,
        schema: str | None = None,
        unique: bool = False,
        if_not_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        self.index_name = index_name
        self.table_name = table_name
        self.columns = columns
        self.schema = schema
        self.unique = unique
        self.if_not_exists = if_not_exists
        self.kw = kw

    @classmethod
    def create_index(
        cls,
        operations: AbstractOperations,
        index_name: str | None,
        table_name: str,
        columns: Sequence[Any],
        *,
        schema: str | None = None,
        unique: bool = False,
        if_not_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        """Creates an index; columns are names, ``text()`` or expressions, ``kw`` are dialect options."""
        operations.invoke(
            cls(index_name, table_name, columns, schema=schema, unique=unique, if_not_exists=if_not_exists, **kw)
        )

    def reverse(self) -> DropIndexOp:
        return DropIndexOp.from_index(self.to_index())

    def to_diff_tuple(self) -> tuple[Any, ...]:
        return ("add_index", self.to_index())

    @classmethod
    def from_index(cls, index: Index) -> CreateIndexOp:
        """The operation that creates ``index``."""
        assert index.table is not None
        return cls(
            index.name,
            index.table.name,
            list(index.expressions),
            schema=index.table.schema,
            unique=bool(index.unique),
            **options_by_name(index.kwargs, index.table),
        )

    def to_index(self, migration_context: Any = None) -> Index:
        """The index as SQLAlchemy sees it."""
        return SchemaObjects(migration_context).index(
            self.index_name, self.table_name, self.columns, schema=self.schema, unique=self.unique, **self.kw
        )


@directive("drop_index", batch=True)
class DropIndexOp(MigrateOperation):
    """``op.drop_index``."""

    def __init__(
        self,
        index_name: Any,
        table_name: str | None = None,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        _reverse: CreateIndexOp | None = None,
        **kw: Any,
    ) -> None:
        self.index_name = index_name
        self.table_name = table_name
        self.schema = schema
        self.if_exists = if_exists
        self.kw = kw
        self._reverse = _reverse

    @classmethod
    def drop_index(
        cls,
        operations: AbstractOperations,
        index_name: str,
        table_name: str | None = None,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        """Drops an index; some databases need to know its table."""
        operations.invoke(cls(index_name, table_name, schema=schema, if_exists=if_exists, **kw))

    def reverse(self) -> CreateIndexOp:
        return CreateIndexOp.from_index(self.to_index())

    def to_diff_tuple(self) -> tuple[Any, ...]:
        return ("remove_index", self.to_index())

    @classmethod
    def from_index(cls, index: Index) -> DropIndexOp:
        """The operation that drops ``index`` and remembers how to make it again."""
        assert index.table is not None
        again = CreateIndexOp.from_index(index)
        return cls(index.name, index.table.name, schema=index.table.schema, _reverse=again, **again.kw)

    def to_index(self, migration_context: Any = None) -> Index:
        """The index; its columns are a placeholder unless the operation remembers them."""
        columns = self._reverse.columns if self._reverse is not None else ["x"]
        unique = self._reverse.unique if self._reverse is not None else False
        table = self.table_name or "no_table"
        options = {"unique": unique, **self.kw}  # extensions pass unique like any other option
        return SchemaObjects(migration_context).index(self.index_name, table, columns, schema=self.schema, **options)


@implementations.dispatch_for(CreateIndexOp)
def create_index(operations: AbstractOperations, operation: CreateIndexOp) -> None:
    """Creates the index."""
    keywords = {} if operation.if_not_exists is None else {"if_not_exists": operation.if_not_exists}
    operations.impl.create_index(operation.to_index(operations.migration_context), **keywords)


@implementations.dispatch_for(DropIndexOp)
def drop_index(operations: AbstractOperations, operation: DropIndexOp) -> None:
    """Drops the index."""
    keywords = {} if operation.if_exists is None else {"if_exists": operation.if_exists}
    operations.impl.drop_index(operation.to_index(operations.migration_context), **keywords)
