"""The revision graph as a picture."""

from __future__ import annotations

from headway.api.project import Project
from headway.drawing import dot, mermaid, svg, text
from headway.errors import UsageError
from headway.revision.history import between

FORMATS = {"text": text.draw, "mermaid": mermaid.draw, "dot": dot.draw, "svg": svg.draw}


def graph(project: Project, format: str, rev_range: str | None = None) -> str:
    """The history, or the part ``start:end`` of it, drawn in one of FORMATS.

    Raises UsageError for a range without a colon, RevisionError for an end that cannot be resolved, GraphError for a
    broken history.
    """
    history = project.directory.history
    start, colon, end = (rev_range or ":").partition(":")
    if not colon:
        raise UsageError(f"the range '{rev_range}' has no colon", hint="Write START:END, START: or :END.")
    ids = between(history, end or "heads", start or "base", inclusive=True)
    return FORMATS[format](history, ids)
