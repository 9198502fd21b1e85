"""``headway rebase``."""

from __future__ import annotations

from typing import Annotated

import typer

from headway_cli import options as opt


def rebase(
    base: opt.Base = None,
    onto: Annotated[
        str | None, typer.Option("--onto", help="The released revision to follow; default: its head.")
    ] = None,
    config: opt.ConfigFiles = None,
    name: opt.SectionName = "alembic",
    quiet: opt.Quiet = False,
) -> None:
    """Let this branch's own revisions follow what is released.

    For after a merge that left two heads: changes down_revision, and the docstring's Revises line, of the first revision
    that the base does not have. What is released is never changed. Executes nothing of the project's.
    """
    from headway.api.project import open_project
    from headway.api.rebase import rebase as run

    moved = run(open_project(config or (), name, base=base), base, onto)
    for one in moved:
        typer.echo(f"{one.file}: {one.revision} follows {', '.join(one.parents)} now")
    if not moved and not quiet:
        typer.echo("nothing to change: no revision of this branch stands beside what is released")
