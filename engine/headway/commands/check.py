"""``check``: whether the models ask for anything that the migrations lack."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from headway.config.model import Config
from headway.errors import DriftDetected
from headway.runtime.environment import EnvironmentContext
from headway.runtime.script_directory import ScriptDirectory


def check(config: Config) -> None:
    """Compares the models with the database. Raises DriftDetected with the differences, CheckFailed when the database is behind."""
    from headway.autogenerate.revision import RevisionContext

    script = ScriptDirectory.of_project(config)
    arguments = {"message": None, "autogenerate": True, "sql": False, "head": "head", "splice": False}
    arguments |= {"branch_label": None, "version_path": None, "rev_id": None, "depends_on": None}
    revisions = RevisionContext(config, script, arguments)

    def compare(heads: tuple[str, ...], context: Any) -> Iterable[Any]:
        revisions.require_at_heads(heads)
        revisions.run_autogenerate(heads, context)
        return ()

    EnvironmentContext(
        config,
        script,
        fn=compare,
        as_sql=False,
        template_args=revisions.template_args,
        revision_context=revisions,
        dont_mutate=True,
    ).run()
    diffs = [diff for ops in revisions.generated_revisions[-1].upgrade_ops_list for diff in ops.as_diffs()]
    if diffs:
        raise DriftDetected(f"New upgrade operations detected: {diffs}", revision_context=revisions, diffs=diffs)
    config.print_stdout("No new upgrade operations detected.")
