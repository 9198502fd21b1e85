"""The revision graph as a picture."""

from __future__ import annotations

import json as json_text
from collections.abc import Iterable

from headway.api.project import Project
from headway.drawing import dot, mermaid, svg, text
from headway.drawing.faults import drawable
from headway.errors import ComputedHeader, UsageError
from headway.revision.graph import RevisionGraph
from headway.revision.history import between


def _document(history: RevisionGraph, ids: Iterable[str]) -> str:
    """The history as a JSON document."""
    revisions = [
        {
            "revision": id_,
            "down_revision": list(history.ids[id_].down_revisions),
            "depends_on": list(history.ids[id_].depends_on),
            "branch_labels": sorted(history.ids[id_].branch_labels),
            "is_head": not history.children(id_),
            "message": history.ids[id_].doc,
        }
        for id_ in ids
    ]
    document = {"schema": "headway/graph/1", "heads": sorted(history.heads), "revisions": revisions}
    return json_text.dumps(document, indent=2, ensure_ascii=False) + "\n"


FORMATS = {"text": text.draw, "mermaid": mermaid.draw, "dot": dot.draw, "svg": svg.draw, "json": _document}


def graph(project: Project, format: str, rev_range: str | None = None) -> str:
    """The history, or the part ``start:end`` of it, drawn in one of FORMATS; nothing is run for what is not known.

    A broken history is drawn with its faults; see :func:`check`. Raises UsageError for a range without a colon,
    RevisionError for an end that cannot be resolved.
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


def check(project: Project) -> None:
    """Raises GraphError for a history that is broken, ScriptError for a file that cannot be read."""
    directory = project.directory
    if not all(isinstance(fault, ComputedHeader) for fault in directory.unreadable):
        directory.history.require_sound()
    directory.readable.require_sound()


def _history(project: Project) -> RevisionGraph:
    """The history, with the files whose parents nobody knows, and without those that nobody can read."""
    readable = project.directory.readable
    return drawable(readable) if readable.problems else readable
