"""Operations on views: ``op.create_view`` and ``op.drop_view``, which Alembic has not.

A project that has registered operations of these names itself, as Alembic's cookbook shows, keeps its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import MetaData, Table
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import DDLElement

from headway.errors import UsageError
from headway.operations.base import AbstractOperations, MigrateOperation, directive
from headway.operations.dispatch import implementations

MATERIALIZING = ("postgresql", "oracle")
REPLACING = {"mssql": "CREATE OR ALTER"}
"""How a dialect creates or replaces a view; most say CREATE OR REPLACE, and SQLite has no way."""


@directive("create_view")
class CreateViewOp(MigrateOperation):
    """``op.create_view``."""

    def __init__(
        self,
        view_name: str,
        definition: Any,
        *,
        schema: str | None = None,
        columns: Sequence[str] | None = None,
        replace: bool = False,
        materialized: bool = False,
    ) -> None:
        self.view_name = view_name
        self.definition = definition
        self.schema = schema
        self.columns = columns
        self.replace = replace
        self.materialized = materialized

    @classmethod
    def create_view(
        cls,
        operations: AbstractOperations,
        view_name: str,
        definition: Any,
        *,
        schema: str | None = None,
        columns: Sequence[str] | None = None,
        replace: bool = False,
        materialized: bool = False,
    ) -> None:
        """Creates a view of a SELECT, given as text or as a SQLAlchemy ``select()``, whose values become literals.

        ``columns`` name the view's columns. ``replace`` puts it in place of one that is there; where the database
        cannot do that in one statement the old one is dropped first. ``materialized`` views are for PostgreSQL and
        Oracle. Raises UsageError for a materialized view on another database.
        """
        operations.invoke(
            cls(view_name, definition, schema=schema, columns=columns, replace=replace, materialized=materialized)
        )

    def reverse(self) -> DropViewOp:
        return DropViewOp(self.view_name, schema=self.schema, materialized=self.materialized, _reverse=self)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        return ("add_view", self.schema, self.view_name, self.definition)


@directive("drop_view")
class DropViewOp(MigrateOperation):
    """``op.drop_view``."""

    def __init__(
        self,
        view_name: str,
        *,
        schema: str | None = None,
        materialized: bool = False,
        if_exists: bool | None = None,
        _reverse: CreateViewOp | None = None,
    ) -> None:
        self.view_name = view_name
        self.schema = schema
        self.materialized = materialized
        self.if_exists = if_exists
        self._reverse = _reverse

    @classmethod
    def drop_view(
        cls,
        operations: AbstractOperations,
        view_name: str,
        *,
        schema: str | None = None,
        materialized: bool = False,
        if_exists: bool | None = None,
    ) -> None:
        """Drops a view. Raises UsageError for a materialized view on a database that has none."""
        operations.invoke(cls(view_name, schema=schema, materialized=materialized, if_exists=if_exists))

    def reverse(self) -> CreateViewOp:
        if self._reverse is None:
            raise UsageError(f"what view {self.view_name} showed is not known", hint="Write the downgrade by hand.")
        return self._reverse

    def to_diff_tuple(self) -> tuple[Any, ...]:
        return ("remove_view", self.schema, self.view_name)


class CreateView(DDLElement):
    """CREATE VIEW, as its operation describes it."""

    def __init__(self, operation: CreateViewOp, replace: bool) -> None:
        self.operation = operation
        self.replace = replace


class DropView(DDLElement):
    """DROP VIEW."""

    def __init__(self, operation: DropViewOp) -> None:
        self.operation = operation


@implementations.dispatch_for(CreateViewOp)
def create_view(operations: AbstractOperations, operation: CreateViewOp) -> None:
    """Creates the view."""
    impl = operations.impl
    _check_materialized(operation, impl.dialect.name)
    in_one = not operation.materialized and impl.dialect.name != "sqlite"
    if operation.replace and not in_one:
        old = DropViewOp(
            operation.view_name, schema=operation.schema, materialized=operation.materialized, if_exists=True
        )
        impl._exec(DropView(old))
    impl._exec(CreateView(operation, replace=operation.replace and in_one))


@implementations.dispatch_for(DropViewOp)
def drop_view(operations: AbstractOperations, operation: DropViewOp) -> None:
    """Drops the view."""
    _check_materialized(operation, operations.impl.dialect.name)
    operations.impl._exec(DropView(operation))


def _check_materialized(operation: CreateViewOp | DropViewOp, dialect: str) -> None:
    if operation.materialized and dialect not in MATERIALIZING:
        raise UsageError(
            f"view {operation.view_name} cannot be materialized: {dialect} has no such views",
            hint="Leave materialized out, or fill a table.",
        )


@compiles(CreateView)  # type: ignore[no-untyped-call,untyped-decorator,unused-ignore]
def visit_create_view(element: CreateView, compiler: Any, **kw: Any) -> str:
    operation, dialect = element.operation, compiler.dialect
    verb = REPLACING.get(dialect.name, "CREATE OR REPLACE") if element.replace else "CREATE"
    columns = _column_list(compiler, operation.columns)
    return f"{verb} {_named(operation, compiler)}{columns} AS {_query(operation.definition, compiler)}"


@compiles(DropView)  # type: ignore[no-untyped-call,untyped-decorator,unused-ignore]
def visit_drop_view(element: DropView, compiler: Any, **kw: Any) -> str:
    return f"DROP {_named(element.operation, compiler, 'IF EXISTS ' if element.operation.if_exists else '')}"


def _named(operation: CreateViewOp | DropViewOp, compiler: Any, condition: str = "") -> str:
    kind = "MATERIALIZED VIEW" if operation.materialized else "VIEW"
    view = Table(operation.view_name, MetaData(), schema=operation.schema)  # named by the same rules
    return f"{kind} {condition}{compiler.preparer.format_table(view)}"


def _column_list(compiler: Any, columns: Iterable[str] | None) -> str:
    return f" ({', '.join(compiler.preparer.quote(column) for column in columns)})" if columns else ""


def _query(definition: Any, compiler: Any) -> str:
    if not isinstance(definition, str):
        return str(definition.compile(dialect=compiler.dialect, compile_kwargs={"literal_binds": True}))
    text = definition.strip().rstrip(";").rstrip()
    return str(compiler.sql_compiler.post_process_text(text))  # doubles percent signs for drivers that count them
