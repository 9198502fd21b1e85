"""``alembic.operations.ops``."""

from headway.compat.alembic import util
from headway.compat.alembic.operations import schemaobj
from headway.compat.alembic.util import sqla_compat
from headway.operations.alter_column import AlterColumnOp
from headway.operations.base import BatchOperations, MigrateOperation, Operations
from headway.operations.columns import AddColumnOp, DropColumnOp
from headway.operations.constraint_base import AddConstraintOp, DropConstraintOp
from headway.operations.constraints import (
    CreateCheckConstraintOp,
    CreateExcludeConstraintOp,
    CreateForeignKeyOp,
    CreatePrimaryKeyOp,
    CreateUniqueConstraintOp,
)
from headway.operations.containers import DowngradeOps, MigrationScript, ModifyTableOps, OpContainer, UpgradeOps
from headway.operations.data import BulkInsertOp, ExecuteSQLOp
from headway.operations.indexes import CreateIndexOp, DropIndexOp
from headway.operations.tables import (
    AlterTableOp,
    CreateTableCommentOp,
    CreateTableOp,
    DropTableCommentOp,
    DropTableOp,
    RenameTableOp,
)

__all__ = [
    "AddColumnOp",
    "AddConstraintOp",
    "AlterColumnOp",
    "AlterTableOp",
    "BatchOperations",
    "BulkInsertOp",
    "CreateCheckConstraintOp",
    "CreateExcludeConstraintOp",
    "CreateForeignKeyOp",
    "CreateIndexOp",
    "CreatePrimaryKeyOp",
    "CreateTableCommentOp",
    "CreateTableOp",
    "CreateUniqueConstraintOp",
    "DowngradeOps",
    "DropColumnOp",
    "DropConstraintOp",
    "DropIndexOp",
    "DropTableCommentOp",
    "DropTableOp",
    "ExecuteSQLOp",
    "MigrateOperation",
    "MigrationScript",
    "ModifyTableOps",
    "OpContainer",
    "Operations",
    "RenameTableOp",
    "UpgradeOps",
    "schemaobj",
    "sqla_compat",
    "util",
]
