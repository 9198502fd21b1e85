"""``alembic.ddl.oracle``."""

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
    IdentityColumnDefault,
    RenameTable,
    add_column,
    alter_column,
    alter_table,
    format_column_name,
    format_server_default,
    format_table_name,
    format_type,
)
from headway.dialects.elements import (
    visit_rename_within_schema as visit_rename_table,
)
from headway.dialects.oracle.ddl import (
    visit_add_column,
    visit_column_comment,
    visit_column_default,
    visit_column_name,
    visit_column_nullable,
    visit_column_type,
    visit_identity_column,
)
from headway.dialects.oracle.impl import OracleImpl

__all__ = [
    "AddColumn",
    "ColumnComment",
    "ColumnDefault",
    "ColumnName",
    "ColumnNullable",
    "ColumnType",
    "DefaultImpl",
    "IdentityColumnDefault",
    "OracleImpl",
    "RenameTable",
    "add_column",
    "alter_column",
    "alter_table",
    "format_column_name",
    "format_server_default",
    "format_table_name",
    "format_type",
    "visit_add_column",
    "visit_column_comment",
    "visit_column_default",
    "visit_column_name",
    "visit_column_nullable",
    "visit_column_type",
    "visit_identity_column",
    "visit_rename_table",
]
