"""``check``: whether the models ask for anything that the migrations lack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from headway.config.model import Config
from headway.errors import DriftDetected
from headway.runtime.environment import EnvironmentContext
from headway.runtime.script_directory import ScriptDirectory


def check(config: Config) -> None:
    """Compares the models with the database, and prints each difference with the operation that ends it.

    Raises DriftDetected with the differences, CheckFailed when the database is behind.
    """
    from headway.autogenerate.revision import RevisionContext

    script = ScriptDirectory.of_project(config)
    arguments = {"message": None, "autogenerate": True, "sql": False, "head": "head", "splice": False}
    arguments |= {"branch_label": None, "version_path": None, "rev_id": None, "depends_on": None}
    revisions = RevisionContext(config, script, arguments)
    found: list[str] = []

    def compare(heads: tuple[str, ...], context: Any) -> Iterable[Any]:
        revisions.require_at_heads(heads)
        revisions.run_autogenerate(heads, context)
        found.extend(_lines(revisions, context))
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
        for line in found:
            config.print_stdout("%s", line)
        raise DriftDetected(
            f"New upgrade operations detected: {len(diffs)}",
            revision_context=revisions,
            diffs=diffs,
        )
    config.print_stdout("No new upgrade operations detected.")


def _lines(revisions: Any, context: Any) -> Iterator[str]:
    """Each difference in words, and below it the operation as Python."""
    from headway.autogenerate.api import render_operation
    from headway.autogenerate.context import AutogenContext
    from headway.autogenerate.described import differences

    autogen = AutogenContext(context, metadata=context.opts["target_metadata"])
    for ops in revisions.generated_revisions[-1].upgrade_ops_list:
        for found in differences(ops.ops, "the database"):
            yield f"{found.object}: {found.detail}"
            yield f"    {' '.join(render_operation(autogen, found.operation).split())}"
