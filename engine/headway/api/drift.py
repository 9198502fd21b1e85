"""Drift alone: the models against a replayed scratch schema."""

from __future__ import annotations

from collections.abc import Sequence

from headway.api.project import Project
from headway.api.scratch_stages import on_scratch
from headway.api.stages import Announce, Run, exit_code
from headway.report.model import Examined, Report
from headway.version import VERSION


def drift(project: Project, kinds: Sequence[str], announce: Announce) -> Report:
    """Replays the history on each scratch database and compares. Raises HeadwayError when the history is broken."""
    if not project.directory.is_computed:
        project.directory.history.require_sound()
    run = Run(project.shown, judge=list)
    for kind in kinds:
        on_scratch(project, kind, frozenset(), run, announce, stages=("replay", "drift"))
    graph = project.scripts.history
    return Report(
        command="drift",
        version=VERSION,
        exit_code=exit_code(run.stages),
        stages=tuple(run.stages),
        heads=tuple(sorted(graph.heads)),
        examined=Examined(len(graph.ids), 0),
        drift=tuple(run.drift),
        not_compared=tuple(run.not_compared),
    )
