"""SQLite's own SQL for changes. See https://www.sqlite.org/lang_altertable.html"""

from __future__ import annotations

from typing import Any

from headway.dialects import elements
from headway.dialects.elements import compiled, format_column_name
from headway.errors import NotSupported


@compiled(elements.RenameTable, "sqlite")
def visit_rename_table(element: elements.RenameTable, compiler: Any, **kw: Any) -> str:
    table = elements.alter_table(compiler, element.table_name, element.schema)
    return f"{table} RENAME TO {compiler.preparer.quote(element.new_table_name)}"


@compiled(elements.ColumnName, "sqlite")
def visit_column_name(element: elements.ColumnName, compiler: Any, **kw: Any) -> str:
    table = elements.alter_table(compiler, element.table_name, element.schema)
    old, new = format_column_name(compiler, element.column_name), format_column_name(compiler, element.newname)
    return f"{table} RENAME COLUMN {old} TO {new}"


@compiled(elements.ColumnComment, "sqlite")
def visit_column_comment(element: elements.ColumnComment, compiler: Any, **kw: Any) -> str:
    raise no_comments()


def no_comments() -> NotSupported:
    return NotSupported("SQLite has no comments", hint="Leave the comment out for this database.")
