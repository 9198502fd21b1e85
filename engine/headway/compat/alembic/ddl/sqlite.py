"""``alembic.ddl.sqlite``."""

from headway.compat.alembic import (
    util,
)
from headway.dialects.base import (
    DefaultImpl,
)
from headway.dialects.elements import (
    ColumnName,
    RenameTable,
    alter_table,
    format_column_name,
    format_table_name,
)
from headway.dialects.sqlite.ddl import (
    visit_column_name,
    visit_rename_table,
)
from headway.dialects.sqlite.impl import SQLiteImpl

__all__ = [
    "ColumnName",
    "DefaultImpl",
    "RenameTable",
    "SQLiteImpl",
    "alter_table",
    "format_column_name",
    "format_table_name",
    "util",
    "visit_column_name",
    "visit_rename_table",
]
