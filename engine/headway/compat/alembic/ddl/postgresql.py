"""``alembic.ddl.postgresql``."""

from headway.compat.alembic import (
    util,
)
from headway.compat.alembic.autogenerate import (
    render,
)
from headway.compat.alembic.operations import (
    ops,
    schemaobj,
)
from headway.compat.alembic.util import (
    sqla_compat,
)
from headway.dialects.base import (
    DefaultImpl,
)
from headway.dialects.differences import (
    ComparisonResult,
)
from headway.dialects.elements import (
    AlterColumn,
    ColumnComment,
    IdentityColumnDefault,
    RenameTable,
    alter_column,
    alter_table,
    format_column_name,
    format_table_name,
    format_type,
)
from headway.dialects.elements import (
    visit_rename_within_schema as visit_rename_table,
)
from headway.dialects.postgresql.ddl import (
    PostgresqlColumnType,
    visit_column_comment,
    visit_column_type,
    visit_identity_column,
)
from headway.dialects.postgresql.impl import PostgresqlImpl
from headway.operations.base import (
    BatchOperations,
    Operations,
)
from headway.operations.constraints import (
    CreateExcludeConstraintOp,
)

__all__ = [
    "AlterColumn",
    "BatchOperations",
    "ColumnComment",
    "ComparisonResult",
    "CreateExcludeConstraintOp",
    "DefaultImpl",
    "IdentityColumnDefault",
    "Operations",
    "PostgresqlColumnType",
    "PostgresqlImpl",
    "RenameTable",
    "alter_column",
    "alter_table",
    "format_column_name",
    "format_table_name",
    "format_type",
    "ops",
    "render",
    "schemaobj",
    "sqla_compat",
    "util",
    "visit_column_comment",
    "visit_column_type",
    "visit_identity_column",
    "visit_rename_table",
]
