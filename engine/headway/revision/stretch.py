"""A stretch of a history that one revision can stand for: one way in, one way out. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from headway.errors import RangeNotAncestorError, UsageError
from headway.revision.graph import RevisionGraph
from headway.revision.resolve import resolve_one
from headway.valueclass import valueclass


@valueclass(frozen=True, slots=True)
class Stretch:
    """The revisions of it, and what they are to the rest of the history."""

    members: tuple[str, ...]
    """In the order in which they run."""
    parents: tuple[str, ...]
    """What the first follows."""
    needs: tuple[str, ...]
    """What they depend on outside."""
    labels: tuple[str, ...]
    replaces: tuple[str, ...]
    """The members, and before each of them what it replaces itself."""
    followers: tuple[str, ...]
    """The revisions outside that name the last as their parent or in ``depends_on``."""

    @property
    def first(self) -> str:
        """Where it begins."""
        return self.members[0]

    @property
    def last(self) -> str:
        """Where it ends."""
        return self.members[-1]


def stretch(graph: RevisionGraph, start: str | None, end: str) -> Stretch:
    """The stretch from ``start`` to ``end``, both of them included; without ``start``, from base.

    Raises UsageError where it cannot be replaced by one revision, RevisionError for a symbol that names nothing.
    """
    last = resolve_one(graph, end)
    if last is None:
        hint = "A range ends at a revision: its id, 'head', or a branch's label with @head."
        raise UsageError(f"'{end}' is no revision that a range could end at", hint=hint)
    first = _first(graph, last) if start is None else resolve_one(graph, start) or _first(graph, last)
    inside = graph.ancestors([last], dependencies=False, inclusive=True)
    inside &= graph.descendants([first], dependencies=False, inclusive=True)
    if first not in inside:
        raise RangeNotAncestorError(first, last)
    if len(inside) < 2:
        raise UsageError(f"{first} to {last} is one revision, and nothing to squash")
    for why in _open_ends(graph, inside, first, last):
        raise UsageError(
            f"{first} to {last} cannot become one revision: {why}", hint="Choose a range with one way in and one out."
        )
    members = tuple(reversed(graph.sort(inside, [last])))
    revisions = [graph.ids[id_] for id_ in members]
    return Stretch(
        members=members,
        parents=graph.ids[first].down_revisions,
        needs=tuple(dict.fromkeys(n for id_ in members for n in graph.dependencies(id_) if n not in inside)),
        labels=tuple(dict.fromkeys(label for one in revisions for label in one.branch_labels)),
        replaces=tuple(id_ for one in revisions for id_ in (*one.replaces, one.revision)),
        followers=tuple(id_ for id_ in graph.ids if id_ not in inside and _names(graph, id_, last)),
    )


def _first(graph: RevisionGraph, last: str) -> str:
    """The only revision without a parent below ``last``."""
    bases = [id_ for id_ in graph.bases if id_ in graph.ancestors([last], dependencies=False, inclusive=True)]
    if len(bases) != 1:
        raise UsageError(f"{last} has {len(bases)} bases below it: {', '.join(sorted(bases))}", hint="Name the first.")
    return bases[0]


def _open_ends(graph: RevisionGraph, inside: set[str], first: str, last: str) -> Iterator[str]:
    """Why one revision cannot stand for these."""
    if len(parents := graph.ids[first].down_revisions) > 1:
        yield f"{first} joins {' and '.join(parents)}, and a range begins after a merge"
    for id_ in graph.ids:  # in a fixed order
        if id_ not in inside:
            continue
        if graph.ids[id_].unknown:
            yield f"the header of {id_} is computed"
        for parent in graph.ids[id_].down_revisions if id_ != first else ():
            if parent not in inside:
                yield f"{id_} also follows {parent}, which is outside"
        for other in graph.real_children(id_) if id_ != last else ():
            if other not in inside:
                how = "follows" if other in graph.children(id_) else "depends on"
                yield f"{other}, which is outside, {how} {id_}"


def _names(graph: RevisionGraph, id_: str, last: str) -> bool:
    return last in graph.ids[id_].down_revisions or last in graph.ids[id_].depends_on
