"""``alembic.ddl.impl``."""

from headway.compat.alembic import util
from headway.compat.alembic.ddl import base
from headway.compat.alembic.util import sqla_compat
from headway.dialects.base import DefaultImpl
from headway.dialects.base import implementations as _impls
from headway.dialects.differences import ComparisonResult

__all__ = ["ComparisonResult", "DefaultImpl", "_impls", "base", "sqla_compat", "util"]
