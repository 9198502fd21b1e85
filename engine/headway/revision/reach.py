"""Who stands below whom in a history, told at once however long it is: a bit for each revision, made once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from headway.revision.graph import RevisionGraph


class Reach:
    """Ancestors and descendants, dependencies included, of a history without circles."""

    def __init__(self, graph: RevisionGraph) -> None:
        self._graph = graph

    def parents_first(self, ids: Iterable[str]) -> list[str]:
        """These revisions, each behind its ancestors."""
        return sorted(ids, key=self._place.__getitem__)

    def is_below(self, lower: str, upper: str) -> bool:
        """Whether ``lower`` is an ancestor of ``upper``."""
        if self._is_line:
            return self._place[lower] < self._place[upper]
        return bool(self._below[self._place[upper]] >> self._place[lower] & 1)

    def unordered(self, ids: Sequence[str]) -> set[str]:
        """Those that may run before another of ``ids`` as well as after it."""
        if self._is_line:
            return set()
        places = [self._place[one] for one in ids]
        among = sum(1 << place for place in places)
        return {
            one
            for one, place in zip(ids, places, strict=True)
            if among & ~(self._below[place] | self._above[place] | 1 << place)
        }

    @cached_property
    def _order(self) -> Sequence[str]:
        return self._graph.line or self._graph.sort(self._graph.ids, self._graph.real_heads)[::-1]

    @cached_property
    def _place(self) -> dict[str, int]:
        return {one: place for place, one in enumerate(self._order)}

    @cached_property
    def _is_line(self) -> bool:
        return bool(self._graph.line)

    @cached_property
    def _below(self) -> list[int]:
        """For each place the places of its ancestors, as bits."""
        found: list[int] = []
        for place, one in enumerate(self._order):
            parents = [self._place[parent] for parent in self._graph.real_parents(one) if parent in self._place]
            bits = 0
            for parent in parents:
                bits |= found[parent] | 1 << parent
            found.append(bits)
            assert all(parent < place for parent in parents)
        return found

    @cached_property
    def _above(self) -> list[int]:
        """For each place the places of its descendants, as bits."""
        found = [0] * len(self._order)
        for place in range(len(self._order) - 1, -1, -1):
            for child in map(self._place.__getitem__, self._graph.real_children(self._order[place])):
                found[place] |= found[child] | 1 << child
        return found
