"""``alembic.migration``, the older name of ``alembic.runtime.migration``."""

from headway.compat.alembic.runtime.migration import (
    EncodedIO,
    HeadMaintainer,
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
    "HeadMaintainer",
    "MigrationContext",
    "MigrationInfo",
    "MigrationStep",
    "RevisionStep",
    "StampStep",
    "ddl",
    "sqla_compat",
    "util",
]
