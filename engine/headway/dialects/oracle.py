"""Oracle. See https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/ALTER-TABLE.html"""

from __future__ import annotations

from typing import Any

from headway.dialects import elements
from headway.dialects.base import DefaultImpl
from headway.dialects.compare import normal_sql
from headway.dialects.elements import (
    AlterColumn,
    alter_table,
    compiled,
    format_column_name,
    format_server_default,
    format_table_name,
    format_type,
)


class OracleImpl(DefaultImpl):
    """MODIFY for every aspect of a column; scripts end a statement with a line of its own."""

    __dialect__ = "oracle"
    transactional_ddl = False
    batch_separator = "/"
    command_terminator = ""
    type_synonyms = (*DefaultImpl.type_synonyms, {"VARCHAR", "VARCHAR2"}, {"BIGINT", "INTEGER", "SMALLINT", "DECIMAL"})

    def emit_begin(self) -> None:
        self._print_statement("SET TRANSACTION READ WRITE")

    def emit_commit(self) -> None:
        self._print_statement("COMMIT")

    def compare_server_default(
        self,
        inspector_column: Any,
        metadata_column: Any,
        rendered_metadata_default: str | None,
        rendered_inspector_default: str | None,
    ) -> bool:
        ours, theirs = (
            None if text is None else normal_sql(text)
            for text in (rendered_metadata_default, rendered_inspector_default)
        )
        return ours != theirs


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
