"""The revision graph: who follows whom. Built in one pass and never changed; finds every fault of a history at once.

There are two kinds of edges: ``down_revision`` makes the tree that heads and branches are about, ``depends_on`` only
says what must run before. Where both count this file says *real*, as Alembic does.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping

from headway.errors import GraphError
from headway.revision.model import Revision
from headway.revision.problems import Kind, Problem

ILLEGAL_CHARACTERS = frozenset("@-+:")


class RevisionGraph:
    """An immutable history.

    ``ids`` maps each id to its revision in the order they were given; of several with one id the first counts.
    """

    def __init__(self, revisions: Iterable[Revision]) -> None:
        given = tuple(revisions)
        self.ids: Mapping[str, Revision] = {revision.revision: revision for revision in reversed(given)}
        self.ids = {revision.revision: self.ids[revision.revision] for revision in given}
        self.labels: Mapping[str, str] = self._declared_labels()
        self._resolved = {id_: self._resolve_dependencies(revision) for id_, revision in self.ids.items()}
        self._children, self._dependents = self._follow_edges()
        self.problems: tuple[Problem, ...] = tuple(self._find_problems(given))
        self._labels_of: dict[str, frozenset[str]] | None = None
        self._normalized: dict[str, tuple[str, ...]] = {}

    # -- the shape ----------------------------------------------------------------------------------------------

    @property
    def heads(self) -> tuple[str, ...]:
        """Revisions that no other names as its parent."""
        return tuple(id_ for id_ in self.ids if not self._children[id_])

    @property
    def real_heads(self) -> tuple[str, ...]:
        """Heads that nothing depends on either: what the version table holds when everything has run."""
        return tuple(id_ for id_ in self.ids if not self._children[id_] and not self._dependents[id_])

    @property
    def bases(self) -> tuple[str, ...]:
        """Revisions without a parent."""
        return tuple(id_ for id_, revision in self.ids.items() if not revision.down_revisions)

    @property
    def real_bases(self) -> tuple[str, ...]:
        """Bases that depend on nothing."""
        return tuple(id_ for id_ in self.bases if not self._resolved[id_])

    def children(self, id_: str) -> tuple[str, ...]:
        """The revisions whose parent this is."""
        return self._children[id_]

    def real_children(self, id_: str) -> tuple[str, ...]:
        """Those, and the ones that depend on it."""
        return tuple(dict.fromkeys(self._children[id_] + self._dependents[id_]))

    def dependencies(self, id_: str) -> tuple[str, ...]:
        """The revision ids this one depends on, labels resolved."""
        return self._resolved[id_]

    def real_parents(self, id_: str) -> tuple[str, ...]:
        """Parents and dependencies."""
        return tuple(dict.fromkeys(self.ids[id_].down_revisions + self._resolved[id_]))

    def normalized_parents(self, id_: str) -> tuple[str, ...]:
        """Parents, and the dependencies that no ancestor has as well: what this revision replaces in the table."""
        if id_ not in self._normalized:
            self._normalized[id_] = self._normalize(id_)
        return self._normalized[id_]

    def is_branch_point(self, id_: str) -> bool:
        """Whether several revisions follow."""
        return len(self._children[id_]) > 1

    def is_real_branch_point(self, id_: str) -> bool:
        """Whether several revisions follow or depend on it."""
        return len(self.real_children(id_)) > 1

    def labels_of(self, id_: str) -> frozenset[str]:
        """The branch labels a revision belongs to: its own, its ancestors', and those of the line it starts."""
        if self._labels_of is None:
            self._labels_of = self._spread_labels()
        return self._labels_of.get(id_, frozenset())

    # -- walking ------------------------------------------------------------------------------------------------

    def ancestors(
        self, ids: Iterable[str], *, dependencies: bool = True, inclusive: bool = False
    ) -> set[str]:
        """Everything below ``ids``, and with ``inclusive`` they themselves even where nothing leads to them."""
        return self._reach(ids, self.real_parents if dependencies else self._tree_parents, inclusive)

    def descendants(
        self, ids: Iterable[str], *, dependencies: bool = True, inclusive: bool = False
    ) -> set[str]:
        """Everything above ``ids``; with ``inclusive`` they themselves too."""
        return self._reach(ids, self.real_children if dependencies else self.children, inclusive)

    def sort(self, ids: Iterable[str], heads: Iterable[str]) -> list[str]:
        """``ids`` with every revision before its ancestors, starting at ``heads``, one line at a time.

        A line is followed down until it meets a revision that another line still leads to; then that other line is
        followed first. The order is Alembic's, and linear in the number of revisions and edges but for histories in
        which lines cross again and again.
        """
        return _Sorter(self, set(ids)).sort(heads)

    def require_sound(self) -> None:
        """Raises GraphError with every problem of the history, if there is one."""
        if self.problems:
            raise GraphError(
                [problem.one_line() for problem in self.problems],
                hint=" ".join(dict.fromkeys(problem.hint for problem in self.problems)),
            )

    # -- building -----------------------------------------------------------------------------------------------

    def _declared_labels(self) -> dict[str, str]:
        labels: dict[str, str] = {}
        for id_, revision in self.ids.items():
            for label in revision.branch_labels:
                labels.setdefault(label, id_)
        return labels

    def _resolve_dependencies(self, revision: Revision) -> tuple[str, ...]:
        resolved = (self._named(name) for name in revision.depends_on)
        return tuple(id_ for id_ in resolved if id_ is not None)

    def _named(self, name: str) -> str | None:
        """The id behind an id or a label."""
        return name if name in self.ids else self.labels.get(name)

    def _follow_edges(self) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
        children: dict[str, list[str]] = {id_: [] for id_ in self.ids}
        dependents: dict[str, list[str]] = {id_: [] for id_ in self.ids}
        for id_, revision in self.ids.items():
            for parent in revision.down_revisions:
                if parent in children:
                    children[parent].append(id_)
            for needed in self._resolved[id_]:
                dependents[needed].append(id_)
        return {k: tuple(v) for k, v in children.items()}, {k: tuple(v) for k, v in dependents.items()}

    def _tree_parents(self, id_: str) -> tuple[str, ...]:
        return self.ids[id_].down_revisions

    def _reach(self, ids: Iterable[str], step: Callable[[str], tuple[str, ...]], inclusive: bool) -> set[str]:
        start = list(ids)
        seen: set[str] = set()
        todo = deque(start)
        while todo:
            for id_ in step(todo.popleft()):
                if id_ not in seen and id_ in self.ids:
                    seen.add(id_)
                    todo.append(id_)
        return seen | set(start) if inclusive else seen

    def _normalize(self, id_: str) -> tuple[str, ...]:
        needed = (d for d in self._resolved[id_] if not self._needed_below(id_, d))
        return tuple(dict.fromkeys((*self.ids[id_].down_revisions, *needed)))

    def _needed_below(self, id_: str, dependency: str) -> bool:
        """Whether an ancestor of ``id_`` already has the same dependency."""
        others = set(self._dependents[dependency]) - {id_}
        if not others:
            return False
        seen = {id_}
        todo = [id_]
        while todo:
            for parent in self.ids[todo.pop()].down_revisions:
                if parent in others:
                    return True
                if parent in self.ids and parent not in seen:
                    seen.add(parent)
                    todo.append(parent)
        return False

    def _spread_labels(self) -> dict[str, frozenset[str]]:
        spread: dict[str, set[str]] = {}
        for id_, revision in self.ids.items():
            if not revision.branch_labels:
                continue
            members = self.descendants([id_], dependencies=False, inclusive=True) | set(self._line_below(id_))
            for member in members:
                spread.setdefault(member, set()).update(revision.branch_labels)
        return {id_: frozenset(labels) for id_, labels in spread.items()}

    def _line_below(self, id_: str) -> Iterator[str]:
        """The ancestors down to the next branch point or merge point, when the line above has neither."""
        if not self._is_plain_above(id_):
            return
        seen: set[str] = set()
        while id_ in self.ids and id_ not in seen and not self._is_junction(id_):
            seen.add(id_)
            yield id_
            parents = self.ids[id_].down_revisions
            if not parents:
                return
            id_ = parents[0]

    def _is_plain_above(self, id_: str) -> bool:
        seen: set[str] = set()
        while id_ not in seen and not self._is_junction(id_):
            seen.add(id_)
            above = self._children[id_]
            if not above:
                return True
            id_ = above[0]
        return False

    def _is_junction(self, id_: str) -> bool:
        return self.is_real_branch_point(id_) or self.ids[id_].is_merge_point

    # -- faults -------------------------------------------------------------------------------------------------

    def _find_problems(self, given: tuple[Revision, ...]) -> Iterator[Problem]:
        yield from _duplicates(given)
        yield from self._dangling()
        yield from self._duplicate_labels()
        yield from self._illegal_ids()
        yield from self._cycles()

    def _dangling(self) -> Iterator[Problem]:
        stems = {os.path.splitext(os.path.basename(r.path))[0]: id_ for id_, r in self.ids.items() if r.path}
        for id_, revision in self.ids.items():
            for header, names in (
                ("down_revision", revision.down_revisions),
                ("depends_on", revision.depends_on),
            ):
                for name in names:
                    known = name in self.ids if header == "down_revision" else self._named(name) is not None
                    if known:
                        continue
                    yield Problem(
                        Kind.DANGLING,
                        f"{header} of {id_} names '{name}', which no revision file has",
                        id_,
                        self._closest(name, stems),
                        revision.path,
                        revision.line_of(header),
                    )

    def _closest(self, name: str, stems: Mapping[str, str]) -> str:
        """What the author may have meant by an id that does not exist."""
        if name in stems:
            return f"'{name}' is a file's name; its revision is '{stems[name]}'."
        import difflib

        near = difflib.get_close_matches(name, self.ids, n=1, cutoff=0.8)
        if near:
            return f"Did you mean '{near[0]}'?"
        return "Restore the missing file, or name an existing revision."

    def _duplicate_labels(self) -> Iterator[Problem]:
        for id_, revision in self.ids.items():
            for label in revision.branch_labels:
                owner = self.labels[label]
                if owner != id_ or label in self.ids:
                    yield Problem(
                        Kind.DUPLICATE_LABEL,
                        f"branch label '{label}' of {id_} is already used by revision {owner}",
                        id_,
                        "A branch label names one branch: choose another.",
                        revision.path,
                        revision.line_of("branch_labels"),
                    )

    def _illegal_ids(self) -> Iterator[Problem]:
        for id_, revision in self.ids.items():
            if illegal := sorted(ILLEGAL_CHARACTERS & set(id_)):
                yield Problem(
                    Kind.ILLEGAL_ID,
                    f"Character(s) '{', '.join(illegal)}' not allowed in revision identifier '{id_}'",
                    id_,
                    "Use letters, digits and underscores.",
                    revision.path,
                    revision.line_of("revision"),
                )

    def _cycles(self) -> Iterator[Problem]:
        """Revisions that can never run because they lead back to themselves (Kahn's algorithm leaves them over)."""
        waiting = {id_: sum(p in self.ids for p in self.real_parents(id_)) for id_ in self.ids}
        ready = deque(id_ for id_, count in waiting.items() if not count)
        while ready:
            for child in self.real_children(ready.popleft()):
                waiting[child] -= 1
                if not waiting[child]:
                    ready.append(child)
        left = {id_ for id_, count in waiting.items() if count > 0}
        while left:
            loop = self._loop(min(left), left)
            first = self.ids[loop[0]]
            yield Problem(
                Kind.CYCLE,
                f"these revisions follow each other in a circle: {' -> '.join([*loop, loop[0]])}",
                loop[0],
                "Re-point the down_revision or depends_on of one of them.",
                first.path,
                first.line_of("down_revision"),
            )
            left -= self.descendants(loop, inclusive=True)

    def _loop(self, start: str, inside: set[str]) -> list[str]:
        """A circle that is reached from ``start`` going down within ``inside``."""
        path: dict[str, None] = {}
        while start not in path:
            path[start] = None
            start = next(parent for parent in self.real_parents(start) if parent in inside)
        order = list(path)
        return order[order.index(start) :]


