"""``ensure_version``: creates the version table if it is missing."""

from __future__ import annotations

from collections.abc import Iterable

from headway.config.model import Config
from headway.revision.route import Step
from headway.runtime.context import MigrationContext
from headway.runtime.environment import EnvironmentContext
from headway.runtime.script_directory import ScriptDirectory


def ensure_version(config: Config, sql: bool = False) -> None:
    """Creates the version table, or prints its CREATE TABLE."""
    script = ScriptDirectory.of_project(config)

    def create(heads: tuple[str, ...], context: MigrationContext) -> Iterable[Step]:
        context.ensure_version_table()
        return ()

    EnvironmentContext(config, script, fn=create, as_sql=sql).run()
