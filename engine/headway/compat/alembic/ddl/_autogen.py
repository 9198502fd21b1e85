"""``alembic.ddl._autogen``."""

from headway.compat.alembic import util
from headway.compat.alembic.util import sqla_compat
from headway.dialects.differences import ComparisonResult

__all__ = ["ComparisonResult", "sqla_compat", "util"]
