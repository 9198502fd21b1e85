"""``headway doctor``."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from headway_cli import options as opt
from headway_cli.commands.rules import Listing


def doctor(
    inject: Annotated[
        bool, typer.Option("--inject", help="Plant bad revisions, outside of the project, and see each stage turn red.")
    ] = False,
    config: opt.ConfigFiles = None,
    name: opt.SectionName = "alembic",
    x: opt.XArguments = None,
    untrusted: opt.Untrusted = False,
    quiet: opt.Quiet = False,
    format: Annotated[Listing, typer.Option("--format", "-f", help="How the answers are printed.")] = Listing.TEXT,
) -> None:
    """Check the set-up of the gate, and that it turns red.

    Looks at the configuration, the history, what counts as released, env.py, the packages it needs and the scratch
    databases. With --inject, one bad revision for each stage is added to the history without touching a file of the
    project, and the stage must say no. Ends with 1 when anything is not well.
    """
    from headway.api.doctor import examine
    from headway.api.doctor import inject as plant
    from headway.api.project import open_project, refuse_untrusted
    from headway.printable import one_line
    from headway.redact import redact

    refuse_untrusted("doctor", untrusted)
    project = open_project(config or (), name, x=x or ())
    answers = plant(project, opt.today(), opt.announcer(quiet)) if inject else examine(project)
    well = True
    found = []
    for answer in answers:
        well = well and answer.is_well
        what, said = one_line(answer.what), one_line(redact(answer.said))
        found.append({"what": what, "is_well": answer.is_well, "said": said})
        if format is Listing.TEXT:
            typer.echo(f"{'ok  ' if answer.is_well else 'FAIL'}  {what}: {said}")
    if format is Listing.JSON:
        typer.echo(json.dumps({"schema": "headway/doctor/1", "exit_code": int(not well), "answers": found}, indent=2))
    raise typer.Exit(0 if well else 1)
