"""``alembic.operations.schemaobj``."""

from sqlalchemy.types import NULLTYPE

from headway.compat.alembic import util
from headway.compat.alembic.util import sqla_compat
from headway.operations.schemaobj import SchemaObjects

__all__ = ["NULLTYPE", "SchemaObjects", "sqla_compat", "util"]
