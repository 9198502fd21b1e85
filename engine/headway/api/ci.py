"""The main job: graph, lint, replay, drift and downgrade, one after another, and one report about all of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from headway.api.lint import (
    LintOptions,
    choose_scope,
    gather_facts,
    lint_stage,
    sources_of,
    threshold,
)
from headway.api.project import Project
from headway.errors import DatabaseFailure, HeadwayError
from headway.lint.facts import Facts
from headway.lint.finding import Finding, Severity
from headway.lint.run import LintResult
from headway.lint.run import lint as run_rules
from headway.redact import redact
from headway.report.model import DriftItem, Examined, Report, Stage, Status
from headway.version import VERSION

Announce = Callable[[str], None]

GRAPH_RULES = "REV"


@dataclass
class Run:
    """What the stages of one run have found so far."""

    stages: list[Stage] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    drift: list[DriftItem] = field(default_factory=list)
    not_analysed: tuple[str, ...] = ()


def ci(project: Project, kinds: Sequence[str], options: LintOptions, today: date, announce: Announce) -> Report:
    """Runs every stage and reports; a stage that cannot run is reported as such and fails the run.

    ``kinds`` are the scratch databases; ``announce`` takes a line of progress. Raises HeadwayError when the project
    cannot be read at all.
    """
    run = Run()
    fail_on = threshold(project, options)
    scope = choose_scope(project, options)
    facts = gather_facts(project, scope)
    announce(f"headway: {len(facts.graph.ids)} revisions, {len(scope.new)} new ({scope.against})")
    started = time.perf_counter()
    graph_rules = [rule for rule in options.rules if rule.code.startswith(GRAPH_RULES)]
    graph = run_rules(facts, graph_rules, project.policy, today)
    run.findings += graph.findings
    run.stages.append(_graph_stage(facts, graph, fail_on, time.perf_counter() - started))
    started = time.perf_counter()
    other_rules = [rule for rule in options.rules if not rule.code.startswith(GRAPH_RULES)]
    result = run_rules(facts, other_rules, project.policy, today)
    run.findings += result.findings
    run.not_analysed = result.not_analysed
    run.stages.append(lint_stage("lint", result, scope, fail_on, time.perf_counter() - started))
    blocked = "the revision graph is broken; mend it first" if facts.problems or not facts.graph.ids else None
    for kind in kinds:
        on_scratch(project, kind, scope.new, run, announce, blocked=blocked)
    return Report(
        command="ci",
        version=VERSION,
        exit_code=exit_code(run.stages),
        stages=tuple(run.stages),
        heads=tuple(sorted(facts.graph.heads)),
        examined=Examined(len(facts.graph.ids), len(scope.new), run.not_analysed),
        findings=tuple(sorted(run.findings, key=lambda finding: finding.sort_key)),
        drift=tuple(run.drift),
        threshold=fail_on,
        sources=sources_of(project, run.findings),
    )


def scratch_kinds(project: Project, asked: Sequence[str]) -> list[str]:
    """The scratch databases to use: those asked for, the policy's, or what ``sqlalchemy.url`` suggests."""
    kinds = [project.resolve_url(kind) for kind in (*asked,) or project.policy.scratch or ("auto",)]
    return [_automatic(project) if kind == "auto" else kind for kind in kinds]


# -- stages -----------------------------------------------------------------------------------------------------


def _graph_stage(facts: Facts, result: LintResult, fail_on: Severity, seconds: float) -> Stage:
    bad = [f for f in result.findings if not f.suppressed and f.severity.at_least(fail_on)]
    heads = facts.graph.heads
    shown = ", ".join(heads[:3]) + (", …" if len(heads) > 3 else "")
    summary = f"{len(facts.graph.ids)} revision(s), {len(heads)} head(s)" + (f": {shown}" if heads else "")
    return Stage("graph", Status.FAIL if bad else Status.PASS, seconds, summary, exit_code=1 if bad else 0)


SCRATCH_STAGES = ("replay", "drift", "downgrade")


def on_scratch(
    project: Project,
    kind: str,
    new: frozenset[str],
    run: Run,
    announce: Announce,
    *,
    blocked: str | None = None,
    stages: Sequence[str] = SCRATCH_STAGES,
) -> None:
    """The stages of one scratch database; adds to ``run`` what they find."""
    names = [_stage_name(name, kind) for name in stages]
    if blocked is not None:
        run.stages += [Stage(name, Status.SKIPPED, 0.0, why=f"not run: {blocked}", exit_code=1) for name in names]
        return
    # Loads SQLAlchemy, which the stages before do not need.
    from headway.api.rehearse import Rehearsal
    from headway.scratch.kinds import open_scratch

    announce(f"headway: rehearsing on {_public(kind)}")
    entered = False
    try:
        with open_scratch(kind) as scratch:
            entered = True
            rehearsal = Rehearsal(project, scratch, new)
            works = [{"replay": _replay, "drift": _drift, "downgrade": _downgrade}[stage] for stage in stages]
            failed: str | None = None
            for name, work in zip(names, works, strict=True):
                stage = _skipped(name, failed) if failed else _timed(name, lambda w=work: w(rehearsal, run))  # type: ignore[misc]
                run.stages.append(stage)
                if name == names[0] and stage.status is not Status.PASS:
                    failed = "the replay did not get through"
    except HeadwayError as error:
        if entered:
            raise
        run.stages.append(_stopped(names[0], error, 0.0))
        run.stages += [_skipped(name, "there is no scratch database") for name in names[1:]]


