"""SQL Server's own SQL for changes. See https://learn.microsoft.com/sql/t-sql/statements/alter-table-transact-sql"""

from __future__ import annotations

from typing import Any

from headway.dialects import elements
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

SCHEMA = "dbo"

"""The schema that a script is for when no connection tells: what a fresh SQL Server has."""


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
    return f"EXEC sp_rename '{old}', {compiler.preparer.quote(element.new_table_name)}"


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
