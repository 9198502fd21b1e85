"""A history as rows of lanes, newest first: where each revision stands and how the lanes go on. Knows no format."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import NamedTuple

from headway.errors import UsageError
from headway.printable import one_line
from headway.revision.graph import RevisionGraph

LANES = 500
"""As many as a line of a thousand characters has room for; all rows together would need their square."""


class Row(NamedTuple):
    """One revision; ``lanes`` are the ids that the lanes lead to, from left to right."""

    id: str
    joined: tuple[str, ...]
    """The lanes above the revision once all that lead to it have joined in its own."""
    joining: tuple[int, ...]
    """The lanes, of those before joining, that end in the revision's own."""
    lane: int
    """The revision's own lane."""
    parents: tuple[str, ...]
    """What its lane goes on with: the first in its own place, the others in new lanes beside it."""
    below: tuple[str, ...]
    """The lanes below the revision."""


def rows_of(graph: RevisionGraph, ids: Iterable[str]) -> list[Row]:
    """The rows of ``ids``, which are in an order with every revision before its ancestors.

    Raises UsageError for more than LANES lanes.
    """
    order = list(ids)
    shown = set(order)
    lanes: list[str] = []
    rows: list[Row] = []
    for id_ in order:
        leading = [number for number, wanted in enumerate(lanes) if wanted == id_]
        if not leading:
            lanes.append(id_)
            leading = [len(lanes) - 1]
        lane, joining = leading[0], tuple(leading[1:])
        joined = [wanted for number, wanted in enumerate(lanes) if number not in joining]
        parents = tuple(parent for parent in graph.ids[id_].down_revisions if parent in shown)
        below = [*joined[:lane], *parents, *joined[lane + 1 :]]
        if len(below) > LANES:
            raise UsageError(
                f"more than {LANES} branches stand side by side, which is more than a picture can show",
                hint="Draw a part of the history with --rev-range, or all of it with --format dot.",
            )
        rows.append(Row(id_, tuple(joined), joining, lane, parents, tuple(below)))
        lanes = below
    return rows


def title(graph: RevisionGraph, id_: str) -> str:
    """What stands beside a revision: its id, labels, whether it is a head, what it needs or nobody knows, and its message."""
    revision = graph.ids[id_]
    parts = [id_]
    if revision.branch_labels:
        parts.append(f"({', '.join(sorted(revision.branch_labels))})")
    if not graph.children(id_):
        parts.append("(head)")
    if revision.depends_on:
        parts.append(f"(needs {', '.join(revision.depends_on)})")
    file = os.path.basename(revision.path or "")
    parts += [f"({name} not known: {file}:{revision.line_of(name) or 1} computes it)" for name in revision.unknown]
    if revision.doc:
        parts.append(" ".join(revision.doc.split()))
    return one_line(" ".join(parts))
