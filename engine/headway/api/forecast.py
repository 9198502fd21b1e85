"""Forecast: what becomes of the history when branches are merged, alone and in pairs. Static; reads git's objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from headway.api.project import Project
from headway.errors import UsageError
from headway.lint.history.conflicts import conflicts
from headway.lint.history.released import Old, revisions_in
from headway.repository import git
from headway.revision.graph import RevisionGraph
from headway.valueclass import valueclass


@valueclass(frozen=True, slots=True)
class Merge:
    """The base with one branch, or with two, merged into it."""

    branches: tuple[str, ...]
    heads: tuple[str, ...]
    added: tuple[str, ...]
    """The revisions that come with the branches."""
    problems: tuple[str, ...]
    """What will be wrong then, each as one line."""


@valueclass(frozen=True, slots=True)
class Forecast:
    """Each branch by itself, then each pair."""

    base: str
    merges: tuple[Merge, ...]

    @property
    def is_well(self) -> bool:
        """Whether nothing will be wrong."""
        return not any(merge.problems for merge in self.merges)


def forecast(project: Project, branches: Sequence[str], base: str | None) -> Forecast:
    """What the merge of each of ``branches``, and of each pair of them, into ``base`` will be like.

    Raises UsageError for a branch that git does not know, and where no base can be told.
    """
    against = base or git.default_base(project.home, project.policy.base)
    if against is None:
        raise UsageError("nothing tells what the branches are merged into", hint="Name it: --base origin/main.")
    files = git.files_of_branches(project.home, against, branches, project.directory.locations)
    released = revisions_in(files.base)
    added = {branch: revisions_in(sources) for branch, sources in files.added.items()}
    expected = project.policy.expected_heads
    allowed = expected if isinstance(expected, int) else len(expected)
    name = git.shown(against)
    alone = [_merge((branch,), released, added, allowed, name, files.since[branch]) for branch in added]
    # What one of a pair does by itself is said of it alone.
    before = {merge.branches[0]: merge for merge in alone}
    pairs = [
        _merge(pair, released, added, max(allowed, *(len(before[one].heads) for one in pair)), name)
        for pair in combinations(added, 2)
    ]
    return Forecast(name, (*alone, *pairs))


def _merge(
    branches: tuple[str, ...],
    released: Sequence[Old],
    added: dict[str, tuple[Old, ...]],
    allowed: int,
    base: str,
    since: frozenset[str] = frozenset(),
) -> Merge:
    """``since`` are the paths that the base has got since a single branch left it."""
    theirs = [old for branch in branches for old in added[branch]]
    graph = RevisionGraph(old.as_revision() for old in (*released, *theirs))
    said = list(_problems(branches, added, graph, allowed))
    new = tuple(dict.fromkeys(old.id for old in theirs))
    if len(branches) == 1:
        meanwhile = [old for old in released if old.path in since]
        said += _taken(added[branches[0]], [old for old in released if old.path not in _paths(theirs)], base)
        said += _conflicts(theirs, meanwhile)
    return Merge(branches, tuple(graph.heads), new, tuple(said))


def _paths(revisions: Iterable[Old]) -> set[str]:
    return {old.path for old in revisions}


def _problems(
    branches: tuple[str, ...], added: dict[str, tuple[Old, ...]], graph: RevisionGraph, allowed: int
) -> Iterator[str]:
    if len(graph.heads) > allowed:
        yield (
            f"{len(graph.heads)} heads where {allowed} {'is' if allowed == 1 else 'are'} expected: "
            f"{', '.join(graph.heads)}; whoever merges second: headway rebase"
        )
    for one, other in combinations(branches, 2):
        taken = {old.id: old.path for old in added[one]}
        for old in added[other]:
            if old.id in taken:
                yield f"revision id {old.id} is used by both: {taken[old.id]} and {old.path}"
        yield from _conflicts(added[one], added[other])


def _conflicts(mine: Iterable[Old], theirs: Sequence[Old]) -> Iterator[str]:
    for one in mine:
        for other in theirs:
            for conflict in conflicts(_effects(one), _effects(other)):
                yield (
                    f"{one.path}:{conflict.mine.span.line} and {other.path}:{conflict.theirs.span.line} do not commute: "
                    f"{conflict.why}"
                )


def _taken(mine: Iterable[Old], released: Iterable[Old], base: str) -> Iterator[str]:
    taken = {old.id: old.path for old in released}
    for old in mine:
        if old.id in taken:
            yield f"revision id {old.id} of {old.path} is taken on {base} by {taken[old.id]}"


def _effects(old: Old) -> tuple:  # type: ignore[type-arg]  # effects of any kind
    migration = old.migration
    return migration.upgrade.effects if migration is not None and migration.upgrade is not None else ()
