"""``alembic.ddl.postgresql``."""

from headway.dialects.postgresql import (
    PostgresqlColumnType,
    PostgresqlImpl,
    visit_column_comment,
    visit_column_type,
    visit_identity_column,
)
from headway.operations.constraints import CreateExcludeConstraintOp

__all__ = [
    "CreateExcludeConstraintOp",
    "PostgresqlColumnType",
    "PostgresqlImpl",
    "visit_column_comment",
    "visit_column_type",
    "visit_identity_column",
]
