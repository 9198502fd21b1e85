"""``alembic.runtime``."""

from headway.compat.alembic.runtime import environment as environment
from headway.compat.alembic.runtime import migration as migration

__all__ = ["environment", "migration"]
