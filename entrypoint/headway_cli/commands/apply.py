"""``headway apply``."""

from __future__ import annotations

from typing import Annotated

import typer

from headway_cli import options as opt


def apply(
    plan: Annotated[
        str | None,
        typer.Argument(help="The file that 'headway plan -o' wrote; without it the plan of this moment is applied."),
    ] = None,
    url: opt.Url = None,
    approve: Annotated[
        str | None, typer.Option("--approve", help="The digest that was approved; anything else is refused.")
    ] = None,
    to: Annotated[str, typer.Option("--to", help="Without a plan file: the revision to reach.")] = "heads",
    no_lock: Annotated[bool, typer.Option("--no-lock", help="Do not lock the database against other runs.")] = False,
    lock_timeout: opt.LockTimeout = None,
    config: opt.ConfigFiles = None,
    name: opt.SectionName = "alembic",
    x: opt.XArguments = None,
    untrusted: opt.Untrusted = False,
    quiet: opt.Quiet = False,
    format: opt.OutputFormat = opt.Format.TEXT,
    report: opt.Reports = None,
    no_color: opt.NoColor = False,
) -> None:
    """Run exactly the approved plan.

    Compares each statement with the plan before it is sent. Holds a lock on the database while it runs; a second run
    waits and then finds nothing to do.

    Ends with 0 when done or when there was nothing left to do, 4 when it stopped half-way, 5 when the plan is not the
    approved one, when what runs is not what was planned, or when the database has moved since, and nothing has taken
    effect.
    """
    from headway.api.apply import apply as run
    from headway.api.project import open_project, refuse_untrusted
    from headway.errors import HeadwayError, UsageError
    from headway.plan.plan_file import read_plan
    from headway.runtime.options import RunOptions

    opt.check_reports(report)
    try:
        refuse_untrusted("apply", untrusted)
        if approve is not None and not approve.strip():
            raise UsageError(
                "--approve is empty, and an empty approval approves nothing",
                hint="Give the digest that 'headway plan' printed, or leave --approve out.",
            )
        project = open_project(config or (), name, untrusted=untrusted, x=x or ())
        planned = None if plan is None else read_plan(plan)
        options = RunOptions(
            url=project.database_url(url),
            lock=not no_lock,
            lock_timeout=project.lock_timeout(url, lock_timeout),
            notify=opt.announcer(quiet),
        )
        result = run(project, options, planned, approve, to)
    except HeadwayError as error:
        opt.fail("apply", error, format, report, config, name)
    opt.finish(result, format, report, no_color=no_color)
