"""``alembic.ddl.base``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.sql.elements import quoted_name

from headway.dialects.elements import (
    AddColumn,
    AlterColumn,
    AlterTable,
    ColumnComment,
    ColumnDefault,
    ColumnName,
    ColumnNullable,
    ColumnType,
    ComputedColumnDefault,
    DropColumn,
    IdentityColumnDefault,
    RenameTable,
    add_column,
    alter_column,
    alter_table,
    drop_column,
    format_column_name,
    format_server_default,
    format_table_name,
    format_type,
    visit_add_column,
    visit_column_default,
    visit_column_name,
    visit_column_nullable,
    visit_column_type,
    visit_computed_column,
    visit_drop_column,
    visit_identity_column,
    visit_rename_table,
)


def quote_dotted(name: Any, quote: Callable[[Any], Any]) -> Any:
    """A schema's name with each part between dots quoted, unless quoting has been decided for the whole."""
    if isinstance(name, quoted_name):
        return quote(name)
    return ".".join(quote(part) for part in name.split("."))


__all__ = [
    "AddColumn",
    "AlterColumn",
    "AlterTable",
    "ColumnComment",
    "ColumnDefault",
    "ColumnName",
    "ColumnNullable",
    "ColumnType",
    "ComputedColumnDefault",
    "DropColumn",
    "IdentityColumnDefault",
    "RenameTable",
    "add_column",
    "alter_column",
    "alter_table",
    "drop_column",
    "format_column_name",
    "format_server_default",
    "format_table_name",
    "format_type",
    "quote_dotted",
    "visit_add_column",
    "visit_column_default",
    "visit_column_name",
    "visit_column_nullable",
    "visit_column_type",
    "visit_computed_column",
    "visit_drop_column",
    "visit_identity_column",
    "visit_rename_table",
]
