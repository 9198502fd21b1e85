"""Lint: static; needs no database, no env.py and none of the user's dependencies."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from headway.api.project import Project
from headway.config.policy import DIALECTS
from headway.errors import ScriptError, not_python
from headway.lint import scope as scopes
from headway.lint.catalogue import RULES, check_policy
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.judge import LintResult
from headway.lint.judge import lint as run_rules
from headway.lint.rule import Rule
from headway.lint.scope import Scope
from headway.reading.migration import read_migration
from headway.reading.modules import ProjectModules, package_roots
from headway.report.model import Examined, Report, Stage, Status
from headway.repository import git
from headway.revision.problems import Problem
from headway.version import VERSION


@dataclass(frozen=True, slots=True)
class LintOptions:
    """What a command line asks of lint."""

    base: str | None = None
    """The branch or commit that new revisions are counted from."""
    all: bool = False
    """Judge every revision, whatever is released."""
    paths: tuple[str, ...] = ()
    """Judge only files at or below these paths."""
    rules: tuple[type[Rule], ...] = RULES
    fail_on: Severity | None = None
    """The lowest severity that fails; None takes the policy's."""


def lint(project: Project, options: LintOptions, today: date) -> Report:
    """The findings in the revisions that ``options`` choose, as a report."""
    started = time.perf_counter()
    scope = choose_scope(project, options)
    facts = gather_facts(project, scope)
    result = run_rules(facts, options.rules, project.policy, today)
    stage = lint_stage("lint", result, scope, threshold(project, options), time.perf_counter() - started)
    return Report(
        command="lint",
        version=VERSION,
        exit_code=stage.exit_code,
        stages=(stage,),
        heads=tuple(sorted(facts.graph.heads)),
        examined=Examined(len(facts.graph.ids), len(scope.new), result.not_analysed),
        findings=result.findings,
        threshold=threshold(project, options),
        sources=sources_of(project, result.findings),
    )


def threshold(project: Project, options: LintOptions) -> Severity:
    """The lowest severity that fails the run."""
    return options.fail_on or Severity(project.policy.fail_on)


def lint_stage(name: str, result: LintResult, scope: Scope, fail_on: Severity, seconds: float) -> Stage:
    """How a set of findings ends a stage."""
    bad = [f for f in result.findings if not f.suppressed and f.severity.at_least(fail_on)]
    summary = f"{len(scope.examined)} revision(s) judged ({scope.against}), {len(result.findings)} finding(s)"
    if result.not_analysed:
        summary += f", {len(result.not_analysed)} place(s) not analysed"
    status = Status.FAIL if bad else Status.PASS
    return Stage(name, status, seconds, summary, exit_code=1 if bad else 0)


def choose_scope(project: Project, options: LintOptions) -> Scope:
    """Which revisions are judged: ``--all``, ``--base``, the policy's baseline, the base branch, or all of them."""
    graph = project.directory.graph
    if options.all:
        scope = scopes.everything(graph)
    elif options.base is None and project.policy.baseline is not None:
        scope = scopes.since_baseline(graph, project.policy.baseline)
    else:
        in_git = git.find_root(project.home) is not None
        base = options.base or (git.default_base(project.home, project.policy.base) if in_git else None)
        scope = scopes.everything(graph) if base is None else _since(project, base)
    if not options.paths:
        return scope
    wanted = tuple(os.path.realpath(path) for path in options.paths)
    files = _files(project)
    inside = {r for r, paths in files.items() if any(_is_below(path, wanted) for path in paths)}
    return replace(scope, examined=(scope.examined if options.base else frozenset(graph.ids)) & inside)


def gather_facts(project: Project, scope: Scope) -> Facts:
    """Reads the files in ``scope``; raises ScriptError for one that is not Python."""
    check_policy(project.policy)
    graph = project.directory.graph
    dialects = frozenset(project.policy.dialects or _dialects(project))
    files = tuple(_read_files(project, scope, dialects or None))
    return Facts(
        graph=graph,
        examined=files,
        new=scope.new,
        dialects=dialects,
        expected_heads=project.policy.expected_heads,
        project_modules=_project_modules(project),
        script_package=_script_package(project),
        files={script.revision: project.shown(script.path) for script in project.directory.scripts},
        problems=tuple(_with_shown_paths(project, problem) for problem in graph.problems),
    )


