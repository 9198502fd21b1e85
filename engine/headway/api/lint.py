"""Lint: static; needs no database, no env.py and none of the user's dependencies."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from headway.api.project import Project
from headway.config.policy import DIALECTS
from headway.errors import ScriptError, not_python, not_readable_as_python
from headway.lint import scope as scopes
from headway.lint.catalogue import RULES, check_policy
from headway.lint.facts import Facts, RevisionFile, Unreadable
from headway.lint.finding import Finding, Severity
from headway.lint.judge import LintResult
from headway.lint.judge import lint as run_rules
from headway.lint.rule import Rule
from headway.lint.scope import Scope
from headway.reading.header_reader import header_of
from headway.reading.migration import read_migration
from headway.reading.modules import ProjectModules, package_roots
from headway.report.model import Examined, Report, Stage, Status
from headway.repository import git
from headway.revision.problems import Problem
from headway.source_text import read_source
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
    graph = project.directory.readable
    if options.all:
        scope = scopes.everything(graph)
    elif options.base is None and project.policy.baseline is not None:
        scope = scopes.since_baseline(graph, project.policy.baseline)
    else:
        base = options.base or git.default_base(project.home, project.policy.base)
        scope = scopes.everything(graph) if base is None else _since(project, base)
    if not options.paths:
        return scope
    wanted = tuple(os.path.realpath(path) for path in options.paths)
    files = _files(project)
    inside = {r for r, paths in files.items() if any(_is_below(path, wanted) for path in paths)}
    return replace(scope, examined=(scope.examined if options.base else frozenset(graph.ids)) & inside)


def gather_facts(project: Project, scope: Scope) -> Facts:
    """Reads the files in ``scope``; what cannot be read is a fact as well."""
    check_policy(project.policy)
    graph = project.directory.readable
    unreadable = list(project.directory.unreadable)
    dialects = frozenset(project.policy.dialects or _dialects(project))
    files = tuple(_read_files(project, scope, dialects, unreadable))
    return Facts(
        graph=graph,
        examined=files,
        new=scope.new,
        dialects=dialects,
        expected_heads=project.policy.expected_heads,
        project_modules=_project_modules(project),
        script_package=_script_package(project),
        files={script.revision: project.shown(script.path) for script in project.directory.scripts},
        unreadable=tuple(_unreadable(project, error) for error in unreadable),
        problems=tuple(_with_shown_paths(project, problem) for problem in graph.problems),
    )


def sources_of(project: Project, findings: Sequence[Finding]) -> dict[str, tuple[str, ...]]:
    """The lines of every file that has a finding."""
    return {name: tuple(_lines(os.path.join(project.root, name))) for name in {f.file for f in findings if f.file}}


# -- reading the project ----------------------------------------------------------------------------------------


def _read_files(
    project: Project, scope: Scope, dialects: frozenset[str], unreadable: list[ScriptError]
) -> Iterator[RevisionFile]:
    """The files that are judged; one that cannot be read goes to ``unreadable`` and costs none of the others."""
    library, package = modules_of(project)
    for script in project.directory.scripts:
        if script.revision not in scope.examined:
            continue
        if not script.path.endswith(".py"):
            unreadable.append(ScriptError("this file is compiled, and only its source can be judged", path=script.path))
            continue
        shown = project.shown(script.path)
        try:
            text = read_source(script.path)
            migration = read_migration(shown, text, databases=dialects or None, library=library, package=package)
        except SyntaxError as error:
            unreadable.append(not_python(error, script.path))
        except ScriptError as error:
            unreadable.append(error)
        except (ValueError, RecursionError, MemoryError) as error:
            unreadable.append(not_readable_as_python(error, script.path))
        else:
            is_merge = len(script.down_revisions) > 1
            yield RevisionFile(script.revision, shown, migration, is_merge, dialects)


def modules_of(project: Project) -> tuple[ProjectModules, str]:
    """Where the text of the project's own modules is found, and the package that its revisions lie in."""
    above, package = package_roots(project.directory.dir)
    places = [project.home, os.path.join(project.home, "src"), *(project.config.get_prepend_sys_paths_list() or [])]
    places = [os.path.join(project.home, place) for place in places]
    roots = [project.root, os.path.join(above, package.partition(".")[0]) if package else project.directory.dir]
    return ProjectModules(roots, [*places, above], project.root), package


def _unreadable(project: Project, error: ScriptError) -> Unreadable:
    return Unreadable(project.shown(error.path or project.directory.dir), error.line, error.message)


def _with_shown_paths(project: Project, problem: Problem) -> Problem:
    path, other = (project.shown(path) if path is not None else None for path in (problem.path, problem.other))
    return problem._replace(path=path, other=other)


def _since(project: Project, base: str) -> Scope:
    files: dict[str, list[str]] = {}
    for script in project.directory.scripts:
        files.setdefault(script.revision, []).append(os.path.abspath(script.path))
    changes = git.changes_since(project.home, base, [path for paths in files.values() for path in paths])
    return scopes.since_base(files, changes, _ids_in(changes.gone))


def _ids_in(sources: Mapping[str, bytes]) -> set[str]:
    """The revision ids that these files declare."""
    ids: set[str] = set()
    for path, source in sources.items():
        if b"revision" in source:
            with suppress(ScriptError):  # what the base had of unreadable files is no business of this change
                ids.add(str(header_of(source, path).values.get("revision")))
    return ids


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
        return read_source(path).split("\n")
    except ScriptError:
        return []
