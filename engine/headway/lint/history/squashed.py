"""Whether a new squash stands for revisions that the base has, as far as the graph tells. Pure; what both do is for a
rehearsal to compare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from headway.lint.history.released import Base, Old
from headway.revision.graph import RevisionGraph
from headway.revision.model import Revision
from headway.valueclass import valueclass


@valueclass(frozen=True, slots=True)
class Squash:
    """A revision of this branch that replaces others."""

    revision: str
    replaces: tuple[str, ...]
    replaced: tuple[Old, ...] = ()
    """The files that the base has of them, in the order in which they ran."""
    fault: str | None = None
    """Why it cannot stand for them."""

    @property
    def end(self) -> str:
        """A database that stands here counts as having run the squash."""
        return self.replaces[-1]


def squashes(base: Base | None, graph: RevisionGraph, new: Iterable[str]) -> tuple[Squash, ...]:
    """The squashes among the ``new`` revisions of ``graph``, judged against the files that ``base`` has."""
    wanted = [graph.ids[id_] for id_ in graph.ids if id_ in new and graph.ids[id_].replaces]
    left = {} if base is None else {old.id: old for old in base.left}
    return tuple(_squash(one, left, graph) for one in wanted)


def _squash(one: Revision, left: dict[str, Old], graph: RevisionGraph) -> Squash:
    replaced = tuple(left[name] for name in one.replaces if name in left)
    fault = next(_faults(one, {old.id: old for old in replaced}, left, graph), None)
    return Squash(one.revision, one.replaces, replaced, fault)


def _faults(one: Revision, inside: dict[str, Old], left: dict[str, Old], graph: RevisionGraph) -> Iterator[str]:
    earlier = {name for old in inside.values() for name in old.replaces}
    if unknown := [name for name in one.replaces if name not in inside and name not in earlier]:
        yield f"the base has no {' or '.join(unknown)}"
        return
    if one.replaces[-1] not in inside:
        yield f"{one.replaces[-1]} is the last that it names, and no revision of the base"
        return
    if lost := sorted(earlier - set(one.replaces)):
        yield f"it leaves out {', '.join(lost)}, which one of the replaced revisions replaces"
    yield from _shape(one, inside, graph)
    yield from _open_ends(one.replaces[-1], inside, left)
    if lost := sorted({label for old in inside.values() for label in old.labels} - set(one.branch_labels)):
        yield f"it does not have the branch label {', '.join(lost)} of what it replaces"


def _shape(one: Revision, inside: dict[str, Old], graph: RevisionGraph) -> Iterator[str]:
    """What the replaced revisions follow and need, against what the squash does."""
    order = {name: number for number, name in enumerate(one.replaces)}
    entries = [old for old in inside.values() if not set(old.parents) & inside.keys()]
    if len(entries) != 1:
        yield f"{' and '.join(old.id for old in entries) or 'nothing'} would be its beginning"
        return
    for old in inside.values():
        for parent in old.parents if old is not entries[0] else ():
            if parent not in inside:
                yield f"{old.id} also follows {parent}, which it does not replace"
            elif order[parent] > order[old.id]:
                yield f"it names {old.id} before {parent}, which ran first"
    parents = {graph.end_of.get(parent, parent) for parent in entries[0].parents}
    if parents != set(one.down_revisions):
        yield f"it follows {_listed(one.down_revisions)}, and what it replaces follows {_listed(parents)}"
    labels = {label for old in inside.values() for label in old.labels}
    needs = {need for old in inside.values() for need in old.needs if need not in inside and need not in labels}
    needs = {graph.end_of.get(need, graph.labels.get(need, need)) for need in needs}
    if needs != {graph.labels.get(need, need) for need in one.depends_on}:
        yield f"it depends on {_listed(one.depends_on)}, and what it replaces depends on {_listed(needs)}"


def _open_ends(end: str, inside: dict[str, Old], left: dict[str, Old]) -> Iterator[str]:
    """Other ways out than over the end."""
    followed = {parent for old in inside.values() for parent in old.parents}
    for name in inside:
        if name != end and name not in followed:
            yield f"{name} is a head of its own among what it replaces"
    if end in followed:
        yield f"{end} is the last that it names, and others of them follow it"
    names = {**{name: name for name in inside}, **{label: old.id for old in inside.values() for label in old.labels}}
    for old in left.values():
        if old.id in inside:
            continue
        for name in (*old.parents, *old.needs):
            if names.get(name, end) != end:
                yield f"{old.id}, which it does not replace, follows or needs {name} in the middle"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"
