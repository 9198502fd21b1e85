"""``alembic.runtime.migration``."""

from headway.compat.alembic import ddl, util
from headway.compat.alembic.util import sqla_compat
from headway.compat.alembic.util.compat import EncodedIO
from headway.revision.route import Step as MigrationStep
from headway.revision.route import Step as RevisionStep
from headway.revision.route import Step as StampStep
from headway.runtime.context import MigrationContext
from headway.runtime.info import MigrationInfo

__all__ = [
    "EncodedIO",
    "MigrationContext",
    "MigrationInfo",
    "MigrationStep",
    "RevisionStep",
    "StampStep",
    "ddl",
    "sqla_compat",
    "util",
]
