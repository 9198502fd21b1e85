"""SQL Server. See https://learn.microsoft.com/sql/t-sql/statements/alter-table-transact-sql"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Computed, Identity, Index
from sqlalchemy.engine import Dialect

from headway.dialects import elements
from headway.dialects.base import DefaultImpl
from headway.dialects.compare import normal_sql
from headway.dialects.elements import (
    AlterColumn,
    AlterTable,
    alter_table,
    compiled,
    format_column_name,
    format_server_default,
    format_table_name,
    format_type,
)
from headway.errors import UsageError

SCHEMA = "dbo"
"""The schema that a script is for when no connection tells: what a fresh SQL Server has."""


class MSSQLImpl(DefaultImpl):
    """Defaults are constraints with generated names, comments are properties, renaming is a procedure."""

    __dialect__ = "mssql"
    transactional_ddl = True
    batch_separator = "GO"
    type_synonyms = (*DefaultImpl.type_synonyms, {"VARCHAR", "NVARCHAR"})

    def __init__(
        self,
        dialect: Dialect,
        connection: Any,
        as_sql: bool,
        transactional_ddl: bool | None,
        output_buffer: Any,
        context_opts: Mapping[str, Any],
    ) -> None:
        super().__init__(dialect, connection, as_sql, transactional_ddl, output_buffer, context_opts)
        if as_sql and dialect.default_schema_name is None:
            dialect.default_schema_name = SCHEMA  # comments need one to name their table

    def emit_begin(self) -> None:
        self.static_output(f"BEGIN TRANSACTION{self.command_terminator}")

    def emit_commit(self) -> None:
        self._print_statement("COMMIT")

    def alter_column(
        self,
        table_name: str,
        column_name: str,
        *,
        nullable: bool | None = None,
        server_default: Any = False,
        name: str | None = None,
        type_: Any = None,
        schema: str | None = None,
        existing_type: Any = None,
        existing_server_default: Any = None,
        existing_nullable: bool | None = None,
        **kw: Any,
    ) -> None:
        known = {"schema": schema, "existing_type": existing_type, "existing_nullable": existing_nullable}
        generated = any(isinstance(d, Computed | Identity) for d in (server_default, existing_server_default))
        replaces_default = server_default is not False and not generated
        definition = self._definition(table_name, column_name, type_, nullable, known)
        if replaces_default and (existing_server_default is not False or server_default is None):
            # A default is a constraint on the column, which can neither be replaced nor survive a change of type.
            self._exec(DropDependent(table_name, column_name, "default", schema=schema))
        if definition is not None:
            self._exec(definition)
        super().alter_column(
            table_name,
            column_name,
            server_default=server_default if generated else False,
            schema=schema,
            existing_type=existing_type,
            existing_server_default=existing_server_default,
            existing_nullable=existing_nullable,
            **kw,
        )
        if replaces_default and server_default is not None:
            self._exec(elements.ColumnDefault(table_name, column_name, server_default, **known))
        if name is not None:
            self._exec(elements.ColumnName(table_name, column_name, name, **known))

    def _definition(
        self, table_name: str, column_name: str, type_: Any, nullable: bool | None, known: dict[str, Any]
    ) -> ColumnDefinition | None:
        """Type and nullability, which are one clause here: what is left out of it falls back to NULL."""
        if type_ is None and nullable is None:
            return None
        definition = type_ if type_ is not None else known["existing_type"]
        if definition is None:
            raise UsageError(
                "MS-SQL ALTER COLUMN operations with NULL or NOT NULL require the existing_type or a new type_ "
                "be passed.",
                hint=f"Add existing_type=… to alter_column('{table_name}', '{column_name}').",
            )
        wanted = nullable if nullable is not None else known["existing_nullable"]
        if wanted is None:
            warnings.warn(
                "MS-SQL ALTER COLUMN operations that specify type_= should also specify a nullable= or "
                "existing_nullable= argument to avoid implicit conversion of NOT NULL columns to NULL.",
                stacklevel=2,
            )
        return ColumnDefinition(table_name, column_name, definition, wanted, **known)

    def drop_column(self, table_name: str, column: Column[Any], *, schema: str | None = None, **kw: Any) -> None:
        for kind in ("default", "check", "foreign_key"):
            if kw.pop(f"mssql_drop_{kind}", None):
                self._exec(DropDependent(table_name, column.name, kind, schema=schema))
        super().drop_column(table_name, column, schema=schema, **kw)

    def create_index(self, index: Index, **kw: Any) -> None:
        # Columns that are only INCLUDEd must exist on the table for SQLAlchemy to name them.
        elements.complete_columns(index, index.kwargs.get("mssql_include") or ())
        super().create_index(index, **kw)

    def bulk_insert(self, table: Any, rows: Any, multiinsert: bool = True, **kw: Any) -> None:
        if not self.as_sql:
            super().bulk_insert(table, rows, multiinsert)
            return
        # A script cannot ask whether a column is an IDENTITY, which refuses values unless told so.
        name = self.dialect.identifier_preparer.format_table(table)
        self._print_statement(f"SET IDENTITY_INSERT {name} ON")
        super().bulk_insert(table, rows, multiinsert)
        self._print_statement(f"SET IDENTITY_INSERT {name} OFF")

    def compare_server_default(
        self,
        inspector_column: Any,
        metadata_column: Any,
        rendered_metadata_default: str | None,
        rendered_inspector_default: str | None,
    ) -> bool:
        return _normal_default(rendered_metadata_default) != _normal_default(rendered_inspector_default)

    def adjust_reflected_dialect_options(self, reflected_object: Any, kind: str) -> dict[str, Any]:
        options = super().adjust_reflected_dialect_options(reflected_object, kind)
        for name in ("mssql_include", "mssql_clustered", "mssql_columnstore"):
            if not options.get(name):
                options.pop(name, None)
        return options


class ColumnDefinition(AlterColumn):
    """ALTER COLUMN with the type, and NULL or NOT NULL where that is known."""

    def __init__(self, name: str, column_name: str, type_: Any, nullable: bool | None, **kw: Any) -> None:
        super().__init__(name, column_name, **kw)
        self.type_ = elements.as_type(type_)
        self.nullable = nullable


class DropDependent(AlterTable):
    """Drops what stands on a column and has a name that only the database knows; ``kind`` is a key of DEPENDENTS."""

    def __init__(self, name: str, column_name: str, kind: str, schema: str | None = None) -> None:
        super().__init__(name, schema=schema)
        self.column_name = column_name
        self.kind = kind


DEPENDENTS = {
    "default": (" sys.default_constraints", ""),
    "check": (" sys.check_constraints", ""),
    "foreign_key": (
        "\nsys.foreign_keys fk join sys.foreign_key_columns fkc\non fk.object_id=fkc.constraint_object_id",
        "fkc.",
    ),
}
"""For each kind the catalog view to ask, and the prefix of its columns."""


@compiled(DropDependent, "mssql")
def _drop_dependent(element: DropDependent, compiler: Any, **kw: Any) -> str:
    source, prefix = DEPENDENTS[element.kind]
    plain = f"{element.schema}.{element.table_name}" if element.schema else element.table_name
    table = _quoted(format_table_name(compiler, element.table_name, element.schema))
    return (
        "declare @const_name varchar(256)\n"
        f"select @const_name = QUOTENAME([name]) from{source}\n"
        f"where {prefix}parent_object_id = object_id('{_quoted(plain)}')\n"
        f"and col_name({prefix}parent_object_id, {prefix}parent_column_id) = '{_quoted(element.column_name)}'\n"
        f"exec('alter table {table} drop constraint ' + @const_name)"
    )


@compiled(ColumnDefinition, "mssql")
def visit_column_definition(element: ColumnDefinition, compiler: Any, **kw: Any) -> str:
    nullable = "" if element.nullable is None else " NULL" if element.nullable else " NOT NULL"
    column = f"ALTER COLUMN {format_column_name(compiler, element.column_name)}"
    table = alter_table(compiler, element.table_name, element.schema)
    return f"{table} {column} {format_type(compiler, element.type_)}{nullable}"


@compiled(elements.ColumnDefault, "mssql")
def visit_column_default(element: elements.ColumnDefault, compiler: Any, **kw: Any) -> str:
    default = format_server_default(compiler, element.default)
    column = format_column_name(compiler, element.column_name)
    return f"{alter_table(compiler, element.table_name, element.schema)} ADD DEFAULT {default} FOR {column}"


@compiled(elements.ColumnName, "mssql")
def visit_rename_column(element: elements.ColumnName, compiler: Any, **kw: Any) -> str:
    table = format_table_name(compiler, element.table_name, element.schema)
    old = _quoted(f"{table}.{format_column_name(compiler, element.column_name)}")
    return f"EXEC sp_rename '{old}', {format_column_name(compiler, element.newname)}, 'COLUMN'"


@compiled(elements.RenameTable, "mssql")
def visit_rename_table(element: elements.RenameTable, compiler: Any, **kw: Any) -> str:
    old = _quoted(format_table_name(compiler, element.table_name, element.schema))
    return f"EXEC sp_rename '{old}', {format_table_name(compiler, element.new_table_name, None)}"


@compiled(elements.AddColumn, "mssql")
def visit_add_column(element: elements.AddColumn, compiler: Any, **kw: Any) -> str:
    # Neither database knows IF NOT EXISTS here.
    inline = {"inline_references": element.inline_references, "inline_primary_key": element.inline_primary_key}
    added = elements.add_column(compiler, element.column, words="ADD", **inline, **kw)
    return f"{alter_table(compiler, element.table_name, element.schema)} {added}"


@compiled(elements.ColumnComment, "mssql")
def visit_column_comment(element: elements.ColumnComment, compiler: Any, **kw: Any) -> str:
    schema = compiler.preparer.quote_schema(element.schema or compiler.dialect.default_schema_name)
    table = format_table_name(compiler, element.table_name, None)
    place = f"'schema', {schema}, 'table', {table}, 'column', {format_column_name(compiler, element.column_name)}"
    if element.comment is None:
        return f"exec sp_dropextendedproperty 'MS_Description', {place}"
    verb = "add" if element.existing_comment is None else "update"
    return f"exec sp_{verb}extendedproperty 'MS_Description', N'{_quoted(element.comment)}', {place}"


def _quoted(text: str) -> str:
    """Text for the inside of a T-SQL string."""
    return str(text).replace("'", "''")


def _normal_default(text: str | None) -> str | None:
    if text is None:
        return None
    return re.sub(r"^n?'(.*)'$", r"\1", normal_sql(text))
