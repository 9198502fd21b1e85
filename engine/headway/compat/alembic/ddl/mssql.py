"""``alembic.ddl.mssql``."""

from __future__ import annotations

from typing import Any

from headway.compat.alembic import (
    util,
)
from headway.compat.alembic.util import (
    sqla_compat,
)
from headway.dialects.base import (
    DefaultImpl,
)
from headway.dialects.elements import (
    AddColumn,
    ColumnComment,
    ColumnDefault,
    ColumnName,
    ColumnNullable,
    ColumnType,
    RenameTable,
    add_column,
    alter_column,
    alter_table,
    format_column_name,
    format_server_default,
    format_table_name,
    format_type,
)
from headway.dialects.mssql.ddl import (
    visit_add_column,
    visit_column_comment,
    visit_column_default,
    visit_rename_column,
    visit_rename_table,
)
from headway.dialects.mssql.impl import MSSQLImpl


def mssql_add_column(compiler: Any, column: Any, **kw: Any) -> str:
    """``ADD`` and the column: SQL Server has no ``ADD COLUMN``."""
    return add_column(compiler, column, words="ADD", **kw)


__all__ = [
    "AddColumn",
    "ColumnComment",
    "ColumnDefault",
    "ColumnName",
    "ColumnNullable",
    "ColumnType",
    "DefaultImpl",
    "MSSQLImpl",
    "RenameTable",
    "alter_column",
    "alter_table",
    "format_column_name",
    "format_server_default",
    "format_table_name",
    "format_type",
    "mssql_add_column",
    "sqla_compat",
    "util",
    "visit_add_column",
    "visit_column_comment",
    "visit_column_default",
    "visit_rename_column",
    "visit_rename_table",
]
