"""``alembic.ddl.impl``."""

from headway.dialects.base import DefaultImpl

__all__ = ["DefaultImpl"]
