"""``alembic.operations.base``."""

from sqlalchemy.sql.elements import conv

from headway.compat.alembic import util
from headway.compat.alembic.operations import batch, schemaobj
from headway.compat.alembic.util import sqla_compat
from headway.compat.alembic.util.compat import formatannotation_fwdref
from headway.operations.base import AbstractOperations, BatchOperations, Operations

__all__ = [
    "AbstractOperations",
    "BatchOperations",
    "Operations",
    "batch",
    "conv",
    "formatannotation_fwdref",
    "schemaobj",
    "sqla_compat",
    "util",
]
