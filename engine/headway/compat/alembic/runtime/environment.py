"""``alembic.runtime.environment``."""

from headway.compat.alembic import util
from headway.operations.base import Operations
from headway.runtime.context import MigrationContext
from headway.runtime.environment import EnvironmentContext

__all__ = ["EnvironmentContext", "MigrationContext", "Operations", "util"]