def sources_of(project: Project, findings: Sequence[Finding]) -> dict[str, tuple[str, ...]]:
    """The lines of every file that has a finding."""
    return {name: tuple(_lines(os.path.join(project.root, name))) for name in {f.file for f in findings if f.file}}


# -- reading the project ----------------------------------------------------------------------------------------


def _read_files(project: Project, scope: Scope, databases: frozenset[str] | None) -> Iterator[RevisionFile]:
    library, package = modules_of(project)
    for script in project.directory.scripts:
        if script.revision not in scope.examined or not script.path.endswith(".py"):
            continue
        shown = project.shown(script.path)
        try:
            with open(script.path, encoding="utf-8") as file:
                migration = read_migration(shown, file.read(), databases=databases, library=library, package=package)
        except SyntaxError as error:
            raise not_python(error, shown) from error
        except (OSError, ValueError) as error:
            raise ScriptError(f"cannot be read: {error}", path=shown) from error
        is_merge = len(script.down_revisions) > 1
        yield RevisionFile(script.revision, shown, migration, is_merge, databases or frozenset())


def modules_of(project: Project) -> tuple[ProjectModules, str]:
    """Where the text of the project's own modules is found, and the package that its revisions lie in."""
    above, package = package_roots(project.directory.dir)
    places = [project.home, os.path.join(project.home, "src"), *(project.config.get_prepend_sys_paths_list() or [])]
    places = [os.path.join(project.home, place) for place in places]
    roots = [project.root, os.path.join(above, package.partition(".")[0]) if package else project.directory.dir]
    return ProjectModules(roots, [*places, above], project.root), package


def _with_shown_paths(project: Project, problem: Problem) -> Problem:
    path, other = (project.shown(path) if path is not None else None for path in (problem.path, problem.other))
    return problem._replace(path=path, other=other)


def _since(project: Project, base: str) -> Scope:
    changes = git.changes_since(project.home, base)
    return scopes.since_base(_files(project), changes.added, changes.modified, changes.base)


def _files(project: Project) -> dict[str, list[str]]:
    files: dict[str, list[str]] = {}
    for script in project.directory.scripts:
        files.setdefault(script.revision, []).append(os.path.realpath(script.path))
    return files


def _is_below(path: str, wanted: tuple[str, ...]) -> bool:
    return any(path == place or path.startswith(place + os.sep) for place in wanted)


def _dialects(project: Project) -> list[str]:
    """The database of ``sqlalchemy.url``, if it is a literal URL."""
    url = project.config.get_main_option("sqlalchemy.url") or ""
    dialect = url.partition("://")[0].partition("+")[0]
    dialect = {"postgres": "postgresql"}.get(dialect, dialect)
    return [dialect] if dialect in DIALECTS else []


def _project_modules(project: Project) -> frozenset[str]:
    """Top-level modules and packages that lie in the project itself."""
    import sys

    places = [project.home, os.path.join(project.home, "src"), *(project.config.get_prepend_sys_paths_list() or [])]
    names: set[str] = set()
    for place in {os.path.abspath(os.path.join(project.home, place)) for place in places}:
        if os.path.isdir(place):
            names |= {name for entry in os.scandir(place) if (name := _module_name(entry)) is not None}
    return frozenset(names - sys.stdlib_module_names - {"alembic", "sqlalchemy", "setup", "conftest"})


def _module_name(entry: os.DirEntry[str]) -> str | None:
    if entry.is_file():
        stem, extension = os.path.splitext(entry.name)
        return stem if extension == ".py" and stem.isidentifier() else None
    if not entry.name.isidentifier() or entry.name.startswith("_"):
        return None
    inside = os.scandir(entry.path) if entry.is_dir() else ()
    return entry.name if any(inner.name.endswith(".py") for inner in inside) else None


def _script_package(project: Project) -> str | None:
    """The dotted name of the script directory, as an import inside the project would write it."""
    relative = os.path.relpath(project.directory.dir, project.home)
    return None if relative.startswith("..") else relative.replace(os.sep, ".")


def _lines(path: str) -> list[str]:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().splitlines()
    except OSError:
        return []
