"""The main job: graph, lint, replay, drift and downgrade, one after another, and one report about all of them."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
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
from headway.api.scratch_stages import SCRATCH_STAGES, on_scratch
from headway.api.stages import Announce, Run, exit_code, not_trusted
from headway.lint.facts import Facts
from headway.lint.finding import Severity
from headway.lint.judge import LintResult, judged
from headway.lint.judge import lint as run_rules
from headway.report.model import Examined, Report, Stage, Status
from headway.version import VERSION

GRAPH_RULES = "REV"


def ci(
    project: Project,
    kinds: Sequence[str],
    options: LintOptions,
    today: date,
    announce: Announce,
    *,
    log: bool = False,
) -> Report:
    """Runs every stage and reports; a stage that cannot run is reported as such and fails the run.

    ``kinds`` are the scratch databases; ``announce`` takes a line of progress; ``log`` lets every run of env.py log as
    ``upgrade`` does. Raises HeadwayError when the project cannot be read at all.
    """
    fail_on = threshold(project, options)
    scope = choose_scope(project, options)
    facts = gather_facts(project, scope)
    run = Run(project.shown, judge=lambda found: judged(found, facts, project.policy, today), fail_on=fail_on)
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
    broken = facts.problems or facts.unreadable or not facts.graph.ids
    if project.directory.is_computed:
        broken = False  # whoever runs the files learns whether it is
    blocked = "the revision graph is broken; mend it first" if broken else None
    if project.untrusted:
        run.stages += map(not_trusted, SCRATCH_STAGES)
    for kind in () if project.untrusted else kinds:
        on_scratch(project, kind, scope.new, run, announce, blocked=blocked, log=log)
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
    )


def scratch_kinds(project: Project, asked: Sequence[str]) -> list[str]:
    """The scratch databases to use, as they are written: those asked for, the policy's, or what ``sqlalchemy.url`` or
    else the variables with a URL suggest."""
    kinds = (*asked,) or project.policy.scratch or ("auto",)
    return [_automatic(project) if kind == "auto" else kind for kind in kinds]


# -- stages -----------------------------------------------------------------------------------------------------


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
    return "postgresql" if wanted[0] in ("postgresql", "postgres") else "sqlite"
