"""Plan: what would run on a real database."""

from __future__ import annotations

import time
from dataclasses import replace

from headway.api.lint import LintOptions, gather_facts
from headway.api.project import Project
from headway.api.recording import make_plan
from headway.config.dialects import DIALECTS, version_of
from headway.errors import GateRefused
from headway.lint.change import Change
from headway.lint.changes import changes_of
from headway.lint.history.scope import Scope
from headway.plan import gate
from headway.plan.model import Plan
from headway.report.model import Examined, Report, Stage, Status
from headway.version import VERSION


def plan(project: Project, url: str | None, target: str) -> Report:
    """What would run on the database of ``url``, or of env.py's choice, to bring it to ``target``; changes nothing.

    Raises HeadwayError when the database cannot be reached or there is no way to the target.
    """
    started = time.perf_counter()
    made = make_plan(project, url, target, here=True)
    refusal = _refusal(project, made)
    status = Status.PASS if refusal is None else Status.FAIL
    why = None if refusal is None else refusal.one_line()
    code = 0 if refusal is None else refusal.exit_code
    stage = Stage("plan", status, time.perf_counter() - started, _summary(made), why, code)
    report = plan_report(project, "plan", code, stage, made, error=why)
    return replace(report, changes=_changes(project, made))


def plan_report(
    project: Project,
    command: str,
    exit_code: int,
    stage: Stage,
    plan: Plan | None,
    applied: tuple[str, ...] = (),
    failed: str | None = None,
    error: str | None = None,
) -> Report:
    """The report of a plan, or of one that was applied."""
    graph = project.scripts.graph
    return Report(
        command=command,
        version=VERSION,
        exit_code=exit_code,
        stages=(stage,),
        heads=tuple(sorted(graph.heads)),
        examined=Examined(len(graph.ids)),
        plan=plan,
        applied=applied,
        failed=failed,
        error=error,
        history=graph.revisions,
        configuration=project.configuration,
    )


def _changes(project: Project, plan: Plan) -> tuple[Change, ...]:
    """What the revisions of a plan do on its database, as far as reading tells, with the locks that they take."""
    name = "mariadb" if "mariadb" in plan.database.server_version.lower() else plan.dialect
    if not plan.steps or name not in DIALECTS:
        return ()
    version = ".".join(map(str, version_of(plan.database.server_version)))
    ids = frozenset(step.revision for step in plan.steps)
    facts = gather_facts(project, Scope(ids, ids, ""), LintOptions(dialects=(f"{name} {version}".strip(),)))
    order = [step.revision for step in plan.steps]
    return tuple(sorted(changes_of(facts), key=lambda change: order.index(change.revision)))


def _summary(plan: Plan) -> str:
    if not plan.steps:
        return "nothing to do"
    hidden = f", {len(plan.not_shown)} not shown" if plan.not_shown else ""
    return f"{len(plan.steps)} revision(s) to run{hidden}"


def _refusal(project: Project, plan: Plan) -> GateRefused | None:
    if project.policy.not_shown == "allow":
        return None
    try:
        gate.require_shown(plan)
    except GateRefused as refusal:
        return refusal
    return None
