"""``alembic.environment``, the older name of ``alembic.runtime.environment``."""

from headway.compat.alembic.runtime.environment import EnvironmentContext, MigrationContext, Operations, util

__all__ = ["EnvironmentContext", "MigrationContext", "Operations", "util"]
