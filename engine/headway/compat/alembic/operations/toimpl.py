"""``alembic.operations.toimpl``: what carries each operation out."""

from headway.compat.alembic.operations import ops
from headway.operations.alter_column import alter_column
from headway.operations.base import Operations
from headway.operations.columns import add_column, drop_column
from headway.operations.constraint_base import add_constraint as create_constraint
from headway.operations.constraint_base import drop_constraint
from headway.operations.data import bulk_insert, execute_sql
from headway.operations.indexes import create_index, drop_index
from headway.operations.tables import (
    create_table,
    create_table_comment,
    drop_table,
    drop_table_comment,
    rename_table,
)

__all__ = [
    "Operations",
    "add_column",
    "alter_column",
    "bulk_insert",
    "create_constraint",
    "create_index",
    "create_table",
    "create_table_comment",
    "drop_column",
    "drop_constraint",
    "drop_index",
    "drop_table",
    "drop_table_comment",
    "execute_sql",
    "ops",
    "rename_table",
]
