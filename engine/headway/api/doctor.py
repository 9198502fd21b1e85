"""Doctor: whether a project is set up for the gate, and whether the gate turns red on a bad revision."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from headway.api.apart import apart
from headway.api.ci import ci, scratch_kinds
from headway.api.lint import LintOptions, choose_scope
from headway.api.packages import missing_packages
from headway.api.project import Project
from headway.api.stages import Announce
from headway.compat.hook import serving_alembic
from headway.config.policy import STAGES
from headway.errors import HeadwayError
from headway.redact import redact, redacted_line
from headway.report.model import Report, Stage, Status
from headway.scratch.kinds import open_scratch
from headway.valueclass import valueclass


@valueclass(frozen=True, slots=True)
class Answer:
    """One thing that was looked at."""

    what: str
    is_well: bool
    said: str
    """What was found, or what is wrong and what to do."""


# -- the set-up -------------------------------------------------------------------------------------------------


def examine(project: Project) -> Iterator[Answer]:
    """What the gate needs, each with what was found; nothing of the project's is run."""
    source = project.config.config_file_name or project.config.toml_file_name or ""
    yield Answer("configuration", True, f"{project.shown(source)}, scripts in {project.shown(project.directory.dir)}")
    policy = project.policy.path
    yield Answer("policy", True, project.shown(policy) if policy else "none; 'headway adopt' writes one")
    yield from (_asked(what, ask, project) for what, ask in _QUESTIONS.items())
    for kind in scratch_kinds(project, ()):
        yield _asked(f"scratch database {redact(kind)}", lambda project, kind=kind: _opens(project, kind), project)  # type: ignore[misc]


def _asked(what: str, ask: Callable[[Project], tuple[bool, str]], project: Project) -> Answer:
    try:
        return Answer(what, *ask(project))
    except HeadwayError as error:
        return Answer(what, False, redacted_line(error))


def _history(project: Project) -> tuple[bool, str]:
    graph = project.directory.readable
    faults = [
        *(problem.with_paths(project.shown).one_line() for problem in graph.problems),
        *(e.one_line() for e in project.directory.unreadable),
    ]
    if faults:
        return False, "; ".join(faults)
    if not graph.ids:
        return False, f"no revision in {project.shown(project.directory.dir)}; look at script_location"
    return True, f"{len(graph.ids)} revision(s), head(s) {', '.join(graph.heads)}"


def _released(project: Project) -> tuple[bool, str]:
    scope = choose_scope(project, LintOptions())
    if not scope.released_known:
        return True, "nothing tells what is released: every revision is judged. In git it is what the base branch has"
    return True, f"what is on {scope.against}; {len(scope.new)} new revision(s)"


def _env_py(project: Project) -> tuple[bool, str]:
    path = project.directory.env_py_location
    there = os.path.isfile(path)
    return there, project.shown(path) + (", which is not run here: 'headway ci' does" if there else " is missing")


def _packages(project: Project) -> tuple[bool, str]:
    names = missing_packages(project)
    return not names, f"not installed here: {', '.join(names)}" if names else "all that is imported is installed"


def _opens(project: Project, kind: str) -> tuple[bool, str]:
    with serving_alembic(), open_scratch(project.resolve_url(kind)):
        return True, "opens"


_QUESTIONS: dict[str, Callable[[Project], tuple[bool, str]]] = {
    "history": _history,
    "released": _released,
    "env.py": _env_py,
    "packages": _packages,
}


# -- whether it turns red ---------------------------------------------------------------------------------------

_BAD: dict[str, tuple[str, str]] = {
    "graph": ('down_revision = "headway_doctor_missing"', "    pass"),
    "lint": ("down_revision = {heads!r}", '    op.drop_table("headway_doctor_released")'),
    "replay": ("down_revision = {heads!r}", '    op.execute("SELECT 1 FROM headway_doctor_missing")'),
    "drift": ("down_revision = {heads!r}", '    op.create_table("headway_doctor", sa.Column("id", sa.Integer()))'),
    "downgrade": ("down_revision = {heads!r}", '    op.create_table("headway_doctor", sa.Column("id", sa.Integer()))'),
}
"""By stage, the header and the upgrade of a revision that it must say no to; no downgrade does anything."""

_ID = "headway_doctor"

_FILE = """from alembic import op
import sqlalchemy as sa

revision = "{id}"
{down}


def upgrade():
{upgrade}


def downgrade():
    pass
"""


def inject(project: Project, today: date, announce: Announce, stages: Sequence[str] = STAGES) -> Iterator[Answer]:
    """Plants a bad revision for each of ``stages``, one at a time, and looks whether the gate says no.

    The files lie in a folder of their own, which goes away; nothing is written into the project.
    """
    for stage in stages:
        if stage not in project.policy.stages:
            yield Answer(stage, True, "switched off by the policy, so nothing is proved")
            continue
        with tempfile.TemporaryDirectory(prefix="headway-doctor-") as folder:
            announce(f"headway: planting a bad revision for {stage}")
            yield _red(_planted(project, folder, stage), stage, today)


def _planted(project: Project, folder: str, stage: str) -> Project:
    down, upgrade = _BAD[stage]
    heads = tuple(project.directory.readable.heads)
    with open(os.path.join(folder, f"{_ID}.py"), "w", encoding="utf-8") as file:
        file.write(_FILE.format(id=_ID, down=down.format(heads=heads), upgrade=upgrade))
    return project.with_planted([os.path.realpath(folder)], [_ID])


def _red(project: Project, stage: str, today: date) -> Answer:
    kinds = scratch_kinds(project, ())[:1]
    wanted = (stage,) if stage in ("graph", "lint", "replay") else ("replay", stage)
    report = apart(lambda: ci(project, kinds, LintOptions(), today, lambda line: None, stages=wanted))
    ended = next((one for one in report.stages if one.name.partition(" ")[0] == stage and _has_run(one)), None)
    idle = [one.why for one in report.stages if one.name.partition(" ")[0] == stage and not _has_run(one)]
    if ended is None and idle and not any(one.exit_code for one in report.stages):
        return Answer(stage, True, f"has nothing to do here, so nothing is proved: {idle[0]}")
    if ended is None:
        others = "; ".join(f"{one.name}: {one.why}" for one in report.stages if one.why and one.exit_code)
        return Answer(stage, False, f"did not run, so that it proves nothing: {others or 'it was skipped'}")
    evidence = _evidence(report, ended)
    if ended.status is Status.FAIL and evidence:
        return Answer(stage, True, f"turns red: {evidence}")
    if ended.status is Status.FAIL:
        return Answer(
            stage, False, f"is red without the bad revision, and proves nothing: {ended.why or ended.summary}"
        )
    if ended.status is Status.ERROR:
        return Answer(stage, False, f"could not run, and proves nothing: {ended.why or ended.summary}")
    return Answer(stage, False, f"STAYS {ended.status.value.upper()} on a bad revision: {ended.why or ended.summary}")


def _has_run(stage: Stage) -> bool:
    return stage.status is not Status.SKIPPED


def _evidence(report: Report, stage: Stage) -> str:
    """What the stage says of the planted revision and of nothing else; empty when it says nothing of it."""
    codes = {finding.code for finding in report.open_findings if _ID in f"{finding.revision} {finding.file}"}
    tables = [item.key for item in report.open_drift if item.object.endswith(_ID)]
    why = stage.why or ""
    return ", ".join([*sorted(codes), *tables]) or (why if f"{_ID}.py" in f"{stage.file} {why}" else "")
