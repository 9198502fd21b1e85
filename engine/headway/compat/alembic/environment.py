"""``alembic.environment``, the older name of ``alembic.runtime.environment``."""

from headway.runtime.environment import EnvironmentContext

__all__ = ["EnvironmentContext"]
