"""``alembic.operations``."""

from headway.compat.alembic.operations import ops as ops
from headway.operations.base import AbstractOperations, BatchOperations, MigrateOperation, Operations
from headway.operations.containers import MigrationScript

__all__ = ["AbstractOperations", "BatchOperations", "MigrateOperation", "MigrationScript", "Operations", "ops"]
