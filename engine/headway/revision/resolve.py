"""What a revision symbol means: ``head``, ``base``, a part of an id, ``label@head``, ``rev+2``, ``-1``. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from headway.errors import MultipleHeads, ResolutionError, RevisionError
from headway.revision.graph import RevisionGraph
from headway.revision.model import as_tuple

SHORTEST_PARTIAL = 4
"""An abbreviated id has at least so many characters."""

_RELATIVE = re.compile(r"(?:(?P<label>.+?)@)?(?P<symbol>\w+)?(?P<offset>[+-]\d+)\Z")

Symbol = str | tuple[str, ...] | list[str] | None


@dataclass(frozen=True, slots=True)
class Relative:
    """A symbol such as ``label@rev+2``, taken apart."""

    label: str | None
    symbol: str | None
    offset: int


def parse_relative(symbol: str) -> Relative | None:
    """The parts of a relative symbol, or None for any other."""
    match = _RELATIVE.match(symbol)
    if match is None:
        return None
    return Relative(match["label"], match["symbol"], int(match["offset"]))


def resolve(graph: RevisionGraph, symbol: Symbol) -> tuple[str, ...]:
    """The ids that a symbol, or several, stand for; empty for ``base`` and None.

    Raises ResolutionError for one that names nothing or is ambiguous, MultipleHeads when one head was asked for and
    there are several.
    """
    if not isinstance(symbol, str):
        found = (id_ for item in as_tuple(symbol) for id_ in resolve(graph, item))
        return tuple(dict.fromkeys(found))
    relative = parse_relative(symbol)
    if relative is not None and symbol not in graph.ids:
        return _resolve_relative(graph, symbol, relative)
    label, at, name = symbol.rpartition("@")
    return _resolve_name(graph, name, label if at else None)


def resolve_one(graph: RevisionGraph, symbol: str | None) -> str | None:
    """The single id a symbol stands for, or None for ``base``. Raises what :func:`resolve` raises."""
    ids = resolve(graph, symbol)
    if len(ids) > 1:
        raise MultipleHeads(sorted(ids), symbol)
    return ids[0] if ids else None


def current_head(graph: RevisionGraph, label: str | None = None) -> str | None:
    """The single head, of the branch ``label`` if given. Raises MultipleHeads when there are several."""
    heads = in_branch(graph, graph.heads, label) if label else graph.heads
    if len(heads) > 1:
        raise MultipleHeads(sorted(heads), f"{label}@head" if label else "head")
    return heads[0] if heads else None


def in_branch(graph: RevisionGraph, ids: Iterable[str], label: str | None) -> tuple[str, ...]:
    """Those of ``ids`` that share a line with the branch or revision ``label``. Raises ResolutionError."""
    if not label:
        return tuple(ids)
    member = branch_revision(graph, label)
    line = graph.ancestors([member], inclusive=True) | graph.descendants([member], inclusive=True)
    return tuple(
        id_ for id_ in ids if id_ in line or (label in graph.labels and label in graph.labels_of(id_))
    )


def branch_revision(graph: RevisionGraph, label: str) -> str:
    """The revision that declares a branch label, or that the text names as an id. Raises ResolutionError."""
    if label in graph.labels:
        return graph.labels[label]
    try:
        return _find(graph, label)
    except ResolutionError as error:
        raise ResolutionError(f"No such branch: '{label}'", label) from error


def step_down(graph: RevisionGraph, start: Iterable[str], count: int, label: str | None = None) -> str | None:
    """The revision ``count`` below ``start``, or None for base. Raises RevisionError past it or at a fork."""
    places = tuple(start)
    for _ in range(count):
        if not places:
            raise RevisionError("Walked too far", hint="There are not so many revisions below.")
        parents = dict.fromkeys(p for id_ in places for p in graph.ids[id_].down_revisions)
        places = in_branch(graph, parents, label) if label and len(parents) > 1 else tuple(parents)
        if len(places) > 1:
            raise RevisionError("Ambiguous walk", hint=f"Name one of {', '.join(sorted(places))}.")
    return places[0] if places else None


def step_up(graph: RevisionGraph, start: str | None, count: int, label: str | None = None) -> str:
    """The revision ``count`` above ``start`` (None is base). Raises RevisionError past a head or at a fork."""
    place = start
    for _ in range(count):
        above = graph.bases if place is None else graph.children(place)
        if label and len(above) > 1:
            above = in_branch(graph, above, label)
        if len(above) > 1:
            raise RevisionError("Ambiguous walk", hint=f"Name one of {', '.join(sorted(above))}.")
        if not above:
            raise RevisionError("Walked too far", hint="There are not so many revisions above.")
        place = above[0]
    assert place is not None
    return place


# -- names ------------------------------------------------------------------------------------------------------


def _resolve_name(graph: RevisionGraph, name: str, label: str | None) -> tuple[str, ...]:
    if name == "heads":
        return in_branch(graph, graph.real_heads, label)
    if name == "head":
        head = current_head(graph, label)
        return (head,) if head is not None else ()
    if name == "base":
        return ()
    id_ = _find(graph, name, label)
    if label and id_ not in in_branch(graph, [id_], label):
        raise ResolutionError(f"Revision {id_} is not a member of branch '{label}'", name)
    return (id_,)


def _find(graph: RevisionGraph, name: str, label: str | None = None) -> str:
    """The id that is ``name``, carries the label ``name``, or begins with it."""
    if name in graph.ids:
        return name
    if name in graph.labels:
        return graph.labels[name]
    found = (
        [id_ for id_ in graph.ids if len(id_) > 3 and id_.startswith(name)]
        if len(name) >= SHORTEST_PARTIAL
        else []
    )
    if label and len(found) > 1:
        found = list(in_branch(graph, found, label))
    if len(found) > 1:
        shown = ", ".join(f"'{id_}'" for id_ in found[:3])
        raise ResolutionError(
            f"Multiple revisions start with '{name}': {shown}...", name, hint="Give more of the id."
        )
    if not found:
        raise ResolutionError(
            f"No such revision or branch '{name}'"
            + (
                "; please ensure at least four characters are present for partial revision identifier matches"
                if len(name) < SHORTEST_PARTIAL
                else ""
            ),
            name,
            hint="'headway history' lists the revisions.",
        )
    return found[0]


def _resolve_relative(graph: RevisionGraph, symbol: str, relative: Relative) -> tuple[str, ...]:
    """A relative symbol without a database: counted from the revision it names, else from base or the heads."""
    label, name, offset = relative.label, relative.symbol, relative.offset
    if offset > 0:
        start = resolve_one(graph, f"{label}@{name}" if label and name else name) if name else None
        return (step_up(graph, start, offset, label),)
    starts = resolve(
        graph, f"{label}@{name}" if label and name else name or (f"{label}@heads" if label else "heads")
    )
    found = step_down(graph, starts, -offset, label)
    return (found,) if found is not None else ()
