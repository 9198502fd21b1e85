"""Stretches of a history for listings: everything from one end down to another. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from headway.errors import RangeNotAncestorError
from headway.revision.graph import RevisionGraph
from headway.revision.resolve import Symbol, parse_relative, resolve, step_down, step_up


def between(graph: RevisionGraph, upper: Symbol, lower: Symbol, *, inclusive: bool = False) -> list[str]:
    """The ids from ``upper`` down to ``lower``, newest first; ``inclusive`` takes the lower end too.

    Raises RangeNotAncestorError when no lower end is below an upper one.
    """
    tops, bottoms = _ends(graph, upper, lower)
    wanted = graph.ancestors(tops, inclusive=True)
    if bottoms:
        if not wanted & set(bottoms):
            raise RangeNotAncestorError(", ".join(bottoms), ", ".join(tops))
        above = graph.descendants(bottoms, inclusive=inclusive)
        below = graph.ancestors(bottoms)
        wanted = {id_ for id_ in wanted if id_ in above or (id_ not in below and id_ not in bottoms)}
        wanted = _connected(graph, wanted, tops)
    return graph.sort(wanted, tops)


def _ends(graph: RevisionGraph, upper: Symbol, lower: Symbol) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Both ends; a relative end without a name counts from the other one."""
    low, high = _bare_offset(lower), _bare_offset(upper)
    if low is not None and low < 0:
        tops = resolve(graph, upper)
        bottom = step_down(graph, tops, -low)
        return tops, (bottom,) if bottom else ()
    if high is not None and high > 0:
        bottoms = resolve(graph, lower)
        return (step_up(graph, bottoms[0] if bottoms else None, high),), bottoms
    return resolve(graph, upper), resolve(graph, lower)


def _bare_offset(symbol: Symbol) -> int | None:
    relative = parse_relative(symbol) if isinstance(symbol, str) else None
    return (
        relative.offset
        if relative is not None and relative.symbol is None and relative.label is None
        else None
    )


def _connected(graph: RevisionGraph, ids: set[str], tops: Iterable[str]) -> set[str]:
    """Those of ``ids`` that are reached from ``tops`` without leaving ``ids``."""
    seen = set(tops) & ids
    todo = list(seen)
    while todo:
        for parent in graph.real_parents(todo.pop()):
            if parent in ids and parent not in seen:
                seen.add(parent)
                todo.append(parent)
    return seen
