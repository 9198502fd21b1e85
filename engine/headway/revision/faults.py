"""Finds every fault of a history at once: duplicates, missing revisions, circles, labels and ids that clash."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from headway.errors import shown_path
from headway.revision.edges import ILLEGAL_CHARACTERS, Edges
from headway.revision.model import Revision
from headway.revision.problems import Kind, Problem


def problems_of(given: Sequence[Revision], edges: Edges) -> tuple[Problem, ...]:
    """Every fault of the revisions ``given``, whose edges are ``edges``."""
    found = [] if len(given) == len(edges.ids) else list(_duplicates(given))
    found += _dangling(given, edges)
    found += _duplicate_labels(edges)
    found += _illegal_ids(edges)
    found += _replaces(edges)
    found += _circles(edges)
    return tuple(found)


# -- one function for each kind ---------------------------------------------------------------------------------


def _duplicates(given: Sequence[Revision]) -> Iterator[Problem]:
    first: dict[str, Revision] = {}
    for revision in given:
        other = first.setdefault(revision.revision, revision)
        if other is not revision:
            yield Problem(
                Kind.DUPLICATE,
                f"revision id {revision.revision} is already taken by {'' if other.path else 'another file'}".strip(),
                revision.revision,
                "Give this file an id of its own, and let the revisions that follow it name that id.",
                revision.path,
                revision.line_of("revision"),
                other.path,
            )


def _dangling(given: Sequence[Revision], edges: Edges) -> Iterator[Problem]:
    there = edges.ids.keys()
    # Nearly every revision is sound: only of those that are not is more asked.
    lacking = [one for one in given if one.dependencies or not there >= set(one.down_revisions)]
    if not lacking:
        return
    hides_labels = any("branch_labels" in revision.unknown for revision in given)
    for revision in lacking:
        for name in revision.down_revisions:
            if name not in edges.ids:
                yield _missing(edges, revision, "down_revision", name)
        for name in revision.depends_on if revision.dependencies else ():
            if edges.named(name) is None and not hides_labels:  # else it may be a label that nobody knows
                yield _missing(edges, revision, "depends_on", name)


def _missing(edges: Edges, revision: Revision, header: str, name: str) -> Problem:
    return Problem(
        Kind.DANGLING,
        f"{header} of {revision.revision} names '{name}', which no revision file has",
        revision.revision,
        _closest(edges, name),
        revision.path,
        revision.line_of(header),
    )


def _closest(edges: Edges, name: str) -> str:
    """What the author may have meant by an id that does not exist."""
    if name in edges.end_of:
        return f"'{name}' was replaced by the squash '{edges.end_of[name]}': name that."
    if name in edges.squash_of:
        squash = edges.squash_of[name]
        return f"'{name}' was replaced by the squash '{squash}' together with what came after it: follow '{squash}'."
    for id_, revision in edges.ids.items():
        if revision.path and os.path.splitext(os.path.basename(revision.path))[0] == name:
            return f"'{name}' is a file's name; its revision is '{id_}'."
    beginning = [id_ for id_ in edges.ids if id_.startswith(name)]
    if len(beginning) == 1:
        return f"Write the whole id: '{beginning[0]}'."
    import difflib

    near = difflib.get_close_matches(name, edges.ids, n=1, cutoff=0.8)
    if near:
        return f"Did you mean '{near[0]}'?"
    return "Restore the missing file, or name an existing revision."


def _duplicate_labels(edges: Edges) -> Iterator[Problem]:
    if not edges.labels:
        return
    for id_, revision in edges.ids.items():
        for label in revision.branch_labels:
            owner = label if label in edges.ids else edges.labels[label]
            if owner == id_:
                continue
            yield Problem(
                Kind.DUPLICATE_LABEL,
                f"Branch name '{label}' in revision {id_} already used by revision {owner}",
                id_,
                "A branch label names one branch: choose another.",
                revision.path,
                revision.line_of("branch_labels"),
            )


def _illegal_ids(edges: Edges) -> Iterator[Problem]:
    wrong = [id_ for id_ in edges.ids if not ILLEGAL_CHARACTERS.isdisjoint(id_)]
    for id_ in wrong:
        revision = edges.ids[id_]
        illegal = ", ".join(sorted(ILLEGAL_CHARACTERS.intersection(id_)))
        yield Problem(
            Kind.ILLEGAL_ID,
            f"Character(s) '{illegal}' not allowed in revision identifier '{id_}'",
            id_,
            "Use letters, digits and underscores.",
            revision.path,
            revision.line_of("revision"),
        )


def _replaces(edges: Edges) -> Iterator[Problem]:
    """Squashes that do not say for certain which revisions they stand for, or say what cannot be."""
    squashes = [(id_, one) for id_, one in edges.ids.items() if one.replaces or one.unknown]
    for id_, revision in squashes:
        for message, hint in _wrong_replaces(edges, id_, revision):
            yield Problem(Kind.REPLACES, message, id_, hint, revision.path, revision.line_of("replaces"))


def _wrong_replaces(edges: Edges, id_: str, revision: Revision) -> Iterator[tuple[str, str]]:
    if "replaces" in revision.unknown:
        yield f"replaces of {id_} is no literal", "Write it as a tuple of texts, as 'headway squash' does."
    if len(set(revision.replaces)) != len(revision.replaces):
        yield f"replaces of {id_} names a revision twice", "Name each replaced revision once, in the order they ran."
    for name in dict.fromkeys(revision.replaces):
        if name in edges.ids:
            there = edges.ids[name].path
            yield (
                f"{id_} replaces '{name}', which is still there{f': {shown_path(there)}' if there else ''}",
                "Delete the file that is replaced, or take its id out of 'replaces'.",
            )
        if edges.squash_of[name] != id_:
            yield (
                f"{id_} replaces '{name}', which {edges.squash_of[name]} replaces as well",
                "A revision is replaced by one squash: take the id out of the other.",
            )


def _circles(edges: Edges) -> Iterator[Problem]:
    """Revisions that can never run because they lead back to themselves (Kahn's algorithm leaves them over)."""
    ids = edges.ids
    # Only where somebody needs another is what stands behind a revision more than its children.
    below = edges.real_parents if edges.needs else edges.parents.__getitem__
    children = edges.children
    above = edges.real_children if edges.needs else lambda id_: children.get(id_, ())
    waiting = {id_: len([one for one in below(id_) if one in ids]) for id_ in ids}
    ready = [id_ for id_, count in waiting.items() if not count]
    for id_ in ready:
        for child in above(id_):
            waiting[child] -= 1
            if not waiting[child]:
                ready.append(child)
    if len(ready) == len(waiting):
        return
    left = {id_ for id_, count in waiting.items() if count > 0}
    while left:
        loop = _loop(edges, min(left), left)
        first = edges.ids[loop[0]]
        yield Problem(
            Kind.CYCLE,
            f"these revisions follow each other in a circle: {' -> '.join([*loop, loop[0]])}",
            loop[0],
            "Re-point the down_revision or depends_on of one of them.",
            first.path,
            first.line_of("down_revision"),
            members=tuple(loop),
        )
        left -= _above(edges, loop)


def _loop(edges: Edges, start: str, inside: set[str]) -> list[str]:
    """A circle that is reached from ``start`` going down within ``inside``."""
    path: dict[str, None] = {}
    while start not in path:
        path[start] = None
        start = next(parent for parent in edges.real_parents(start) if parent in inside)
    order = list(path)
    return order[order.index(start) :]


def _above(edges: Edges, ids: Sequence[str]) -> set[str]:
    """``ids`` and everything that follows them: none of it can run either."""
    seen = set(ids)
    todo = list(ids)
    while todo:
        for child in edges.real_children(todo.pop()):
            if child not in seen:
                seen.add(child)
                todo.append(child)
    return seen
