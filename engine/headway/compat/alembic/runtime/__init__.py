"""``alembic.runtime``."""

from headway.compat.alembic.runtime import environment as environment
from headway.compat.alembic.runtime import migration as migration
from headway.compat.alembic.runtime import plugins as plugins

__all__ = ["environment", "migration", "plugins"]
