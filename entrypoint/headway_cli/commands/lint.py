"""``headway lint``."""

from __future__ import annotations

from typing import Annotated

import typer

from headway.report.model import Report
from headway_cli import options as opt


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
    """
    from headway.api.lint import LintOptions
    from headway.api.lint import lint as run
    from headway.api.project import open_project
    from headway.api.several import judge_several
    from headway.config.load import configurations
    from headway.errors import HeadwayError
    from headway.lint.catalogue import select as select_rules

    opt.check_reports(report)
    try:
        rules = select_rules(tuple(select or ()), tuple(ignore or ()))
        options = LintOptions(
            base=base,
            all=all,
            paths=tuple(paths or ()),
            rules=rules,
            dialects=tuple(dialect or ()),
            fail_on=opt.severity(fail_on),
        )

        def judge(files: tuple[str, ...], section: str) -> Report:
            return run(open_project(files, section, untrusted=untrusted, base=base), options, opt.today())

        result = judge_several("lint", configurations(config or (), name or ()), judge)
    except HeadwayError as error:
        opt.fail("lint", error, format, report, config, name)
    opt.finish(result, format, report, no_color=no_color, verbose=verbose, explain=explain)
