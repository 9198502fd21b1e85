"""``alembic.operations``."""

from headway.compat.alembic.operations import batch as batch
from headway.compat.alembic.operations import ops as ops
from headway.compat.alembic.operations import schemaobj as schemaobj
from headway.compat.alembic.operations import toimpl as toimpl
from headway.operations.base import AbstractOperations, BatchOperations, MigrateOperation, Operations
from headway.operations.containers import MigrationScript

__all__ = [
    "AbstractOperations",
    "BatchOperations",
    "MigrateOperation",
    "MigrationScript",
    "Operations",
    "batch",
    "ops",
    "schemaobj",
    "toimpl",
]
