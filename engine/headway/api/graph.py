"""The revision graph as a picture."""

from __future__ import annotations

import json as json_text
from collections.abc import Iterable

from headway.api.project import Project
from headway.drawing import dot, mermaid, svg, text
from headway.drawing.faults import drawable
from headway.errors import ComputedHeader, HeadwayError, UsageError
from headway.redact import redact, redacted_line
from headway.report.model import Examined, Report
from headway.report.shown import without_passwords
from headway.revision.graph import RevisionGraph
from headway.revision.history import between
from headway.version import VERSION


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
"""What draws a part of a history; ``html`` is a page about the project as well."""


def graph(project: Project, format: str, rev_range: str | None = None) -> str:
    """The history, or the part ``start:end`` of it, drawn in one of FORMATS or as ``html``; nothing is run for what is
    not known.

    A broken history is drawn with its faults; see :func:`check`. Raises UsageError for a range without a colon,
    RevisionError for an end that cannot be resolved.
    """
    history = _history(project)
    start, colon, end = (rev_range or ":").partition(":")
    if not colon:
        raise UsageError(f"the range '{rev_range}' has no colon", hint="Write START:END, START: or :END.")
    ids = between(history, end or "heads", start or "base", inclusive=True)
    return _page(project, history, ids) if format == "html" else FORMATS[format](history, ids)


def _page(project: Project, history: RevisionGraph, ids: list[str]) -> str:
    """The report's page, with nothing on it but the history."""
    from headway.report.html import page  # nothing else that draws needs it

    try:
        check(project)
        fault = None
    except HeadwayError as error:
        fault = error
    report = Report(
        command="graph",
        version=VERSION,
        exit_code=0 if fault is None else fault.exit_code,
        heads=tuple(sorted(history.heads)),
        examined=Examined(len(project.directory.readable.ids)),
        error=None if fault is None else redacted_line(fault),
        history=history.revisions,
        configuration=project.configuration,
    )
    return page.render(without_passwords(report, redact), ids)


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
