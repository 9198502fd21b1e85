"""Oracle's own SQL for changes."""

from __future__ import annotations

from typing import Any

from headway.dialects import elements
from headway.dialects.elements import (
    AlterColumn,
    alter_table,
    compiled,
    format_column_name,
    format_server_default,
    format_table_name,
    format_type,
)


@compiled(elements.AddColumn, "oracle")
def visit_add_column(element: elements.AddColumn, compiler: Any, **kw: Any) -> str:
    # Neither database knows IF NOT EXISTS here.
    inline = {"inline_references": element.inline_references, "inline_primary_key": element.inline_primary_key}
    added = elements.add_column(compiler, element.column, words="ADD", **inline, **kw)
    return f"{alter_table(compiler, element.table_name, element.schema)} {added}"


@compiled(elements.ColumnNullable, "oracle")
def visit_column_nullable(element: elements.ColumnNullable, compiler: Any, **kw: Any) -> str:
    return f"{_modify(element, compiler)} {'NULL' if element.nullable else 'NOT NULL'}"


@compiled(elements.ColumnType, "oracle")
def visit_column_type(element: elements.ColumnType, compiler: Any, **kw: Any) -> str:
    return f"{_modify(element, compiler)} {format_type(compiler, element.type_)}"


@compiled(elements.ColumnDefault, "oracle")
def visit_column_default(element: elements.ColumnDefault, compiler: Any, **kw: Any) -> str:
    default = "NULL" if element.default is None else format_server_default(compiler, element.default)
    return f"{_modify(element, compiler)} DEFAULT {default}"


@compiled(elements.IdentityColumnDefault, "oracle")
def visit_identity_column(element: elements.IdentityColumnDefault, compiler: Any, **kw: Any) -> str:
    if element.default is None:
        return f"{_modify(element, compiler)} DROP IDENTITY"
    return f"{_modify(element, compiler)} {compiler.visit_identity_column(element.default)}"


@compiled(elements.ColumnName, "oracle")
def visit_column_name(element: elements.ColumnName, compiler: Any, **kw: Any) -> str:
    old, new = format_column_name(compiler, element.column_name), format_column_name(compiler, element.newname)
    return f"{alter_table(compiler, element.table_name, element.schema)} RENAME COLUMN {old} TO {new}"


@compiled(elements.ColumnComment, "oracle")
def visit_column_comment(element: elements.ColumnComment, compiler: Any, **kw: Any) -> str:
    table = format_table_name(compiler, element.table_name, element.schema)
    text = elements.format_text(compiler, element.comment or "")
    return f"COMMENT ON COLUMN {table}.{format_column_name(compiler, element.column_name)} IS {text}"


def _modify(element: AlterColumn, compiler: Any) -> str:
    table = alter_table(compiler, element.table_name, element.schema)
    return f"{table} MODIFY {format_column_name(compiler, element.column_name)}"
