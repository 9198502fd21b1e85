"""``upgrade``: moves a database, or an SQL script, to a later revision."""

from __future__ import annotations

from collections.abc import Iterable

from headway.config.model import Config
from headway.errors import UsageError
from headway.revision.route import Step
from headway.runtime.context import MigrationContext
from headway.runtime.environment import EnvironmentContext
from headway.runtime.script_directory import ScriptDirectory


def upgrade(config: Config, revision: str, sql: bool = False, tag: str | None = None) -> None:
    """Upgrades to ``revision``; with ``sql`` prints the script, for which ``from:to`` is allowed.

    Raises UsageError for a range without ``sql``, RevisionError for a symbol that cannot be resolved; what env.py, a
    migration or the database raises goes through.
    """
    script = ScriptDirectory.of_project(config)
    script.keep_sources()
    start: str | None = None
    if ":" in revision:
        if not sql:
            raise UsageError("Range revision not allowed", hint="A range from:to makes sense with --sql only.")
        start, _, revision = revision.partition(":")

    def steps(heads: tuple[str, ...], context: MigrationContext) -> Iterable[Step]:
        return script._upgrade_revs(revision, heads)

    EnvironmentContext(
        config,
        script,
        fn=steps,
        as_sql=sql,
        starting_rev=start,
        destination_rev=revision,
        tag=tag,
        takes_lock=True,
    ).run()