def _replay(rehearsal: object, run: Run) -> Stage:
    count = rehearsal.replay()  # type: ignore[attr-defined]  # a Rehearsal, whose module loads SQLAlchemy
    return Stage("", Status.PASS, 0.0, f"{count} revision(s) upgraded from empty")


def _drift(rehearsal: object, run: Run) -> Stage:
    found = rehearsal.compare()  # type: ignore[attr-defined]
    run.drift += found
    if found:
        return Stage("", Status.FAIL, 0.0, f"{len(found)} difference(s) between models and migrations", exit_code=1)
    return Stage("", Status.PASS, 0.0, "models and migrations agree")


def _downgrade(rehearsal: object, run: Run) -> Stage:
    new = rehearsal.new  # type: ignore[attr-defined]
    if not new:
        return Stage("", Status.PASS, 0.0, "no new revision")
    traces, kept = rehearsal.downgrade_and_return()  # type: ignore[attr-defined]
    run.findings += [_trace_finding(rehearsal.project, trace) for trace in traces]  # type: ignore[attr-defined]
    summary = f"{len(new) - len(kept)} new revision(s) down and up again"
    if kept:
        summary += f", {len(kept)} irreversible"
    if traces:
        return Stage("", Status.FAIL, 0.0, summary, f"{len(traces)} did not restore the schema", exit_code=1)
    return Stage("", Status.PASS, 0.0, summary)


def _trace_finding(project: Project, trace: object) -> Finding:
    revision, lines = trace.revision, trace.lines  # type: ignore[attr-defined]
    path = project.directory.history.ids[revision].path
    shown = "; ".join(lines[:4]) + (f"; and {len(lines) - 4} more" if len(lines) > 4 else "")
    return Finding(
        code="DWN005",
        name="trace-left",
        severity=Severity.ERROR,
        message=f"after downgrade() the schema is not what upgrade() found: {shown}",
        help="undo in downgrade() everything that upgrade() does, in reverse order",
        file=project.shown(path) if path else None,
        line=_line_of_downgrade(path),
        revision=revision,
    )


def _line_of_downgrade(path: str | None) -> int | None:
    from headway.script.calls import read_migration

    if path is None:
        return None
    with open(path, encoding="utf-8") as file:
        body = read_migration(path, file.read()).downgrade
    return body.span.line if body is not None else None


def _timed(name: str, work: Callable[[], Stage]) -> Stage:
    started = time.perf_counter()
    try:
        stage = work()
    except HeadwayError as error:
        return _stopped(name, error, time.perf_counter() - started)
    return replace(stage, name=name, seconds=time.perf_counter() - started)


def _stopped(name: str, error: HeadwayError, seconds: float) -> Stage:
    """A migration that fails on the scratch database is a no of the check; anything else kept it from running."""
    from headway.errors import MigrationFailed, PartialFailure, RevisionError

    why = redact(error.one_line())
    if isinstance(error, MigrationFailed | PartialFailure | RevisionError):
        return Stage(name, Status.FAIL, seconds, why=_without_advice(error), exit_code=1)
    code = error.exit_code if isinstance(error, DatabaseFailure) else 2
    return Stage(name, Status.ERROR, seconds, why=why, exit_code=code)


def _without_advice(error: HeadwayError) -> str:
    """On a scratch database nobody needs to know what to clean up."""
    place = f"{error.path}:{error.line}: " if error.path and error.line else f"{error.path}: " if error.path else ""
    return redact(f"{place}{error.message}")


def _skipped(name: str, why: str) -> Stage:
    return Stage(name, Status.SKIPPED, 0.0, why=f"not run: {why}", exit_code=1)


def _stage_name(name: str, kind: str) -> str:
    return f"{name} ({_public(kind)})"


def _public(kind: str) -> str:
    return redact(kind)


def _automatic(project: Project) -> str:
    """The scratch database that is nearest to what the project runs on."""
    dialects = project.policy.dialects
    url = project.config.get_main_option("sqlalchemy.url") or ""
    wanted = dialects[0] if dialects else url.partition("://")[0].partition("+")[0]
    return "postgresql" if wanted in ("postgresql", "postgres") else "sqlite"


def exit_code(stages: Sequence[Stage]) -> int:
    """The gravest outcome: what could not run at all before what said no."""
    codes = [stage.exit_code for stage in stages if stage.exit_code]
    stopped = [stage.exit_code for stage in stages if stage.status is Status.ERROR]
    return max(stopped) if stopped else 1 if codes else 0
