"""``alembic.operations.batch``."""

from sqlalchemy import exc

from headway.compat.alembic import util
from headway.compat.alembic.util.sqla_compat import constraint_name_defined, constraint_name_string
from headway.operations.batch import BatchRecorder as BatchOperationsImpl
from headway.operations.rewrite.table import TableRewrite as ApplyBatchImpl

__all__ = [
    "ApplyBatchImpl",
    "BatchOperationsImpl",
    "constraint_name_defined",
    "constraint_name_string",
    "exc",
    "util",
]
