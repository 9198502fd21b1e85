"""Plan and apply on a real database."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from headway.api.project import Project
from headway.compat.hook import serving_alembic
from headway.errors import GateRefused, HeadwayError, LockNotAcquired, UsageError
from headway.plan import gate
from headway.plan.model import Plan
from headway.plan.planner import make_plan
from headway.redact import redact
from headway.report.model import Examined, Report, Stage, Status
from headway.revision.resolve import Symbol
from headway.revision.route import Step
from headway.runtime.context import MigrationContext
from headway.runtime.env_py import run_environment
from headway.runtime.options import RunOptions
from headway.version import VERSION


def plan(project: Project, options: RunOptions, target: str) -> Report:
    """What would run on the database of ``options.url`` to bring it to ``target``; changes nothing.

    Raises HeadwayError when the database cannot be reached or there is no way to the target.
    """
    started = time.perf_counter()
    found: list[Plan] = []

    def look(heads: tuple[str, ...], context: MigrationContext) -> Iterable[Step]:
        found.append(make_plan(project.directory, context, heads, target, project.shown)[0])
        return ()

    _run(project, look, options, dont_mutate=True)
    if len(found) != 1:
        raise UsageError(
            f"env.py configures {len(found)} databases, and a plan is for one",
            hint="Plan each of them with env.py limited to it, for example by -x.",
        )
    made = found[0]
    summary = f"{len(made.steps)} revision(s) to run" if made.steps else "nothing to do"
    stage = Stage("plan", Status.PASS, time.perf_counter() - started, summary)
    return _report(project, "plan", 0, stage, made)


def apply(project: Project, options: RunOptions, planned: Plan | None, approved: str | None, target: str) -> Report:
    """Runs exactly ``planned``, or without one the plan of this moment, under the run lock.

    A run that stops half-way comes back as a report with its exit code. Raises GateRefused, LockNotAcquired, and
    whatever else keeps the work from starting.
    """
    started = time.perf_counter()
    done: list[Plan] = []
    if planned is not None:
        gate.require_approval(planned, approved)

    def choose(heads: tuple[str, ...], context: MigrationContext) -> Iterable[Step]:
        if planned is not None and gate.is_done(planned, heads):
            return ()
        now, steps = make_plan(project.directory, context, heads, _goal(planned, target), project.shown)
        if planned is not None:
            gate.require_same(planned, now)
        else:
            gate.require_approval(now, approved)
        done.append(now)
        return steps

    error: HeadwayError | None = None
    try:
        _run(project, choose, options, takes_lock=True)
    except HeadwayError as caught:
        if isinstance(caught, GateRefused | LockNotAcquired) or not options.account.started:
            raise
        error = caught
    account = options.account
    seconds = time.perf_counter() - started
    plan_ = done[0] if done else planned
    applied = tuple(account.applied)
    if error is None:
        summary = f"{len(applied)} revision(s) applied" if applied else "nothing to do"
        return _report(project, "apply", 0, Stage("apply", Status.PASS, seconds, summary), plan_, applied)
    stage = Stage(
        "apply", Status.FAIL, seconds, f"{len(applied)} revision(s) applied", redact(error.one_line()), error.exit_code
    )
    failed = account.running
    return _report(project, "apply", error.exit_code, stage, plan_, applied, failed, redact(error.one_line()))


def _goal(planned: Plan | None, target: str) -> Symbol:
    # A plan's own target, not 'heads': a revision that came later is not part of what was approved.
    return target if planned is None else planned.target


def _run(project: Project, choose: Callable[..., Iterable[Step]], options: RunOptions, **environment: object) -> None:
    with serving_alembic():
        run_environment(project.fresh_config(), project.directory, choose, options, **environment)


def _report(
    project: Project,
    command: str,
    exit_code: int,
    stage: Stage,
    plan: Plan | None,
    applied: tuple[str, ...] = (),
    failed: str | None = None,
    error: str | None = None,
) -> Report:
    graph = project.directory.graph
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
    )
