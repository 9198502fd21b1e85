"""``alembic.runtime.environment``."""

from headway.runtime.environment import EnvironmentContext

__all__ = ["EnvironmentContext"]
