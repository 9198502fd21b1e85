"""``stamp``: writes the version table as if the database were on a revision, and runs no migration."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from headway.config.model import Config
from headway.errors import UsageError
from headway.revision.route import Step
from headway.runtime.context import MigrationContext
from headway.runtime.environment import EnvironmentContext
from headway.runtime.script_directory import ScriptDirectory


def stamp(
    config: Config,
    revision: str | Sequence[str],
    sql: bool = False,
    tag: str | None = None,
    purge: bool = False,
) -> None:
    """Stamps the database with one revision or several; ``purge`` empties the version table first.

    Raises UsageError for ranges that do not agree or ``purge`` with ``sql``, RevisionError for a symbol that cannot
    be resolved.
    """
    script = ScriptDirectory.of_project(config)
    if sql and purge:
        raise UsageError("Can't use --purge with --sql mode", hint="A script cannot tell what the table holds.")
    given = (revision,) if isinstance(revision, str) else tuple(revision)
    start, targets = _split(given) if sql else (None, given)

    def steps(heads: tuple[str, ...], context: MigrationContext) -> Iterable[Step]:
        return script._stamp_revs(targets, heads)

    EnvironmentContext(
        config,
        script,
        fn=steps,
        as_sql=sql,
        starting_rev=start,
        destination_rev=targets,
        tag=tag,
        purge=purge,
        takes_lock=True,
    ).run()


def _split(revisions: Sequence[str]) -> tuple[str | None, tuple[str, ...]]:
    """The one starting revision of ``from:to`` arguments, and the targets."""
    pairs = [revision.rpartition(":") for revision in revisions]
    starts = {start for start, colon, _ in pairs if colon}
    if len(starts) > 1:
        raise UsageError("Stamp operation with --sql only supports a single starting revision at a time")
    return (starts.pop() if starts else None), tuple(target for _, _, target in pairs)
