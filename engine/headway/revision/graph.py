"""The revision graph: who follows whom. Made in one pass over the revisions and never changed.

There are two kinds of edges: ``down_revision`` makes the tree that heads and branches are about, ``depends_on`` only
says what must run before. Where both count this file says *real*, as Alembic does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from headway.errors import (
    CycleDetected,
    DependencyCycleDetected,
    DependencyLoopDetected,
    GraphError,
    LoopDetected,
)
from headway.revision.edges import Edges
from headway.revision.faults import problems_of
from headway.revision.model import Revision
from headway.revision.order import newest_first
from headway.revision.problems import Problem


class RevisionGraph:
    """An immutable history; one with faults can be inspected like any other.

    ``ids`` maps each id to its revision in the order they were given; of several with one id the first counts.
    ``labels`` maps each branch label to the id of the revision that declares it. ``squash_of`` maps each id that a squash
    replaces to the squash, ``end_of`` the last id of each replaced range.
    """

    def __init__(self, revisions: Iterable[Revision]) -> None:
        self._given = tuple(revisions)
        self._edges = Edges(self._given)
        self.ids: Mapping[str, Revision] = self._edges.ids
        self.labels: Mapping[str, str] = self._edges.labels
        self.squash_of: Mapping[str, str] = self._edges.squash_of
        self.end_of: Mapping[str, str] = self._edges.end_of
        self._normalized: dict[str, tuple[str, ...]] = {}

    @property
    def revisions(self) -> tuple[Revision, ...]:
        """As they were given; several may have one id."""
        return self._given

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """Every fault of the history."""
        return problems_of(self._given, self._edges)

    def require_sound(self) -> None:
        """Raises GraphError with every problem of the history, if there is one; CycleDetected if one is a circle."""
        if not self.problems:
            return
        said = [problem.one_line() for problem in self.problems]
        hint = " ".join(dict.fromkeys(problem.hint for problem in self.problems))
        circle = next((problem.members for problem in self.problems if problem.members), None)
        if circle is None:
            raise GraphError(said, hint=hint)
        raise self._kind_of(circle)(circle, said, hint=hint)

    # -- the shape ----------------------------------------------------------------------------------------------

    @cached_property
    def heads(self) -> tuple[str, ...]:
        """Revisions that no other names as its parent."""
        return tuple(id_ for id_ in self.ids if id_ not in self._edges.children)

    @cached_property
    def real_heads(self) -> tuple[str, ...]:
        """Heads that nothing depends on either: what the version table holds when everything has run."""
        return tuple(id_ for id_ in self.heads if id_ not in self._edges.dependents)

    @cached_property
    def bases(self) -> tuple[str, ...]:
        """Revisions without a parent."""
        return tuple(id_ for id_, parents in self._edges.parents.items() if not parents)

    @cached_property
    def line(self) -> tuple[str, ...]:
        """Every revision, each behind the only one that it stands on; empty where the history is no such line."""
        line = list(self.heads[:1])
        parents = self._edges.parents
        while line and not self._edges.needs and len(line) < len(parents):
            below = parents[line[-1]]
            if len(below) != 1 or below[0] not in parents:
                return ()
            line.append(below[0])
        return tuple(line[::-1]) if len(line) == len(parents) else ()

    @property
    def real_bases(self) -> tuple[str, ...]:
        """Bases that depend on nothing."""
        return tuple(id_ for id_ in self.bases if not self.dependencies(id_))

    def children(self, id_: str) -> tuple[str, ...]:
        """The revisions whose parent this is."""
        return self._edges.children.get(id_, ())

    def real_children(self, id_: str) -> tuple[str, ...]:
        """Those, and the ones that depend on it."""
        return self._edges.real_children(id_)

    def dependencies(self, id_: str) -> tuple[str, ...]:
        """The revision ids this one depends on, labels resolved."""
        return self._edges.needs.get(id_, ())

    def real_parents(self, id_: str) -> tuple[str, ...]:
        """Parents and dependencies."""
        return self._edges.real_parents(id_)

    def normalized_parents(self, id_: str) -> tuple[str, ...]:
        """Parents, and the dependencies that no ancestor has as well: what this revision replaces in the table."""
        if not self.dependencies(id_):
            return self._edges.parents[id_]
        if id_ not in self._normalized:
            needed = (d for d in self.dependencies(id_) if not self._needed_below(id_, d))
            self._normalized[id_] = tuple(dict.fromkeys((*self._edges.parents[id_], *needed)))
        return self._normalized[id_]

    def is_branch_point(self, id_: str) -> bool:
        """Whether several revisions follow."""
        return len(self.children(id_)) > 1

    def is_real_branch_point(self, id_: str) -> bool:
        """Whether several revisions follow or depend on it."""
        return len(self.real_children(id_)) > 1

    def labels_of(self, id_: str) -> frozenset[str]:
        """The branch labels a revision belongs to: its own, its ancestors', and those of the line it starts."""
        return self._labels_of.get(id_, frozenset())

    # -- walking ------------------------------------------------------------------------------------------------

    def ancestors(self, ids: Iterable[str], *, dependencies: bool = True, inclusive: bool = False) -> set[str]:
        """Everything below ``ids``, and with ``inclusive`` they themselves even where nothing leads to them."""
        every = dependencies and self._edges.needs
        return self._reach(ids, self.real_parents if every else self._edges.parents.__getitem__, inclusive)

    def descendants(self, ids: Iterable[str], *, dependencies: bool = True, inclusive: bool = False) -> set[str]:
        """Everything above ``ids``; with ``inclusive`` they themselves too."""
        return self._reach(ids, self.real_children if dependencies else self.children, inclusive)

    def sort(self, ids: Iterable[str], heads: Iterable[str]) -> list[str]:
        """``ids`` with every revision before its ancestors, starting at ``heads``, in Alembic's order."""
        return newest_first(self._edges, set(ids), heads, self.normalized_parents)

    # -- helpers ------------------------------------------------------------------------------------------------

    def _kind_of(self, circle: tuple[str, ...]) -> type[CycleDetected]:
        """What Alembic calls it: a loop has one member, and a circle may be closed by ``depends_on`` only."""
        following = (*circle[1:], circle[0])
        by_parents = all(below in self._edges.parents[id_] for id_, below in zip(circle, following, strict=True))
        if len(circle) == 1:
            return LoopDetected if by_parents else DependencyLoopDetected
        return CycleDetected if by_parents else DependencyCycleDetected

    def _reach(self, ids: Iterable[str], step: Callable[[str], tuple[str, ...]], inclusive: bool) -> set[str]:
        start = list(ids)
        seen: set[str] = set()
        todo = [one for one in start if one in self.ids]
        while todo:
            for id_ in step(todo.pop()):
                if id_ not in seen and id_ in self.ids:
                    seen.add(id_)
                    todo.append(id_)
        return seen.union(start) if inclusive else seen

    def _needed_below(self, id_: str, dependency: str) -> bool:
        """Whether an ancestor of ``id_`` already has the same dependency."""
        others = set(self._edges.dependents[dependency]) - {id_}
        if not others:
            return False
        seen = {id_}
        todo = [id_]
        while todo:
            for parent in self._edges.parents[todo.pop()]:
                if parent in others:
                    return True
                if parent in self.ids and parent not in seen:
                    seen.add(parent)
                    todo.append(parent)
        return False

    @cached_property
    def _labels_of(self) -> dict[str, frozenset[str]]:
        spread: dict[str, set[str]] = {}
        for id_ in dict.fromkeys(self.labels.values()):
            labels = self.ids[id_].branch_labels
            for member in self.descendants([id_], dependencies=False, inclusive=True).union(self._line_below(id_)):
                spread.setdefault(member, set()).update(labels)
        return {id_: frozenset(labels) for id_, labels in spread.items()}

    def _line_below(self, id_: str) -> Iterator[str]:
        """The ancestors down to the next branch point or merge point, when the line above has neither."""
        if not self._is_plain_above(id_):
            return
        seen: set[str] = set()
        while id_ in self.ids and id_ not in seen and not self._is_junction(id_):
            seen.add(id_)
            yield id_
            parents = self._edges.parents[id_]
            if not parents:
                return
            id_ = parents[0]

    def _is_plain_above(self, id_: str) -> bool:
        seen: set[str] = set()
        while id_ not in seen and not self._is_junction(id_):
            seen.add(id_)
            above = self.children(id_)
            if not above:
                return True
            id_ = above[0]
        return False

    def _is_junction(self, id_: str) -> bool:
        return self.is_real_branch_point(id_) or len(self._edges.parents[id_]) > 1
