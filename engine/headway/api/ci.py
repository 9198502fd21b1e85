"""The main job: graph, lint, replay, drift and downgrade, one after another, and one report about all of them."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from headway.api.lint import (
    LintOptions,
    choose_scope,
    gather_facts,
    lint_stage,
    sources_of,
    threshold,
)
from headway.api.packages import with_all_missing
from headway.api.project import Project
from headway.api.scratch_stages import SCRATCH_STAGES, judge_accepted_drift, on_scratch
from headway.api.squash_stage import prove_squashes
from headway.api.stages import Announce, At, Run, exit_code, not_shown, not_trusted, switched_off
from headway.config.policy import STAGES
from headway.drift.accepted import accept
from headway.errors import UsageError
from headway.lint.changes import changes_of
from headway.lint.facts import Facts
from headway.lint.finding import Severity
from headway.lint.history.scope import Scope
from headway.lint.judge import LintResult, judged
from headway.lint.judge import lint as run_rules
from headway.lint.rules.his.squash_not_proved import SquashNotProved
from headway.redact import remember_password
from headway.report.model import Examined, Report, Stage, Status
from headway.runtime.inputs import Inputs
from headway.scratch.kinds import NONE_FOR
from headway.version import VERSION

GRAPH_RULES = ("CFG", "REV", "HIS")


def ci(
    project: Project,
    kinds: Sequence[str],
    options: LintOptions,
    today: date,
    announce: Announce,
    *,
    stages: Sequence[str] = STAGES,
    log: bool = False,
    cache: str | None = None,
    at: At = not_shown,
) -> Report:
    """Runs every stage and reports; a stage that cannot run is reported as such and fails the run.

    ``kinds`` are the scratch databases; ``announce`` takes a line of progress; ``stages`` are those that run, and the
    others are named; ``log`` lets every run of env.py log as ``upgrade`` does; ``cache`` is the folder of kept
    replays; ``at`` is told what is done now. Raises HeadwayError when the project
    cannot be read at all.
    """
    fail_on = threshold(project, options)
    scope = choose_scope(project, options)
    facts = gather_facts(project, scope, options)
    run = Run(
        project.shown,
        judge=lambda found: judged(found, facts.examined, project.policy, today),
        fail_on=fail_on,
        accept=lambda items: accept(items, project.policy.accepted_drift, today),
        explain=lambda error: with_all_missing(project, error),
        at=at,
        inputs=Inputs() if cache is not None else None,
        new_is_guessed=not scope.released_known,
    )
    announce(f"headway: {len(facts.graph.ids)} revisions, {len(scope.new)} new ({scope.against})")
    wanted = [stage for stage in SCRATCH_STAGES if stage in stages]
    if wanted and "replay" not in wanted:
        wanted.insert(0, "replay")  # the others look at what it has made
    if wanted and kinds and not project.untrusted:
        # What a rehearsal proves below needs no finding that only says that reading proves nothing.
        options = replace(options, rules=tuple(rule for rule in options.rules if rule is not SquashNotProved))
    _read(run, project, options, facts, scope, today, stages)
    for stage in run.stages:
        announce(f"headway: {stage.in_a_line}")
    if project.untrusted:
        run.stages += map(not_trusted, SCRATCH_STAGES)
    elif wanted:
        blocked = "the revision graph is broken; mend it first" if _is_broken(project, facts) else None
        rehearsed = scope.new if scope.released_known else frozenset(facts.graph.heads)
        for kind in kinds:
            on_scratch(project, kind, rehearsed, run, announce, blocked=blocked, stages=wanted, log=log, cache=cache)
        if blocked is None:
            prove_squashes(project, facts, kinds, options.base, run, announce)
        judge_accepted_drift(project, run, today)
    run.stages += [] if project.untrusted else [switched_off(name) for name in SCRATCH_STAGES if name not in wanted]
    return Report(
        command="ci",
        version=VERSION,
        exit_code=exit_code(run.stages),
        stages=tuple(run.stages),
        heads=tuple(sorted(facts.graph.heads)),
        examined=Examined(len(facts.graph.ids), len(scope.new), run.not_analysed),
        findings=tuple(sorted(run.findings, key=lambda finding: finding.sort_key)),
        drift=tuple(run.drift),
        not_compared=tuple(run.not_compared),
        threshold=fail_on,
        sources=sources_of(project, run.findings),
        history=facts.graph.revisions,
        new=scope.new,
        configuration=project.configuration,
        against=scope.against,
        databases=facts.databases,
        changes=changes_of(facts),
        sent=tuple(run.sent),
    )


def choose_stages(project: Project, asked: Sequence[str]) -> tuple[str, ...]:
    """The stages to run: those asked for, each name alone or several with commas, or else the policy's.

    Raises UsageError for a stage that does not exist.
    """
    names = [name.strip() for text in asked for name in text.split(",") if name.strip()]
    for name in names:
        if name not in STAGES:
            raise UsageError(f"there is no stage '{name}'", hint=f"Stages are {', '.join(STAGES)}.")
    if asked and not names:
        raise UsageError("--stages names no stage", hint=f"Stages are {', '.join(STAGES)}.")
    return tuple(name for name in STAGES if name in names) if names else project.policy.stages


def scratch_kinds(project: Project, asked: Sequence[str]) -> list[str]:
    """The scratch databases to use, as they are written: those asked for, the policy's, or what ``sqlalchemy.url`` or
    else the variables with a URL suggest."""
    kinds = (*asked,) or project.policy.scratch or ("auto",)
    for kind in kinds:
        remember_password(kind)  # stages and their errors name the database
    return [_automatic(project) if kind == "auto" else kind for kind in kinds]


# -- stages -----------------------------------------------------------------------------------------------------


def _read(
    run: Run,
    project: Project,
    options: LintOptions,
    facts: Facts,
    scope: Scope,
    today: date,
    stages: Sequence[str],
) -> None:
    """The stages that only read: graph and lint."""
    started = time.perf_counter()
    if "graph" in stages:
        graph_rules = [rule for rule in options.rules if rule.code.startswith(GRAPH_RULES)]
        graph = run_rules(facts, graph_rules, project.policy, today)
        run.findings += [replace(found, stage="graph") for found in graph.findings]
        run.stages.append(_graph_stage(facts, graph, run.fail_on, time.perf_counter() - started))
    elif _is_broken(project, facts):
        why = "the revision graph is broken, or there is none, and the stage that would say how is switched off"
        run.stages.append(Stage("graph", Status.FAIL, 0.0, why=why, exit_code=1))
    else:
        run.stages.append(switched_off("graph"))
    started = time.perf_counter()
    if "lint" in stages:
        other_rules = [rule for rule in options.rules if not rule.code.startswith(GRAPH_RULES)]
        result = run_rules(facts, other_rules, project.policy, today)
        run.findings += [replace(found, stage="lint") for found in result.findings]
        run.not_analysed = result.not_analysed
        run.stages.append(
            lint_stage("lint", result, scope, facts.databases, run.fail_on, time.perf_counter() - started)
        )
    else:
        run.stages.append(switched_off("lint"))


def _is_broken(project: Project, facts: Facts) -> bool:
    """Whether the graph cannot be replayed; of a project with computed headers only running its files would tell."""
    return not project.directory.is_computed and bool(facts.problems or facts.unreadable or not facts.graph.ids)


def _graph_stage(facts: Facts, result: LintResult, fail_on: Severity, seconds: float) -> Stage:
    bad = [f for f in result.findings if not f.suppressed and f.severity.at_least(fail_on)]
    heads = facts.graph.heads
    shown = ", ".join(heads[:3]) + (", …" if len(heads) > 3 else "")
    summary = f"{len(facts.graph.ids)} revision(s), {len(heads)} head(s)" + (f": {shown}" if heads else "")
    return Stage("graph", Status.FAIL if bad else Status.PASS, seconds, summary, exit_code=1 if bad else 0)


def _automatic(project: Project) -> str:
    """The scratch database that is nearest to what the project runs on."""
    named = [os.environ.get(name, "") for name in (*project.policy.url_variables, "DATABASE_URL")]
    urls = [project.config.get_main_option("sqlalchemy.url") or "", *named]
    dialects = [url.partition("://")[0].partition("+")[0] for url in urls if "://" in url]
    wanted = [*project.policy.dialects, *(dialect for dialect in dialects if dialect != "driver"), ""]
    database = {"postgres": "postgresql", "": "sqlite"}.get(wanted[0], wanted[0])
    return database if database in ("postgresql", "sqlite") else f"{NONE_FOR}{database}"
