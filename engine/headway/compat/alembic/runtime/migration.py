"""``alembic.runtime.migration``."""

from __future__ import annotations

from collections.abc import Iterable

from headway.compat.alembic import ddl, util
from headway.compat.alembic.util import sqla_compat
from headway.compat.alembic.util.compat import EncodedIO
from headway.revision.route import Step as MigrationStep
from headway.revision.route import Step as RevisionStep
from headway.revision.route import Step as StampStep
from headway.runtime.context import MigrationContext
from headway.runtime.info import MigrationInfo


class HeadMaintainer:
    """The rows of the version table, for programs that move them by steps of their own."""

    def __init__(self, context: MigrationContext, heads: Iterable[str]) -> None:
        self.context = context
        self.heads = set(heads)

    def update_to_step(self, step: MigrationStep) -> None:
        """Writes what a step does to the version table."""
        self.context.versions.apply(step)
        self.heads = set(step.heads_after)


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
