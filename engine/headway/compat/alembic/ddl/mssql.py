"""``alembic.ddl.mssql``."""

from headway.dialects.mssql import (
    MSSQLImpl,
    visit_add_column,
    visit_column_comment,
    visit_column_default,
    visit_rename_column,
    visit_rename_table,
)

__all__ = [
    "MSSQLImpl",
    "visit_add_column",
    "visit_column_comment",
    "visit_column_default",
    "visit_rename_column",
    "visit_rename_table",
]
