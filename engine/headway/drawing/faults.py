"""A broken history as one that can be drawn, with what is wrong written at the revisions. Mends nothing on disk."""

from __future__ import annotations

from collections.abc import Iterable

from headway.revision.graph import RevisionGraph
from headway.revision.model import Revision
from headway.revision.problems import Kind, Problem


def drawable(graph: RevisionGraph) -> RevisionGraph:
    """The history with a node for each parent that is missing, each circle cut at one place, and words at both."""
    revisions = dict(graph.ids)
    for problem in graph.problems:
        if problem.kind is Kind.CYCLE:
            _cut(revisions, problem)
        elif problem.kind is Kind.DUPLICATE:
            _note(revisions, problem.revision, "DECLARED TWICE")
        elif problem.kind is Kind.DUPLICATE_LABEL:
            _note(revisions, problem.revision, "LABEL DECLARED TWICE")
            revisions[problem.revision] = revisions[problem.revision]._replace(branch_labels=())
    known = {*revisions, *graph.labels}
    for revision in list(revisions.values()):
        for name in (*revision.down_revisions, *revision.depends_on):
            if name not in known and name not in revisions:
                revisions[name] = Revision(name, doc="MISSING: no file declares it")
    return RevisionGraph(revisions.values())


def _cut(revisions: dict[str, Revision], problem: Problem) -> None:
    """Takes the edge out that closes a circle, and says so at the revision that it began at."""
    first, members = problem.members[0], frozenset(problem.members)
    revision = revisions[first]
    left = revision.down_revisions, revision.depends_on
    revisions[first] = revision._replace(
        down_revision=_without(left[0], members), dependencies=_without(left[1], members)
    )
    others = ", ".join(problem.members[1:])
    _note(revisions, first, f"IN A CIRCLE with {others}" if others else "ITS OWN PARENT")


def _without(names: Iterable[str], left_out: frozenset[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in left_out)


def _note(revisions: dict[str, Revision], id_: str, words: str) -> None:
    revision = revisions[id_]
    if words not in revision.doc:
        revisions[id_] = revision._replace(doc=f"{words}. {revision.doc}".strip())
