"""What a revision symbol means: ``head``, ``base``, a part of an id, ``label@head``, ``rev+2``, ``-1``. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from headway.errors import MultipleHeads, ResolutionError, RevisionError
from headway.pattern import pattern
from headway.revision.graph import RevisionGraph
from headway.revision.model import as_tuple

_RELATIVE = pattern(r"(?:(?P<label>.+?)@)?(?P<symbol>\w+)?(?P<offset>[+-]\d+)\Z")

Symbol = str | tuple[str, ...] | list[str] | set[str] | frozenset[str] | None


class Relative(NamedTuple):
    """A symbol such as ``label@rev+2``, taken apart."""

    label: str | None
    symbol: str | None
    offset: int

    @property
    def place(self) -> str | None:
        """The symbol that is counted from, with its label; None when it is the database's own place."""
        return f"{self.label}@{self.symbol}" if self.label and self.symbol else self.symbol


class WalkedTooFar(RevisionError):
    """A relative symbol counts past a head or past base."""


def parse_relative(graph: RevisionGraph, symbol: Symbol) -> Relative | None:
    """The parts of a relative symbol, or None for any other."""
    match = _RELATIVE.match(symbol) if isinstance(symbol, str) and symbol not in graph.ids else None
    return Relative(match["label"], match["symbol"], int(match["offset"])) if match else None


def resolve(graph: RevisionGraph, symbol: Symbol) -> tuple[str, ...]:
    """The ids that a symbol, or several, stand for; empty for ``base`` and None.

    A relative symbol counts from the revision it names, or down from the heads. Raises ResolutionError for one that
    names nothing or is ambiguous, MultipleHeads when one head was asked for and there are several, WalkedTooFar.
    """
    if not isinstance(symbol, str):
        found = (id_ for item in as_tuple(symbol) for id_ in resolve(graph, item))
        return tuple(dict.fromkeys(found))
    relative = parse_relative(graph, symbol)
    if relative is not None and (relative.symbol or relative.offset < 0):
        return _resolve_relative(graph, relative)
    label, at, name = symbol.partition("@")
    return _resolve_name(graph, name, label) if at else _resolve_name(graph, symbol, None)


def resolve_one(graph: RevisionGraph, symbol: Symbol) -> str | None:
    """The single id a symbol stands for, or None for ``base``. Raises what :func:`resolve` raises."""
    ids = resolve(graph, symbol)
    if len(ids) > 1:
        raise MultipleHeads(ids, str(symbol))
    return ids[0] if ids else None


def current_head(graph: RevisionGraph, label: str | None = None) -> str | None:
    """The single head, of the branch ``label`` if given. Raises MultipleHeads when there are several."""
    heads = in_branch(graph, graph.heads, label) if label else graph.heads
    if len(heads) > 1:
        raise MultipleHeads(heads, f"{label}@head" if label else "head")
    return heads[0] if heads else None


def in_branch(
    graph: RevisionGraph, ids: Iterable[str], symbol: Symbol, *, dependencies: bool = False
) -> tuple[str, ...]:
    """Those of ``ids`` that are above, below or equal to what ``symbol`` (a label, an id, ``label@head`` …) names.

    Raises ResolutionError.
    """
    members = _members(graph, symbol)
    if not members:
        return tuple(ids)
    line = graph.ancestors(members, dependencies=dependencies, inclusive=True)
    line |= graph.descendants(members, dependencies=dependencies, inclusive=True)
    return tuple(id_ for id_ in ids if id_ in line)


def branch_revision(graph: RevisionGraph, label: str) -> str:
    """The revision that declares a branch label, or that the text names as an id. Raises ResolutionError."""
    if label in graph.labels:
        return graph.labels[label]
    try:
        return find(graph, label)
    except ResolutionError as error:
        raise ResolutionError(f"No such branch: '{label}'", label, hint=_known_labels(graph)) from error


def find(graph: RevisionGraph, name: str, label: str | None = None) -> str:
    """The id that is ``name``, carries the label ``name``, or begins with it. Raises ResolutionError.

    The last of the ids that a squash replaces stands for the squash.

    With ``label`` it must be in that branch, which also tells several with the same beginning apart.
    """
    branch = branch_revision(graph, label) if label else None
    id_ = name if name in graph.ids else graph.labels.get(name) or _replaced(graph, name)
    id_ = id_ or _beginning_with(graph, name, branch)
    if branch and not in_branch(graph, [id_], branch):
        raise ResolutionError(f"Revision {id_} is not a member of branch '{label}'", name)
    return id_


