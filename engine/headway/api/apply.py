"""Apply: runs what was planned, compared with the plan at every statement."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable

from sqlalchemy.engine import Connection

from headway.api.plan import plan_report
from headway.api.project import Project
from headway.api.recording import code_of, make_plan, way_to
from headway.compat.hook import serving_alembic
from headway.errors import GateRefused, HeadwayError, LockNotAcquired, PartialFailure
from headway.plan import gate
from headway.plan.code import differing, other_python
from headway.plan.comparer import Comparer
from headway.plan.identity import target_of
from headway.plan.model import Plan
from headway.redact import redacted_line
from headway.report.model import Report, Stage, Status
from headway.revision.route import Step, upgrade_route
from headway.runtime.context import MigrationContext
from headway.runtime.env_py import run_environment
from headway.runtime.options import RunOptions
from headway.runtime.raw_cursors import RawCursorWitness


def apply(project: Project, options: RunOptions, planned: Plan | None, approved: str | None, target: str) -> Report:
    """Runs exactly ``planned``, or without one what an approved plan of this moment is, under the run lock.

    Without a plan and without an approval there is nothing to compare with, and what is there runs. A run that stops
    half-way comes back as a report with its exit code. Raises GateRefused, LockNotAcquired, and whatever else keeps the
    work from starting.
    """
    started = time.perf_counter()
    plan = planned
    if plan is None and approved is not None:
        plan = make_plan(project, options.url, target, here=False)
    if plan is not None:
        _require(project, plan, approved)
    options.witness = witness = RawCursorWitness()
    comparer = Comparer(witness, project.shown)
    options.listeners.append(comparer)
    if plan is not None:
        options.again = gate.PLAN_AGAIN
        options.may_rebuild = frozenset(plan.rebuilds).__contains__
        comparer.follow(plan, _code_check(project, plan), _target_check(plan))
    error = _run(project, options, plan, comparer, target)
    seconds = time.perf_counter() - started
    account = options.account
    if error is None:
        applied = tuple(dict.fromkeys([*account.applied, *comparer.finished]))
        summary = f"{len(applied)} revision(s) applied" if applied else "nothing to do"
        return plan_report(project, "apply", 0, Stage("apply", Status.PASS, seconds, summary), plan, applied)
    applied = tuple(account.applied)
    said = redacted_line(error)
    stage = Stage("apply", Status.FAIL, seconds, f"{len(applied)} revision(s) applied", said, error.exit_code)
    return plan_report(project, "apply", error.exit_code, stage, plan, applied, account.running, said)


def _run(
    project: Project, options: RunOptions, plan: Plan | None, comparer: Comparer, target: str
) -> HeadwayError | None:
    """Runs, and returns the error that stopped the run half-way."""

    def choose(heads: tuple[str, ...], context: MigrationContext) -> Iterable[Step]:
        if plan is None:
            return way_to(project, heads, target)
        gate.require_target(plan, target_of(context.connection))
        if gate.is_done(plan, heads):
            return ()
        # A plan's own target, not 'heads': a revision that came later is not part of what was approved.
        steps = upgrade_route(project.scripts.history, heads, plan.target)
        gate.require_start(plan, heads, [step.revision for step in steps])
        return steps

    try:
        with serving_alembic():
            run_environment(
                project.fresh_config(), project.scripts, choose, options, app=project.policy.app, takes_lock=True
            )
        comparer.end()
    except HeadwayError as raised:
        caught = _with_what_stands(raised, options)
        _name_a_remedy_that_works(caught, plan)
        if isinstance(caught, GateRefused | LockNotAcquired) or not options.account.started:
            raise
        return caught
    return None


def _target_check(plan: Plan) -> Callable[[Connection], None]:
    """What raises GateRefused for a connection to another database than the plan's."""
    seen: set[int] = set()

    def check(connection: Connection) -> None:
        if id(connection.engine) not in seen:
            gate.require_target(plan, target_of(connection))
            seen.add(id(connection.engine))

    return check


def _with_what_stands(error: HeadwayError, options: RunOptions) -> HeadwayError:
    """A refusal that came after the last commit says, as each later one than the first commit does, what stands."""
    refused = isinstance(error, GateRefused) or isinstance(error.__cause__, GateRefused)
    account = options.account
    if not refused or isinstance(error, PartialFailure) or not account.anything_remains:
        return error
    hint = f"Applied: {', '.join(account.applied) or 'none'}. {gate.PLAN_AGAIN}"
    said = error.__cause__ if isinstance(error.__cause__, GateRefused) else error
    return PartialFailure(said.message, applied=account.applied, failed=account.running, hint=hint)


def _require(project: Project, plan: Plan, approved: str | None) -> None:
    """Raises GateRefused unless the plan may be applied, as far as that can be told before anything runs."""
    gate.require_approval(plan, approved)
    if project.policy.not_shown != "allow":
        gate.require_shown(plan)
    gate.require_python(other_python(plan.code.values()))
    gate.require_code(differing(plan.code, lambda shown: os.path.join(project.root, shown)))


def _code_check(project: Project, plan: Plan) -> Callable[[], None]:
    """What raises GateRefused once a module of the project's is imported that the plan does not list."""
    code = code_of(project)
    seen = 0

    def check() -> None:
        nonlocal seen
        if len(sys.modules) != seen:
            seen = len(sys.modules)
            gate.require_listed(plan, map(project.shown, code.loaded()))

    return check


def _name_a_remedy_that_works(error: HeadwayError, plan: Plan | None) -> None:
    """An edited revision is no longer what was approved: the same command would refuse it."""
    if (
        plan is not None
        and error.hint
        and "the same command again" in error.hint
        and not isinstance(error, LockNotAcquired)
    ):
        error.hint = error.hint.replace("and run the same command again.", f"and then: {gate.PLAN_AGAIN}").replace(
            "then run the same command again.", f"then: {gate.PLAN_AGAIN}"
        )
