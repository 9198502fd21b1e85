"""Drift alone: the models against a replayed scratch schema."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from headway.api.live import live_of
from headway.api.packages import with_all_missing
from headway.api.project import Project
from headway.api.scratch_stages import judge_accepted_drift, on_scratch
from headway.api.stages import Announce, At, Run, exit_code, not_shown
from headway.drift.accepted import accept
from headway.lint.finding import Severity
from headway.lint.judge import judged
from headway.report.model import Examined, Report, Stage, Status
from headway.runtime.inputs import Inputs
from headway.version import VERSION


def drift(
    project: Project,
    kinds: Sequence[str],
    today: date,
    announce: Announce,
    *,
    url: str | None = None,
    cache: str | None = None,
    at: At = not_shown,
) -> Report:
    """Replays the history on each scratch database and compares.

    ``url`` names a live database, which is compared with the migrations up to where it stands, and not changed; ``today`` decides which accepted differences are past their date; ``cache`` is the folder of kept replays; ``at`` is
    told what is done now. Raises HeadwayError when the history is broken.
    """
    if not project.directory.is_computed:
        project.directory.history.require_sound()
    run = Run(
        project.shown,
        judge=lambda found: judged(found, (), project.policy, today),
        fail_on=Severity(project.policy.fail_on),
        accept=lambda items: accept(items, project.policy.accepted_drift, today),
        explain=lambda error: with_all_missing(project, error),
        at=at,
        inputs=Inputs() if cache is not None else None,
        needs_models=url is None,
    )
    if url is not None:
        run.live = live_of(project, url)
    for kind in kinds:
        on_scratch(project, kind, frozenset(), run, announce, stages=("replay", "drift"), cache=cache)
        if run.live is not None:
            on_scratch(project, kind, frozenset(), run, announce, stages=("live",))
    _require_compared(run)
    judge_accepted_drift(project, run, today)
    graph = project.scripts.history
    return Report(
        command="drift",
        version=VERSION,
        exit_code=exit_code(run.stages),
        stages=tuple(run.stages),
        heads=tuple(sorted(graph.heads)),
        examined=Examined(len(graph.ids), 0),
        findings=tuple(run.findings),
        drift=tuple(run.drift),
        not_compared=tuple(run.not_compared),
        history=graph.revisions,
        configuration=project.configuration,
    )


def _require_compared(run: Run) -> None:
    """A live database that no scratch database is like has been compared with nothing, which is no success."""
    stages = [stage for stage in run.stages if stage.name.startswith("live ")]
    if run.live is not None and all(stage.status is Status.SKIPPED for stage in stages):
        why = f"the live database is {run.live.dialect}, and no scratch database is: name one with --scratch"
        run.stages.append(Stage("live", Status.ERROR, 0.0, why=why, exit_code=2))
