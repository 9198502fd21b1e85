"""``alembic.migration``, the older name of ``alembic.runtime.migration``."""

from headway.compat.alembic.runtime.migration import (
    EncodedIO,
    MigrationContext,
    MigrationInfo,
    MigrationStep,
    RevisionStep,
    StampStep,
    ddl,
    sqla_compat,
    util,
)

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
