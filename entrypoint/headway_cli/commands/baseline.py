"""``headway baseline``."""

from __future__ import annotations

from typing import Annotated

import typer

from headway_cli import options as opt


def baseline(
    url: opt.Url = None,
    output: Annotated[str | None, typer.Option("--output", "-o", help="Write it to this file.")] = None,
    config: opt.ConfigFiles = None,
    name: opt.SectionName = "alembic",
    x: opt.XArguments = None,
    untrusted: opt.Untrusted = False,
    quiet: opt.Quiet = False,
) -> None:
    """Write a database's schema as a start for scratch databases.

    For a history that begins on tables made by create_all() or by hand. Schema only, no rows; nothing is changed. Name
    the file in the policy: 'scratch: {start: schema.sql}'. PostgreSQL needs pg_dump.
    """
    from headway.api.baseline import baseline as write
    from headway.api.project import open_project, refuse_untrusted

    refuse_untrusted("baseline", untrusted)
    text = write(open_project(config or (), name, x=x or ()), url)
    opt.write_out(text, output, "the schema")
