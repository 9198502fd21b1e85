"""Stretches of a history for listings: everything from one end down to another. Pure."""

from __future__ import annotations

from headway.errors import RangeNotAncestorError
from headway.revision.graph import RevisionGraph
from headway.revision.resolve import (
    Symbol,
    WalkedTooFar,
    find,
    parse_relative,
    resolve,
    resolve_one,
    step_down,
    step_up,
)


def between(
    graph: RevisionGraph,
    upper: Symbol,
    lower: Symbol,
    *,
    inclusive: bool = False,
    implicit_base: bool = False,
    stop: bool = True,
) -> list[str]:
    """The ids from ``upper`` down to ``lower``, newest first; ``inclusive`` takes the lower end too.

    With ``implicit_base`` everything below ``upper`` that is not below ``lower`` counts, otherwise only what descends
    from ``lower``. A relative end that counts past the history ``stop``s there. Raises RangeNotAncestorError when
    ``lower`` is not below ``upper``, WalkedTooFar for a relative end that may not stop.
    """
    tops = _upper_end(graph, upper, lower, stop)
    if isinstance(lower, str) and "@" in lower:
        tops = _same_branch(graph, tops, lower.partition("@")[0])
    wanted = graph.ancestors(tops, inclusive=True)
    bottoms = _lower_end(graph, tops, lower, wanted, stop)
    if not implicit_base and not wanted.issuperset(bottoms):
        raise RangeNotAncestorError(lower, upper)
    chosen = wanted - graph.ancestors(bottoms, inclusive=True)
    if inclusive:
        chosen |= set(bottoms)
    if bottoms and not implicit_base:
        line = graph.descendants(bottoms, dependencies=False, inclusive=True)
        # An upper end that only depends on the lower one is on no line with it.
        chosen &= line if line.intersection(tops) else graph.descendants(bottoms, inclusive=True)
    return graph.sort(chosen, tops)


def _upper_end(graph: RevisionGraph, upper: Symbol, lower: Symbol, stop: bool) -> tuple[str, ...]:
    """The upper end; one such as ``+2`` counts from the lower end."""
    relative = parse_relative(graph, upper)
    if relative is None or (relative.place is None and relative.offset < 0):
        return resolve(graph, upper)
    if relative.offset < 0:
        start = resolve_one(graph, relative.place)
        found = step_down(graph, start, -relative.offset, stop=stop) if start else None
    else:
        start = resolve_one(graph, relative.symbol if relative.symbol else lower)
        found = step_up(graph, start, relative.offset, relative.label, stop=stop)
    return () if found is None else (found,)


def _lower_end(
    graph: RevisionGraph, tops: tuple[str, ...], lower: Symbol, wanted: set[str], stop: bool
) -> tuple[str, ...]:
    """The lower end; one such as ``-3`` counts from the heads, or where that leads nowhere from the upper end."""
    relative = parse_relative(graph, lower)
    if relative is None or relative.place is not None or relative.offset > 0 or len(tops) != 1:
        return resolve(graph, lower)
    try:
        found = resolve(graph, lower)
        if wanted.issuperset(found):
            return found
    except WalkedTooFar:
        pass  # the history is shorter than that, and then everything is shown
    bottom = step_down(graph, tops[0], -relative.offset, stop=stop)
    return () if bottom is None else (bottom,)


def _same_branch(graph: RevisionGraph, tops: tuple[str, ...], branch: str) -> tuple[str, ...]:
    """Those of ``tops`` that carry the label; a revision id stands for the label of its branch."""
    names = {branch} if branch in graph.labels else graph.labels_of(find(graph, branch))
    return tuple(id_ for id_ in tops if names & graph.labels_of(id_))
