"""``alembic.ddl.impl``."""

from headway.dialects.base import DefaultImpl
from headway.dialects.base import implementations as _impls

__all__ = ["DefaultImpl", "_impls"]
