"""``headway stats``."""

from __future__ import annotations

from typing import Annotated

import typer

from headway_cli import options as opt


def stats(
    url: opt.Url = None,
    output: Annotated[str | None, typer.Option("--output", "-o", help="Write it to this file.")] = None,
    config: opt.ConfigFiles = None,
    name: opt.SectionName = "alembic",
    x: opt.XArguments = None,
    untrusted: opt.Untrusted = False,
    quiet: opt.Quiet = False,
) -> None:
    """Write how large the tables of a database are, for lint.

    Name the file in the policy: 'tables: sizes.yml'. A lock on a dozen rows is then an info, one on a hundred million an
    error, and the finding says the size. Statistics only; nothing is changed. SQLite has none, and its rows are counted.
    """
    from headway.api.project import open_project, refuse_untrusted
    from headway.api.stats import stats as measure

    refuse_untrusted("stats", untrusted)
    text = measure(open_project(config or (), name, x=x or ()), url, opt.today())
    opt.write_out(text, output, "the sizes")
