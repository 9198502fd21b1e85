"""A dialect of somebody else's, written for Alembic, gives with headway what it gives with Alembic."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import alembic.ddl.base
import alembic.ddl.impl
import alembic.ddl.postgresql
import alembic.migration
import alembic.operations
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.ext.compiler import compiles

from headway.compat.hook import serving_alembic
from headway.dialects.base import DefaultImpl, implementations
from headway.errors import HeadwayError
from headway.operations.base import Operations
from headway.runtime.context import MigrationContext


class ThirdPartyDialect(PGDialect):
    """A database that speaks nearly PostgreSQL."""

    name = "thirdparty"
    supports_statement_cache = True


def register(base: Any, impl: Any, postgresql: Any) -> None:
    """What such a package does when it is imported: an implementation, and DDL of its own."""

    class ThirdPartyImpl(postgresql.PostgresqlImpl):  # type: ignore[misc]
        __dialect__ = "thirdparty"
        transactional_ddl = False

        def version_table_impl(self, **kw: Any) -> sa.Table:
            table: sa.Table = super().version_table_impl(**kw)
            table.append_column(sa.Column("extra", sa.Integer))
            return table

        def alter_column(self, table_name: str, column_name: str, **kw: Any) -> None:
            self.static_output(f"-- altering {column_name}")
            super().alter_column(table_name, column_name, **kw)

        def add_constraint(self, const: Any, **kw: Any) -> None:
            self._exec(f"-- no constraint {const.name}")

    @compiles(base.AddColumn, "thirdparty")
    def add_column(element: Any, compiler: Any, **kw: Any) -> str:
        added = base.add_column(compiler, element.column, **kw)
        return f"{base.alter_table(compiler, element.table_name, element.schema)} {added} ENCODE lzo"

    @compiles(base.DropColumn, "thirdparty")
    def drop_column(element: Any, compiler: Any, **kw: Any) -> str:
        dropped = base.drop_column(compiler, element.column.name, **kw)
        return f"{base.alter_table(compiler, element.table_name, element.schema)} {dropped} CASCADE"

    @compiles(base.RenameTable, "thirdparty")
    def rename_table(element: Any, compiler: Any, **kw: Any) -> str:
        old, new = (base.format_table_name(compiler, n, None) for n in (element.table_name, element.new_table_name))
        return f"MOVE {old} {new}"

    @compiles(base.ColumnName, "thirdparty")
    def column_name(element: Any, compiler: Any, **kw: Any) -> str:
        return str(base.visit_column_name(element, compiler, **kw)) + " RESTRICT"

    @compiles(postgresql.PostgresqlColumnType, "thirdparty")
    def column_type(element: Any, compiler: Any, **kw: Any) -> str:
        return str(postgresql.visit_column_type(element, compiler, **kw)) + " SLOWLY"

    @compiles(base.ColumnNullable, "thirdparty")
    def column_nullable(element: Any, compiler: Any, **kw: Any) -> str:
        alter = base.alter_table(compiler, element.table_name, element.schema)
        return f"{alter} {base.alter_column(compiler, element.column_name)} {base.format_type(compiler, sa.Text())}"


def migrate(op: Any) -> None:
    op.create_table("t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.String(9)))
    op.add_column("t", sa.Column("b", sa.Integer, server_default="5"), schema="s")
    op.drop_column("t", "b")
    op.alter_column("t", "a", type_=sa.Text(), nullable=False, new_column_name="c", postgresql_using="a::text")
    op.create_unique_constraint("uq", "t", ["a"])
    op.create_index("ix", "t", ["a"], postgresql_using="gin")
    op.rename_table("t", "u")


@pytest.fixture
def registered() -> Iterator[None]:
    register(alembic.ddl.base, alembic.ddl.impl, alembic.ddl.postgresql)
    with serving_alembic():
        from alembic.ddl import base, impl, postgresql

        register(base, impl, postgresql)
    yield
    implementations.pop("thirdparty")
    alembic.ddl.impl._impls.pop("thirdparty")


def script(configure: Any, operations: Any) -> tuple[str, Any]:
    buffer = io.StringIO()
    context = configure(dialect=ThirdPartyDialect(), opts={"as_sql": True, "output_buffer": buffer})
    migrate(operations(context))
    return buffer.getvalue(), context


@pytest.mark.usefixtures("registered")
def test_its_statements_are_the_same() -> None:
    theirs, _ = script(alembic.migration.MigrationContext.configure, alembic.operations.Operations)
    ours, context = script(MigrationContext.configure, Operations)
    assert ours == theirs
    assert "ENCODE lzo" in ours
    assert type(context.impl).__name__ == "ThirdPartyImpl"
    assert isinstance(context.impl, DefaultImpl)


@pytest.mark.usefixtures("registered")
def test_its_version_table_is_used() -> None:
    _, context = script(MigrationContext.configure, Operations)
    assert [column.name for column in context.versions.table.c] == ["version_num", "extra"]


def test_a_database_that_nobody_implements_is_refused() -> None:
    with pytest.raises(HeadwayError, match="no implementation for the database 'thirdparty'") as caught:
        MigrationContext.configure(dialect=ThirdPartyDialect(), opts={"as_sql": True})
    assert "mssql" in str(caught.value.hint)
