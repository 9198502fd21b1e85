"""Lint: static; needs no database, no env.py and none of the user's dependencies."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from headway.api.project import Project
from headway.config.databases import databases_known
from headway.config.dialects import Databases
from headway.config.policy import FILE_NAMES
from headway.errors import ScriptError, UsageError
from headway.lint.catalogue import RULES
from headway.lint.changes import changes_of
from headway.lint.facts import Facts
from headway.lint.finding import Finding, Severity
from headway.lint.gather import gather
from headway.lint.history import scope as scopes
from headway.lint.history.scope import Scope
from headway.lint.judge import LintResult
from headway.lint.judge import lint as run_rules
from headway.lint.rule import Rule
from headway.report.model import Examined, Report, Stage, Status
from headway.script.version_files import files_at
from headway.source_text import read_source
from headway.valueclass import valueclass
from headway.version import VERSION


@valueclass(frozen=True, slots=True)
class LintOptions:
    """What a command line asks of lint."""

    base: str | None = None
    """The branch or commit that new revisions are counted from."""
    all: bool = False
    """Judge every revision, whatever is released."""
    paths: tuple[str, ...] = ()
    """Judge only files at or below these paths."""
    of_several: bool = False
    """Whether the paths are for several projects, so that each may be of another one."""
    rules: tuple[type[Rule], ...] = RULES
    dialects: tuple[str, ...] = ()
    """The databases that the history runs on, ``postgresql 16``, whatever the settings say."""
    scratch: tuple[str, ...] = ()
    """The scratch databases that the command line names: they tell, where no setting does, what the history runs on."""
    fail_on: Severity | None = None
    """The lowest severity that fails; None takes the policy's."""


def lint(project: Project, options: LintOptions, today: date) -> Report:
    """The findings in the revisions that ``options`` choose, as a report."""
    started = time.perf_counter()
    scope = choose_scope(project, options)
    facts = gather_facts(project, scope, options)
    result = run_rules(facts, options.rules, project.policy, today)
    stage = lint_stage(
        "lint", result, scope, facts.databases, threshold(project, options), time.perf_counter() - started
    )
    return Report(
        command="lint",
        version=VERSION,
        exit_code=stage.exit_code,
        stages=(stage,),
        heads=tuple(sorted(facts.graph.heads)),
        examined=Examined(len(facts.graph.ids), len(scope.new), result.not_analysed),
        findings=tuple(replace(found, stage="lint") for found in result.findings),
        threshold=threshold(project, options),
        sources=sources_of(project, result.findings),
        history=facts.graph.revisions,
        new=scope.new,
        configuration=project.configuration,
        against=scope.against,
        databases=facts.databases,
        changes=changes_of(facts),
    )


def require_paths(projects: Iterable[Project], paths: Sequence[str]) -> None:
    """Raises UsageError for a path of the command line at which none of the projects has a revision file."""
    there = files_at([file for project in projects for file in project.directory.files], paths)
    for path in paths:
        if not there[path]:
            raise scopes.no_revision_at(path, "of any of these projects")


def threshold(project: Project, options: LintOptions) -> Severity:
    """The lowest severity that fails the run."""
    return options.fail_on or Severity(project.policy.fail_on)


def lint_stage(
    name: str, result: LintResult, scope: Scope, databases: Databases, fail_on: Severity, seconds: float
) -> Stage:
    """How a set of findings ends a stage."""
    bad = [f for f in result.findings if not f.suppressed and f.severity.at_least(fail_on)]
    summary = (
        f"{len(scope.examined)} revision(s) judged ({scope.against}; {databases}), {len(result.findings)} finding(s)"
    )
    if result.not_analysed:
        summary += f", {len(result.not_analysed)} place(s) not analysed"
    status = Status.FAIL if bad else Status.PASS
    return Stage(name, status, seconds, summary, exit_code=1 if bad else 0)


def choose_scope(project: Project, options: LintOptions) -> Scope:
    """Which revisions are judged."""
    project.directory.keep_sources()  # what a rule asks of the history is in files that are read for their headers
    scope = scopes.choose(
        project.directory,
        project.policy,
        project.home,
        base=options.base,
        all=options.all,
        paths=options.paths,
        of_several=options.of_several,
    )
    planted = project.planted
    return replace(scope, examined=scope.examined | planted, new=scope.new | planted) if planted else scope


def gather_facts(project: Project, scope: Scope, options: LintOptions) -> Facts:
    """What rules may ask of the project. Raises UsageError for a database that ``options`` name and that is none."""
    try:
        databases = databases_known(
            project.config, project.policy, project.home, project.root, options.dialects, options.scratch
        )
    except ValueError as error:
        raise UsageError(f"--dialect: {error}") from None
    return gather(
        project.directory,
        project.config,
        project.policy,
        scope,
        home=project.home,
        root=project.root,
        shown=project.shown,
        sources=project.directory.take_sources(),
        databases=databases,
        base=scope.base,
        policy_changed=FILE_NAMES[0] if project.policy_of_base else None,
    )


def sources_of(project: Project, findings: Sequence[Finding]) -> dict[str, tuple[str, ...]]:
    """The lines of every file that has a finding."""
    return {name: tuple(_lines(os.path.join(project.root, name))) for name in {f.file for f in findings if f.file}}


def _lines(path: str) -> list[str]:
    try:
        return read_source(path).split("\n")
    except ScriptError:
        return []
