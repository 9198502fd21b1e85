"""``headway graph``."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from headway_cli import options as opt


class Picture(StrEnum):
    """What the graph is drawn as."""

    TEXT = "text"
    MERMAID = "mermaid"
    DOT = "dot"
    SVG = "svg"
    HTML = "html"
    JSON = "json"


def graph(
    format: Annotated[Picture, typer.Option("--format", "-f", help="What to draw.")] = Picture.TEXT,
    output: Annotated[str | None, typer.Option("--output", "-o", help="Write it to this file.")] = None,
    rev_range: Annotated[str | None, typer.Option("--rev-range", "-r", help="Only START:END of the history.")] = None,
    config: opt.ConfigFiles = None,
    name: opt.SectionName = "alembic",
    untrusted: opt.Untrusted = False,
    quiet: opt.Quiet = False,
) -> None:
    """Draw the revision graph.

    As text for a terminal, Mermaid for Markdown, Graphviz' dot, an SVG image, a page to search and fold, or JSON. A broken history is drawn with
    its faults, and ends with the error that names them. Executes nothing of the project's.
    """
    from headway.api.graph import check, not_drawn
    from headway.api.graph import graph as draw
    from headway.api.project import open_project
    from headway.errors import UsageError

    # Untrusted or not, a drawing executes nothing and follows no policy.
    project = open_project(config or (), name)
    drawn = draw(project, format.value, rev_range)
    for note in not_drawn(project):
        print(f"headway: {note}", file=sys.stderr)
    if output is None:
        sys.stdout.write(drawn)
        sys.stdout.flush()
    else:
        try:
            with open(output, "w", encoding="utf-8") as file:
                file.write(drawn)
        except OSError as error:
            raise UsageError(f"the picture cannot be written: {error.strerror}", path=output) from error
    check(project)
