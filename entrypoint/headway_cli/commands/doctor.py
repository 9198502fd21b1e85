"""``headway doctor``."""

from __future__ import annotations

from typing import Annotated

import typer

from headway_cli import options as opt


def doctor(
    inject: Annotated[
        bool, typer.Option("--inject", help="Plant bad revisions, outside of the project, and see each stage turn red.")
    ] = False,
    config: opt.ConfigFiles = None,
    name: opt.SectionName = "alembic",
    untrusted: opt.Untrusted = False,
    quiet: opt.Quiet = False,
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
    project = open_project(config or (), name)
    answers = plant(project, opt.today(), opt.announcer(quiet)) if inject else examine(project)
    well = True
    for answer in answers:
        well = well and answer.is_well
        typer.echo(f"{'ok  ' if answer.is_well else 'FAIL'}  {one_line(answer.what)}: {one_line(redact(answer.said))}")
    raise typer.Exit(0 if well else 1)
