"""``alembic.migration``, the older name of ``alembic.runtime.migration``."""

from headway.runtime.context import MigrationContext
from headway.runtime.info import MigrationInfo

__all__ = ["MigrationContext", "MigrationInfo"]
