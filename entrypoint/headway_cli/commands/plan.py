"""``headway plan``."""

from __future__ import annotations

from typing import Annotated

import typer

from headway_cli import options as opt


def plan(
    url: opt.Url = None,
    to: Annotated[str, typer.Option("--to", help="The revision to reach.")] = "heads",
    output: Annotated[
        str | None, typer.Option("--output", "-o", help="Write the plan to this file, for 'headway apply'.")
    ] = None,
    config: opt.ConfigFiles = None,
    name: opt.SectionName = "alembic",
    x: opt.XArguments = None,
    untrusted: opt.Untrusted = False,
    format: opt.OutputFormat = opt.Format.TEXT,
    report: opt.Reports = None,
    no_color: opt.NoColor = False,
    quiet: opt.Quiet = False,
) -> None:
    """Show what would run on a database.

    Runs env.py and the revisions, twice, with a recorder in the place of the driver: the database answers reads and is
    read-only, and all else is written down. Prints the revisions that would run, their statements, and a digest over
    everything that decides what runs. Whoever approves the plan approves the digest.

    Nothing of the database is changed. Effects outside of it (files, HTTP) are not held back: the code runs.
    """
    from headway.api.plan import plan as run
    from headway.api.project import open_project, refuse_untrusted
    from headway.errors import HeadwayError
    from headway.plan.plan_file import write_plan

    opt.check_reports(report)
    try:
        refuse_untrusted("plan", untrusted)
        project = open_project(config or (), name, untrusted=untrusted, x=x or ())
        result = run(project, project.database_url(url), to)
        if output is not None and result.plan is not None:
            write_plan(result.plan, output)
            opt.announcer(quiet)(f"headway: plan written to {output}")
    except HeadwayError as error:
        opt.fail("plan", error, format, report, config, name)
    opt.finish(result, format, report, no_color=no_color)
