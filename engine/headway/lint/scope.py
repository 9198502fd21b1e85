"""Which revisions are new, and so judged: against a base branch, a baseline revision, or all. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from headway.errors import UsageError
from headway.repository.git import Changes
from headway.revision.graph import RevisionGraph


@dataclass(frozen=True, slots=True)
class Scope:
    """The revisions that rules look at."""

    examined: frozenset[str]
    new: frozenset[str]
    """Those that no database outside this change has."""
    against: str
    """What 'new' was told by, as reports say it."""


def everything(graph: RevisionGraph) -> Scope:
    """Every revision; none counts as new, so that tables are taken to hold rows."""
    return Scope(frozenset(graph.ids), frozenset(), "all revisions")


def since_baseline(graph: RevisionGraph, baseline: str) -> Scope:
    """The revisions that are neither ``baseline`` nor one of its ancestors.

    Raises UsageError when the history has no such revision.
    """
    if baseline not in graph.ids:
        raise UsageError(
            f"the baseline '{baseline}' is not a revision of this history",
            hint="Set 'baseline' in the policy to the full id of a released revision.",
        )
    new = frozenset(graph.ids) - graph.ancestors([baseline]) - {baseline}
    return Scope(new, new, f"baseline {baseline}")


def since_base(files: Mapping[str, Collection[str]], changes: Changes, released: Collection[str]) -> Scope:
    """The revisions whose file was added since a base, and those whose file was changed.

    A changed file is judged but not new: databases may have run it. So is one whose id is among the ``released`` ones,
    which the base has in another place. A history that lies outside of the repository is
    judged as a whole, because nobody can tell what of it is released.
    """
    outside = sum(all(path in changes.outside for path in paths) for paths in files.values())
    if files and outside == len(files):
        return Scope(frozenset(files), frozenset(), "all revisions, which lie outside of the repository")
    new = {revision for revision, paths in files.items() if any(path in changes.added for path in paths)}
    changed = {revision for revision, paths in files.items() if any(path in changes.modified for path in paths)}
    changed |= new & set(released)
    new -= set(released)
    not_judged = f", {outside} outside of the repository and not judged" if outside else ""
    return Scope(frozenset(new | changed), frozenset(new), f"{changes.base}{not_judged}")