def step_down(graph: RevisionGraph, start: str, count: int, *, stop: bool = False) -> str | None:
    """The revision ``count`` below ``start``, or None for base.

    Raises WalkedTooFar below base, unless ``stop`` says to stay there, and RevisionError at a merge point.
    """
    place: str | None = start
    for _ in range(count):
        if place is None:
            if stop:
                return None
            raise WalkedTooFar("Walked too far", hint="There are not so many revisions below.")
        parents = graph.ids[place].down_revisions
        if len(parents) > 1:
            raise RevisionError("Ambiguous walk", hint=f"{place} merges {', '.join(parents)}: name the one to go to.")
        place = parents[0] if parents else None
    return place


def step_up(
    graph: RevisionGraph, start: str | None, count: int, label: str | None = None, *, stop: bool = False
) -> str | None:
    """The revision ``count`` above ``start`` (None is base).

    Raises WalkedTooFar above a head, unless ``stop`` says to stay there, and RevisionError at a branch point that
    ``label`` does not decide.
    """
    place = start
    for _ in range(count):
        above = graph.bases if place is None else graph.children(place)
        if label:
            above = in_branch(graph, above, label)
        if len(above) > 1:
            raise RevisionError("Ambiguous walk", hint=f"Several revisions follow: name {' or '.join(sorted(above))}.")
        if not above:
            if stop:
                return place
            raise WalkedTooFar("Walked too far", hint="There are not so many revisions above.")
        place = above[0]
    return place


# -- names ------------------------------------------------------------------------------------------------------


def _resolve_name(graph: RevisionGraph, name: str, label: str | None) -> tuple[str, ...]:
    if name == "heads":
        return in_branch(graph, graph.heads, label) if label else graph.real_heads
    if name == "head":
        head = current_head(graph, label)
        return (head,) if head is not None else ()
    if name == "base":
        return ()
    return (find(graph, name, label),)


def _resolve_relative(graph: RevisionGraph, relative: Relative) -> tuple[str, ...]:
    if relative.place is None:
        starts = (h for h in graph.real_heads if not relative.label or relative.label in graph.labels_of(h))
        found = [step_down(graph, head, -relative.offset) for head in starts]
    elif relative.offset > 0:
        found = [step_up(graph, resolve_one(graph, relative.symbol), relative.offset, relative.label)]
    else:
        start = resolve_one(graph, relative.place)
        if start is None:
            raise WalkedTooFar("Walked too far", hint="There is nothing below base.")
        found = [step_down(graph, start, -relative.offset)]
    return tuple(dict.fromkeys(id_ for id_ in found if id_ is not None))


def _replaced(graph: RevisionGraph, name: str) -> str | None:
    """The squash that has done all that ``name`` stood for. Raises ResolutionError for one in the middle of a range."""
    if name in graph.squash_of and name not in graph.end_of:
        squash = graph.ids[graph.squash_of[name]]
        raise ResolutionError(
            f"'{name}' is no revision any more: the squash {squash.revision} replaces it, and what came after it",
            name,
            hint=f"Name {squash.revision}, or use a release that still has the files of {squash.replaces[0]} to "
            f"{squash.replaces[-1]}.",
        )
    return graph.end_of.get(name)


def _beginning_with(graph: RevisionGraph, name: str, branch: str | None) -> str:
    keys = [key for key in (*graph.ids, *graph.labels) if len(key) > 3 and key.startswith(name)]
    if branch:
        members = set(in_branch(graph, (graph.labels.get(key, key) for key in keys), branch))
        keys = [key for key in keys if graph.labels.get(key, key) in members]
    if not keys:
        short = "; please ensure at least four characters are present for partial revision identifier matches"
        raise ResolutionError(
            f"No such revision or branch '{name}'{short if len(name) < 4 else ''}",
            name,
            hint="'headway history' lists the revisions.",
        )
    if len(keys) > 1:
        shown = ", ".join(f"'{key}'" for key in keys[:3])
        raise ResolutionError(f"Multiple revisions start with '{name}': {shown}...", name, hint="Give more of the id.")
    return graph.labels.get(keys[0], keys[0])


def _members(graph: RevisionGraph, symbol: Symbol) -> tuple[str, ...]:
    """What a branch filter names: the revision of the label and the revision that the rest stands for."""
    if not isinstance(symbol, str):
        return resolve(graph, symbol)
    label, at, name = symbol.partition("@")
    if not at:
        return _named(graph, symbol)
    return (branch_revision(graph, label), *_resolve_name(graph, name, label))


def _named(graph: RevisionGraph, symbol: str) -> tuple[str, ...]:
    if symbol in ("head", "heads", "base") or parse_relative(graph, symbol):
        return resolve(graph, symbol)
    return (branch_revision(graph, symbol),)


def _known_labels(graph: RevisionGraph) -> str:
    if not graph.labels:
        return "No revision of this history has a branch label."
    return f"The branch labels are: {', '.join(sorted(graph.labels))}."
