"""``headway adopt``."""

from __future__ import annotations

import shlex
from typing import Annotated

import typer

from headway_cli import options as opt


def adopt(
    url: Annotated[
        str | None,
        typer.Option(
            "--url", help="A database whose schema scratch databases start from, for a history that begins on tables."
        ),
    ] = None,
    app: Annotated[
        str | None,
        typer.Option("--app", help="What env.py runs inside of, MODULE:NAME: a Flask application or its factory."),
    ] = None,
    owner: Annotated[str, typer.Option("--owner", help="Who owns what is accepted.")] = "nobody yet",
    scratch: opt.ScratchKinds = None,
    dialect: opt.Dialects = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write a new policy in the place of the one there is.")
    ] = False,
    config: opt.ConfigFiles = None,
    name: opt.SectionName = "alembic",
    x: opt.XArguments = None,
    untrusted: opt.Untrusted = False,
    quiet: opt.Quiet = False,
) -> None:
    """Write a policy that this project passes as it is.

    Looks at the project, asks nothing, writes .headway.yml and runs 'headway ci' under it. What is there already is
    accepted by name, with date and owner; what comes later is judged. Says what it found, what it accepted and what
    remains, and ends with 0 when the gate is green.
    """
    from headway.api.adopt import adopt as run
    from headway.api.adopt import lines_of
    from headway.api.project import open_project, refuse_untrusted
    from headway.printable import one_line
    from headway.redact import redact

    refuse_untrusted("adopt", untrusted)
    project = open_project(config or (), name, x=x or ())
    adoption = run(
        project,
        url,
        owner,
        opt.today(),
        opt.announcer(quiet),
        app=app,
        force=force,
        kinds=scratch or (),
        dialects=dialect or (),
    )
    named = "".join(f" -c {shlex.quote(file)}" for file in config or ()) + (f" -n {name}" if name != "alembic" else "")
    for line in lines_of(adoption, named):
        typer.echo(f"headway adopt: {one_line(redact(line))}")
    raise typer.Exit(adoption.report.exit_code)
