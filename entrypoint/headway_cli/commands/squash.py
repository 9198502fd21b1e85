"""``headway squash``."""

from __future__ import annotations

from typing import Annotated

import typer

from headway_cli import options as opt


def squash(
    range_: Annotated[
        str,
        typer.Argument(
            metavar="FROM..TO",
            help="The first and the last revision to replace, both included; base..TO from the start.",
        ),
    ],
    headway_only: Annotated[
        bool, typer.Option("--headway-only", help="Say that Alembic migrates no database of this project any more.")
    ] = False,
    keep_operations: Annotated[
        bool,
        typer.Option(
            "--keep-operations",
            help="Let the squash do what the old revisions did, one after another, rather than what they lead to.",
        ),
    ] = False,
    message: Annotated[str | None, typer.Option("--message", "-m", help="Message of the new revision.")] = None,
    rev_id: Annotated[str | None, typer.Option("--rev-id", help="Id of the new revision; default: a new one.")] = None,
    base: opt.Base = None,
    scratch: opt.ScratchKinds = None,
    config: opt.ConfigFiles = None,
    name: opt.SectionName = "alembic",
    x: opt.XArguments = None,
    untrusted: opt.Untrusted = False,
    quiet: opt.Quiet = False,
) -> None:
    """Replace a range of revisions by one that provably does the same.

    The old files are deleted and what follows them is re-pointed, when both ways were gone on scratch databases and
    lead to the same schema and rows. Databases at TO count as having run it, those before FROM run it, and those in
    between must first be upgraded with a release that has the old files. Alembic cannot read the result.
    """
    from headway.api.project import open_project, refuse_untrusted
    from headway.api.squash import Wanted, wanted_range
    from headway.api.squash import squash as run
    from headway.errors import SquashDiffers

    refuse_untrusted("squash", untrusted)
    start, end = wanted_range(range_)
    project = open_project(config or (), name, x=x or (), base=base)
    wanted = Wanted(start, end, headway_only, keep_operations, message, rev_id, base, tuple(scratch or ()))
    try:
        done = run(project, wanted, opt.announcer(quiet))
    except SquashDiffers as error:
        for line in error.differences:
            typer.echo(line)
        raise
    typer.echo(f"{done.file}: {done.revision} replaces {', '.join(done.replaced)}")
    for follower in done.followers:
        typer.echo(f"{follower} follows {done.revision} now")
    typer.echo(f"proved on {', '.join(done.proved_on)}: same schema, same rows, up and down")
    for note in done.notes:
        typer.echo(f"note: {note}")