def _duplicates(given: tuple[Revision, ...]) -> Iterator[Problem]:
    first: dict[str, Revision] = {}
    for revision in given:
        other = first.setdefault(revision.revision, revision)
        if other is not revision:
            yield Problem(
                Kind.DUPLICATE,
                f"revision id {revision.revision} is already taken by {os.path.basename(other.path) if other.path else 'another file'}",
                revision.revision,
                "Give the file that is not released yet a new id; Alembic runs only one of the two.",
                revision.path,
                revision.line_of("revision"),
            )


class _Sorter:
    """One run of :meth:`RevisionGraph.sort`."""

    def __init__(self, graph: RevisionGraph, todo: set[str]) -> None:
        self.graph = graph
        self.todo = todo
        self.lines: list[str] = []
        """The revision each line stands at."""
        self.standing: set[str] = set()
        # A revision may be emitted when everything above it within the set has been.
        self.above = {id_: sum(child in todo for child in graph.real_children(id_)) for id_ in todo}

    def sort(self, heads: Iterable[str]) -> list[str]:
        wanted = {id_ for id_ in heads if id_ in self.todo}
        self.lines = [id_ for id_ in self.graph.ids if id_ in wanted]
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
            for parent in self.graph.real_parents(candidate):
                if parent in self.above:
                    self.above[parent] -= 1
            current = self._move_down(candidate, current)
        return output

    def _line_above(self, candidate: str, current: int) -> int:
        """The first other line that leads to ``candidate``."""
        seen, todo, leading = {candidate}, [candidate], set()
        while todo:
            for child in self.graph.real_children(todo.pop()):
                if child in self.todo and child not in seen:
                    seen.add(child)
                    todo.append(child)
                    if child in self.standing:
                        leading.add(child)
        return next(index for index, id_ in enumerate(self.lines) if id_ in leading and index != current)

    def _move_down(self, candidate: str, current: int) -> int:
        parents = self.graph.normalized_parents(candidate)
        following = [p for p in parents if p in self.todo and p not in self.standing]
        self.standing.discard(candidate)
        if not following:
            del self.lines[current]
            return max(current - 1, 0)
        self.lines[current] = following[0]
        self.lines += following[1:]
        self.standing.update(following)
        return current
