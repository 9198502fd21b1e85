"""Rebase: lets this branch's own revisions follow what is released. Changes revision files, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from headway.api.lint import LintOptions, choose_scope
from headway.api.project import Project
from headway.errors import UsageError
from headway.revision.graph import RevisionGraph
from headway.script.exchange import exchange, text_of
from headway.script.repoint import repointed
from headway.valueclass import valueclass


@valueclass(frozen=True, slots=True)
class Moved:
    """A revision that has another parent now."""

    revision: str
    file: str
    """As it is shown."""
    parents: tuple[str, ...]
    """What it follows now."""


def rebase(project: Project, base: str | None, onto: str | None) -> list[Moved]:
    """Re-points the first of this branch's own revisions at ``onto``, or at the head of what is released.

    Only revisions that ``base`` lacks are changed; those that stand on another new one follow by themselves. Returns
    what was changed. Raises UsageError where nothing tells what is new, or several released heads could be meant.
    """
    graph = project.directory.history
    scope = choose_scope(project, LintOptions(base=base))
    if not scope.released_known:
        raise UsageError(
            "nothing tells which revisions are this branch's own", hint="Name the base: --base origin/main."
        )
    if not scope.own:
        return []
    target = _target(graph, scope.own, onto)
    moved: list[Moved] = []
    written: dict[str, str] = {}
    for revision in _first_of_their_line(graph, scope.own):
        parents = (target,)
        target = _top(graph, scope.own, revision)  # what comes next follows it
        if graph.ids[revision].down_revisions == parents:
            continue
        path = graph.ids[revision].path
        if path is None or len(graph.ids[revision].down_revisions) > 1:
            raise UsageError(
                f"{revision} joins several revisions, so that nobody can tell which of them it should follow",
                path=None if path is None else project.shown(path),
                hint="Take the merge revision out, and let the revisions that it joins follow what is released.",
            )
        written[path] = repointed(text_of(path), project.shown(path), parents)
        moved.append(Moved(revision, project.shown(path), parents))
    exchange(written)
    return moved


def _target(graph: RevisionGraph, new: frozenset[str], onto: str | None) -> str:
    """The released revision that the new ones are to follow."""
    if onto is not None:
        if onto not in graph.ids or onto in new:
            hint = "Name one that the base branch has; headway history lists them."
            raise UsageError(f"'{onto}' is no released revision of this history", hint=hint)
        return onto
    released = [id_ for id_ in graph.ids if id_ not in new]
    heads = [id_ for id_ in released if not any(child in released for child in graph.children(id_))]
    if len(heads) != 1:
        raise UsageError(
            f"{len(heads)} released heads could be meant: {', '.join(heads) or 'there is none'}",
            hint="Name one: --onto REVISION.",
        )
    return heads[0]


def _first_of_their_line(graph: RevisionGraph, new: frozenset[str]) -> Sequence[str]:
    """The new revisions that stand on released ones alone, in the order in which they will follow each other."""
    return [id_ for id_ in graph.ids if id_ in new and not any(p in new for p in graph.ids[id_].down_revisions)]


def _top(graph: RevisionGraph, new: frozenset[str], revision: str) -> str:
    """The head of the line that a new revision begins. Raises UsageError where it has several."""
    line = graph.descendants([revision], dependencies=False, inclusive=True) & new
    tops = [id_ for id_ in graph.ids if id_ in line and not set(graph.children(id_)) & line]
    if len(tops) != 1:
        raise UsageError(
            f"the revisions on {revision} have {len(tops)} heads of their own: {', '.join(tops)}",
            hint="Join them first: headway merge " + " ".join(tops),
        )
    return tops[0]
