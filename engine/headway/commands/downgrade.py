"""``downgrade``: moves a database, or an SQL script, back to an earlier revision."""

from __future__ import annotations

from collections.abc import Iterable

from headway.config.model import Config
from headway.errors import UsageError
from headway.revision.route import Step
from headway.runtime.context import MigrationContext
from headway.runtime.environment import EnvironmentContext
from headway.runtime.script_directory import ScriptDirectory


def downgrade(config: Config, revision: str, sql: bool = False, tag: str | None = None) -> None:
    """Downgrades to ``revision``; with ``sql`` prints the script of the range ``from:to``.

    Raises UsageError when a range is missing or out of place, RevisionError for a symbol that cannot be resolved; what
    env.py, a migration or the database raises goes through.
    """
    script = ScriptDirectory.of_project(config)
    script.keep_sources()
    start: str | None = None
    if ":" in revision:
        if not sql:
            raise UsageError("Range revision not allowed", hint="A range from:to makes sense with --sql only.")
        start, _, revision = revision.partition(":")
    elif sql:
        raise UsageError(
            "downgrade with --sql requires <fromrev>:<torev>", hint="For example: headway downgrade head:-1 --sql"
        )

    def steps(heads: tuple[str, ...], context: MigrationContext) -> Iterable[Step]:
        return script._downgrade_revs(revision, heads)

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
