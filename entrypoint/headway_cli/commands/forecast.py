"""``headway forecast``."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from headway_cli import options as opt
from headway_cli.commands.rules import Listing


def forecast(
    refs: Annotated[list[str], typer.Argument(help="Branches, or commits.")],
    base: opt.Base = None,
    config: opt.ConfigFiles = None,
    name: opt.SectionName = "alembic",
    quiet: opt.Quiet = False,
    format: Annotated[Listing, typer.Option("--format", "-f", help="How the forecast is printed.")] = Listing.TEXT,
) -> None:
    """Say what merging branches does to the history.

    Each branch by itself, and each pair of them: heads, ids that are used twice, and operations that do not commute.
    Reads what git has, changes nothing and executes nothing. Ends with 1 when something will be wrong.
    """
    from headway.api.forecast import forecast as run
    from headway.api.project import open_project
    from headway.printable import one_line

    found = run(open_project(config or (), name, base=base), refs, base)
    if format is Listing.JSON:
        document = {"schema": "headway/forecast/1", "base": found.base, "exit_code": int(not found.is_well)}
        typer.echo(json.dumps({**document, "merges": [asdict(merge) for merge in found.merges]}, indent=2))
    else:
        for merge in found.merges:
            word = "FAIL" if merge.problems else "ok  "
            heads = ", ".join(merge.heads) or "none"
            typer.echo(one_line(f"{word}  {found.base} + {' + '.join(merge.branches)}: head(s) {heads}"))
            for problem in merge.problems:
                typer.echo(one_line(f"      {problem}"))
    raise typer.Exit(int(not found.is_well))
