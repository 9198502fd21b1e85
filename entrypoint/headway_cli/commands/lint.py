"""``headway lint``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from headway.report.model import Report
from headway_cli import options as opt

if TYPE_CHECKING:  # every verb loads this module, and lint alone needs what judges
    from headway.api.lint import LintOptions
    from headway.api.project import Project


def lint(
    paths: Annotated[list[str] | None, typer.Argument(help="Only revision files at or below these paths.")] = None,
    config: opt.ConfigsOfProjects = None,
    name: opt.SectionNames = None,
    untrusted: opt.Untrusted = False,
    quiet: opt.Quiet = False,
    base: opt.Base = None,
    all: opt.AllRevisions = False,
    select: opt.Select = None,
    ignore: opt.Ignore = None,
    dialect: opt.Dialects = None,
    fail_on: opt.FailOnOption = None,
    fix: Annotated[
        bool,
        typer.Option("--fix", help="Mend in this branch's own revisions what can be mended by machine, then judge."),
    ] = False,
    diff: Annotated[
        bool,
        typer.Option(
            "--diff", help="Print what --fix would change, and change nothing; ends with 1 if that is anything."
        ),
    ] = False,
    accept: Annotated[
        bool,
        typer.Option(
            "--accept", help="Write today's findings into the policy's ignore list, with --owner and the date."
        ),
    ] = False,
    owner: Annotated[str, typer.Option("--owner", help="Who owns what --accept accepts.")] = "nobody yet",
    format: opt.OutputFormat = opt.Format.TEXT,
    report: opt.Reports = None,
    explain: opt.Explain = False,
    no_color: opt.NoColor = False,
    verbose: opt.Verbose = False,
) -> None:
    """Judge migrations by their source alone.

    Executes nothing of the project's: needs no database, no env.py and none of its dependencies. Judges what is new
    against the base branch. A finding that is meant is accepted on its line, with the reason:
    # headway: ignore[LCK101] reason="..."

    --fix writes what a finding offers, and moves into revisions of their own the indexes that PostgreSQL should build
    without a lock, and the look at the rows of a foreign key or CHECK. Released revisions are never changed.

    --accept lets the findings of an old history be: with --all it writes each into the policy, and what comes later is judged.
    """
    from headway.api.lint import LintOptions
    from headway.api.lint import lint as run
    from headway.api.project import open_project
    from headway.api.several import judge_several
    from headway.config.load import configurations
    from headway.errors import HeadwayError, UsageError
    from headway.lint.catalogue import select as select_rules

    opt.check_reports(report)
    changes = False
    try:
        rules = select_rules(tuple(select or ()), tuple(ignore or ()))
        projects = configurations(config or (), name or ())
        if paths and len(projects) > 1:
            _require_paths(projects, paths)
        options = LintOptions(
            base=base,
            all=all,
            paths=tuple(paths or ()),
            of_several=len(projects) > 1,
            rules=rules,
            dialects=tuple(dialect or ()),
            fail_on=opt.severity(fail_on),
        )

        if accept and (fix or diff):
            raise UsageError("--accept goes with neither --fix nor --diff", hint="Mend first, and accept what is left.")
        if fix and diff:
            raise UsageError("--fix and --diff cannot go together", hint="--diff shows what --fix would change.")
        for files, section in projects if fix or diff else ():
            changes |= _mend(open_project(files, section, untrusted=untrusted, base=base), options, diff)
        if diff:
            raise typer.Exit(1 if changes else 0)

        for files, section in projects if accept else ():
            _accept(open_project(files, section, untrusted=untrusted, base=base), options, owner)

        def judge(files: tuple[str, ...], section: str) -> Report:
            return run(open_project(files, section, untrusted=untrusted, base=base), options, opt.today())

        result = judge_several("lint", projects, judge)
    except HeadwayError as error:
        opt.fail("lint", error, format, report, config, name)
    opt.finish(result, format, report, no_color=no_color, verbose=verbose, explain=explain)


def _require_paths(projects: Sequence[tuple[tuple[str, ...], str]], paths: Sequence[str]) -> None:
    """Raises UsageError for a path that is of none of the projects."""
    from headway.api.lint import require_paths
    from headway.api.project import open_project
    from headway.errors import HeadwayError

    opened = []
    with suppress(HeadwayError):  # the report says it, and is an error whatever the paths are
        opened = [open_project(files, section, untrusted=True) for files, section in projects]
    if len(opened) == len(projects):
        require_paths(opened, paths)


def _accept(project: Project, options: LintOptions, owner: str) -> None:
    """Writes what is found into the project's policy, and says so."""
    from headway.api.accept import accept

    accepted = accept(project, options, owner, opt.today())
    entries = f"{len(accepted.ignores)} {'entry' if len(accepted.ignores) == 1 else 'entries'}"
    print(f"headway: {accepted.path}: {accepted.findings} finding(s) accepted by {entries}", file=sys.stderr)
    if accepted.left:
        codes = ", ".join(sorted({one.code for one in accepted.left}))
        print(f"headway: {len(accepted.left)} finding(s) that no policy accepts: {codes}", file=sys.stderr)


def _mend(project: Project, options: LintOptions, diff: bool) -> bool:
    """Mends a project, or prints what that would change; returns whether there is anything."""
    from headway.api.fix import fixes, write

    wanted = fixes(project, options, opt.today())
    if diff:
        sys.stdout.write(wanted.diff(project))
        return bool(wanted.texts)
    write(project, wanted)
    for line in wanted.told(project):
        print(f"headway: {line}", file=sys.stderr)
    return bool(wanted.texts)
