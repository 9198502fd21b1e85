"""``alembic.ddl.oracle``."""

from headway.dialects.oracle import (
    OracleImpl,
    visit_add_column,
    visit_column_comment,
    visit_column_default,
    visit_column_name,
    visit_column_nullable,
    visit_column_type,
    visit_identity_column,
)

__all__ = [
    "OracleImpl",
    "visit_add_column",
    "visit_column_comment",
    "visit_column_default",
    "visit_column_name",
    "visit_column_nullable",
    "visit_column_type",
    "visit_identity_column",
]
