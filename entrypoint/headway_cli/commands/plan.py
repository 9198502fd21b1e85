"""``headway plan``."""

from __future__ import annotations

from typing import Annotated

import typer

from headway_cli import options as opt


def plan(
    url: opt.Url,
    to: Annotated[str, typer.Option("--to", help="The revision to reach.")] = "heads",
    output: Annotated[
        str | None, typer.Option("--output", "-o", help="Write the plan to this file, for 'headway apply'.")
    ] = None,
    config: opt.ConfigFiles = None,
    name: opt.SectionName = "alembic",
    format: opt.OutputFormat = opt.Format.TEXT,
    report: opt.Reports = None,
    no_color: opt.NoColor = False,
    quiet: opt.Quiet = False,
) -> None:
    """Show what would run on a database.

    Reads the revision that the database is on and prints the revisions that would run, their SQL, and a digest over
    both. Changes nothing. Whoever approves the plan approves the digest.
    """
    from headway.api.plan import plan as run
    from headway.api.project import open_project
    from headway.errors import HeadwayError
    from headway.plan.model import to_json
    from headway.runtime.options import RunOptions

    opt.check_reports(report)
    try:
        project = open_project(config or (), name)
        result = run(project, RunOptions(url=project.resolve_url(url)), to)
        if output is not None and result.plan is not None:
            with open(output, "w", encoding="utf-8") as file:
                file.write(to_json(result.plan))
            opt.announcer(quiet)(f"headway: plan written to {output}")
    except HeadwayError as error:
        opt.fail("plan", error, format, report)
    opt.finish(result, format, report, no_color=no_color)
