"""The revision graph as a picture."""

from __future__ import annotations

from headway.api.project import Project
from headway.drawing import dot, mermaid, svg, text
from headway.errors import ComputedHeader, UsageError
from headway.revision.graph import RevisionGraph
from headway.revision.history import between

FORMATS = {"text": text.draw, "mermaid": mermaid.draw, "dot": dot.draw, "svg": svg.draw}


def graph(project: Project, format: str, rev_range: str | None = None) -> str:
    """The history, or the part ``start:end`` of it, drawn in one of FORMATS; nothing is run for what is not known.

    Raises UsageError for a range without a colon, RevisionError for an end that cannot be resolved, GraphError for a
    broken history.
    """
    history = _history(project)
    start, colon, end = (rev_range or ":").partition(":")
    if not colon:
        raise UsageError(f"the range '{rev_range}' has no colon", hint="Write START:END, START: or :END.")
    ids = between(history, end or "heads", start or "base", inclusive=True)
    return FORMATS[format](history, ids)


def not_drawn(project: Project) -> tuple[str, ...]:
    """What the picture lacks because only running a file would tell it, each as one line."""
    return tuple(fault.one_line() for fault in project.directory.unreadable if isinstance(fault, ComputedHeader))


def _history(project: Project) -> RevisionGraph:
    """The history, with the files whose parents nobody knows, and without those whose ids nobody knows."""
    directory = project.directory
    if not all(isinstance(fault, ComputedHeader) for fault in directory.unreadable):
        return directory.history
    directory.readable.require_sound()
    return directory.readable
