"""The order in which histories are listed and run: every revision before its ancestors, one line at a time. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from headway.revision.edges import Edges


def newest_first(
    edges: Edges, ids: set[str], heads: Iterable[str], parents: Callable[[str], tuple[str, ...]]
) -> list[str]:
    """``ids`` from ``heads`` down; ``parents`` are those that a line goes on with.

    A line is followed down until it meets a revision that another line still leads to; then that other line is
    followed first. The order is Alembic's, and linear in the number of revisions and edges but for histories in
    which many lines wait for each other in turn.
    """
    return _Walk(edges, ids, parents).run(heads)


class _Walk:
    """The state of one listing: the lines that are being followed, and what has not been listed."""

    def __init__(self, edges: Edges, ids: set[str], parents: Callable[[str], tuple[str, ...]]) -> None:
        self.edges = edges
        self.parents = parents
        self.todo = set(ids)
        self.lines: list[str] = []
        """The revision each line stands at."""
        self.standing: set[str] = set()
        # A revision may be listed when everything above it within the set has been.
        self.above = {id_: sum(child in ids for child in edges.real_children(id_)) for id_ in ids}
        self.blocked: tuple[str, set[str]] = ("", set())
        """The last revision that had to wait, and everything above it. It is asked for until its turn comes."""

    def run(self, heads: Iterable[str]) -> list[str]:
        # A part of a history may have tops that are no heads: something outside of it stands on them.
        wanted = {id_ for id_ in heads if id_ in self.todo} | {id_ for id_, count in self.above.items() if not count}
        self.lines = [id_ for id_ in self.edges.ids if id_ in wanted]
        self.standing = set(self.lines)
        output: list[str] = []
        current = 0
        while self.lines:
            candidate = self.lines[current]
            if self.above[candidate]:
                current = self._line_above(candidate, current)
                continue
            output.append(candidate)
            self.todo.discard(candidate)
            for parent in self.edges.real_parents(candidate):
                if parent in self.above:
                    self.above[parent] -= 1
            current = self._move_down(candidate, current)
        return output

    def _line_above(self, candidate: str, current: int) -> int:
        """The first other line that leads to ``candidate``."""
        if self.blocked[0] != candidate:
            self.blocked = candidate, self._descendants(candidate)
        leading = self.blocked[1]
        return next(index for index, id_ in enumerate(self.lines) if id_ in leading and index != current)

    def _descendants(self, id_: str) -> set[str]:
        """What is above ``id_`` and has not been listed."""
        seen, todo = set(), [id_]
        while todo:
            for child in self.edges.real_children(todo.pop()):
                if child in self.todo and child not in seen:
                    seen.add(child)
                    todo.append(child)
        return seen

    def _move_down(self, candidate: str, current: int) -> int:
        following = [p for p in self.parents(candidate) if p in self.todo and p not in self.standing]
        self.standing.discard(candidate)
        if not following:
            del self.lines[current]
            return max(current - 1, 0)
        self.lines[current] = following[0]
        self.lines += following[1:]
        self.standing.update(following)
        return current
