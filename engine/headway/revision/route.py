"""The steps between two sets of heads: which revisions run in which order, and what each does to the version table.

Pure: a step says everything that a runtime needs, so that running one needs no graph.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from headway.errors import RangeNotAncestorError, RevisionError
from headway.revision.graph import RevisionGraph
from headway.revision.model import as_tuple
from headway.revision.resolve import (
    Relative,
    Symbol,
    WalkedTooFar,
    branch_revision,
    in_branch,
    parse_relative,
    resolve,
    resolve_one,
    step_down,
    step_up,
)


class Step(NamedTuple):
    """One revision to run, or one stamp to write."""

    revision: str
    is_upgrade: bool
    is_stamp: bool = False
    doc: str = ""
    from_revisions: tuple[str, ...] = ()
    """What the step leaves, dependencies included."""
    to_revisions: tuple[str, ...] = ()
    """What it arrives at, dependencies included."""
    from_revisions_no_deps: tuple[str, ...] = ()
    """The left side in the log."""
    to_revisions_no_deps: tuple[str, ...] = ()
    """The right side in the log."""
    deletes: tuple[str, ...] = ()
    inserts: tuple[str, ...] = ()
    update: tuple[str, str] | None = None
    heads_before: tuple[str, ...] = ()
    heads_after: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """``upgrade``, ``downgrade`` or ``stamp_revision``, as the log shows it."""
        return "stamp_revision" if self.is_stamp else "upgrade" if self.is_upgrade else "downgrade"

    @property
    def is_downgrade(self) -> bool:
        """The opposite of ``is_upgrade``."""
        return not self.is_upgrade

    @property
    def short_log(self) -> str:
        """``upgrade a -> b``."""
        left, right = ", ".join(self.from_revisions_no_deps), ", ".join(self.to_revisions_no_deps)
        return f"{self.name} {left} -> {right}"

    def __str__(self) -> str:
        return f"{self.short_log}, {self.doc}" if self.doc else self.short_log


def upgrade_route(graph: RevisionGraph, current: Iterable[str], target: Symbol) -> tuple[Step, ...]:
    """The steps that bring a database on ``current`` up to ``target``; none when it is there already.

    Raises RevisionError for a target that cannot be resolved or reached, or a ``current`` that the graph lacks.
    """
    given = tuple(current)
    heads = known(graph, given)
    targets = _upgrade_targets(graph, heads, target)
    pending = graph.ancestors(targets, inclusive=True) - graph.ancestors(heads, inclusive=True)
    rows = heads
    steps = list(_forward(graph, given))
    for id_ in reversed(graph.sort(pending, targets)):
        step = upgrade_step(graph, id_, rows)
        rows = step.heads_after
        steps.append(step)
    return tuple(steps)


def downgrade_route(graph: RevisionGraph, current: Iterable[str], target: Symbol) -> tuple[Step, ...]:
    """The steps that bring a database on ``current`` down to ``target``.

    Raises RevisionError for a target that cannot be resolved, RangeNotAncestorError for one that is not below
    ``current``.
    """
    given = tuple(current)
    heads = known(graph, given)
    label, goal = _downgrade_goal(graph, heads, target)
    roots = graph.children(goal) if goal is not None else graph.bases
    if label and len(roots) > 1:
        line = graph.ancestors([branch_revision(graph, label)], dependencies=False, inclusive=True)
        roots = tuple(root for root in roots if root in line)
        if not roots:
            raise RevisionError("Not a valid downgrade target from current heads")
    undone = graph.descendants(roots, inclusive=True) & graph.ancestors(heads, inclusive=True)
    if not undone and goal is not None and goal not in heads:
        raise RangeNotAncestorError("Nothing to drop", heads)
    return (*_forward(graph, given), *downgrade_steps(graph, heads, graph.sort(undone, heads)))


def downgrade_steps(graph: RevisionGraph, heads: Sequence[str], order: Iterable[str]) -> Iterable[Step]:
    """The steps that undo the revisions of ``order``, each of which must have nothing applied above it."""
    applied = graph.ancestors(heads, inclusive=True)
    above = {id_: sum(child in applied for child in graph.real_children(id_)) for id_ in applied}
    rows = tuple(heads)
    for id_ in order:
        for parent in graph.real_parents(id_):
            above[parent] -= 1
        # A parent that something else still stands on does not become a row.
        parents = graph.normalized_parents(id_)
        freed = tuple(parent for parent in parents if not above[parent] and parent not in rows)
        step = _downgrade_step(graph, id_, rows, freed)
        rows = step.heads_after
        yield step


def stamp_route(graph: RevisionGraph, current: Iterable[str], target: Symbol) -> tuple[Step, ...]:
    """The stamps that make the version table say ``target`` without running anything.

    Raises RevisionError for a target that cannot be resolved, or a ``current`` that the graph lacks.
    """
    given = tuple(current)
    rows = before = known(graph, given)
    symbols = as_tuple(target) or ("base",)
    goals: list[str | None] = list(resolve(graph, target)) or [None]
    related = {row for symbol in symbols for row in in_branch(graph, rows, symbol or "base", dependencies=True)}
    steps = list(_forward(graph, given))
    for goal in goals:
        added = _unstamps(rows, related) if goal is None else _stamps(graph, rows, goal, before)
        for step in added:
            rows = step.heads_after
            steps.append(step)
    return tuple(steps)


def known(graph: RevisionGraph, current: Iterable[str]) -> tuple[str, ...]:
    """The rows of a version table, checked; one at the end of what a squash replaces counts as the squash.

    Raises RevisionError when the graph lacks one of them, or one is an ancestor of another.
    """
    given = tuple(dict.fromkeys(current))
    heads = present(graph, given)
    if len(heads) != len(given):
        both = next(row for row in given if graph.end_of.get(row) in given)
        raise RevisionError(
            f"The version table holds {both} and {graph.end_of[both]}, which replaces it",
            hint=f"Look at what the database has; 'stamp --purge {graph.end_of[both]}' sets the table right.",
        )
    if len(heads) > 1:
        below = graph.ancestors(heads)
        if overlapping := [id_ for id_ in heads if id_ in below]:
            upper = next(h for h in heads if overlapping[0] in graph.ancestors([h]))
            raise RevisionError(
                f"Requested revision {upper} overlaps with other requested revisions {overlapping[0]}",
                hint="The version table holds a revision and an ancestor of it; 'stamp --purge' sets it right.",
            )
    return heads


def present(graph: RevisionGraph, current: Iterable[str]) -> tuple[str, ...]:
    """The rows of a version table, each once, for who only looks; one at the end of what a squash replaces is the squash.

    Raises RevisionError when the graph lacks one.
    """
    heads = tuple(dict.fromkeys(graph.end_of.get(row, row) for row in current))
    if missing := [id_ for id_ in heads if id_ not in graph.ids]:
        if missing[0] in graph.squash_of:
            raise _within(graph, missing[0])
        raise RevisionError(
            f"Can't locate revision identified by '{missing[0]}'",
            hint="The database is on it and this checkout lacks it: deploy the code that has this revision, or "
            "downgrade the database with that code first.",
        )
    return heads


def _within(graph: RevisionGraph, row: str) -> RevisionError:
    """The error for a database in the middle of what a squash replaces: nothing here can do the rest of it."""
    squash = graph.ids[graph.squash_of[row]]
    end = squash.replaces[-1]
    return RevisionError(
        f"the database is on {row}, in the middle of what the squash {squash.revision} replaces ({squash.replaces[0]} to {end})",
        hint=f"Upgrade it to {end} with a release that still has those files; this one takes it on from there.",
    )


def _forward(graph: RevisionGraph, current: Iterable[str]) -> Iterable[Step]:
    """The stamps by which rows at the end of what a squash replaces name the squash."""
    rows = tuple(dict.fromkeys(current))
    for row in rows:
        squash = graph.end_of.get(row)
        if squash is None:
            continue
        after = tuple(squash if other == row else other for other in rows)
        yield Step(
            revision=squash,
            is_upgrade=True,
            is_stamp=True,
            doc=graph.ids[squash].doc,
            from_revisions=(row,),
            to_revisions=(squash,),
            from_revisions_no_deps=(row,),
            to_revisions_no_deps=(squash,),
            update=(row, squash),
            heads_before=rows,
            heads_after=after,
        )
        rows = after


def upgrade_step(graph: RevisionGraph, id_: str, rows: Sequence[str]) -> Step:
    """Running the upgrade of one revision on a database whose version table holds ``rows``."""
    revision = graph.ids[id_]
    parents = graph.normalized_parents(id_)
    replaced = tuple(parent for parent in parents if parent in rows)
    itself = (id_,)
    return Step(
        revision=id_,
        is_upgrade=True,
        doc=revision.doc,
        from_revisions=parents,
        to_revisions=itself,
        from_revisions_no_deps=revision.down_revisions,
        to_revisions_no_deps=itself,
        deletes=replaced[:-1],
        inserts=() if replaced else itself,
        update=(replaced[-1], id_) if replaced else None,
        heads_before=tuple(rows),
        heads_after=(*[row for row in rows if row not in replaced], id_),
    )


# -- downgrade --------------------------------------------------------------------------------------------------


def _downgrade_step(graph: RevisionGraph, id_: str, rows: tuple[str, ...], freed: tuple[str, ...]) -> Step:
    revision = graph.ids[id_]
    return Step(
        revision=id_,
        is_upgrade=False,
        doc=revision.doc,
        from_revisions=(id_,),
        to_revisions=graph.normalized_parents(id_),
        from_revisions_no_deps=(id_,),
        to_revisions_no_deps=revision.down_revisions,
        deletes=() if freed else (id_,),
        inserts=freed[:-1],
        update=(id_, freed[-1]) if freed else None,
        heads_before=rows,
        heads_after=(*(row for row in rows if row != id_), *freed),
    )


def _downgrade_goal(graph: RevisionGraph, heads: tuple[str, ...], target: Symbol) -> tuple[str | None, str | None]:
    """The branch to go down, if the target names one, and the revision that stays on top; None is base."""
    relative = parse_relative(graph, target)
    if relative is None:
        label, _, name = target.rpartition("@") if isinstance(target, str) else ("", "", target)
        # The label says which branch to undo; what stays on top may lie outside of it.
        return label or None, resolve_one(graph, name)
    if relative.place is not None:
        return relative.label, resolve_one(graph, target)
    if relative.offset > 0:
        raise _missing(relative, "Name the revision to go down to.")
    start = _downgrade_start(graph, heads, relative)
    try:
        goal = step_down(graph, start, -relative.offset)
    except WalkedTooFar as error:
        raise _missing(relative, "There are not so many revisions below the database's.") from error
    return relative.label or start, goal


def _downgrade_start(graph: RevisionGraph, heads: tuple[str, ...], relative: Relative) -> str:
    """The row that ``-1`` or ``label@-1`` counts from."""
    if not heads:
        raise _missing(relative, "The database is on base.")
    if not relative.label:
        if len(heads) > 1:
            warnings.warn(
                "downgrade -1 from multiple heads is ambiguous; this usage will be disallowed in a future release.",
                stacklevel=4,
            )
        return heads[0]
    starts = in_branch(graph, heads, relative.label)
    if not starts:
        # Another branch may depend on this one, and then only that other branch has a row.
        applied = graph.ancestors(heads, inclusive=True)
        tops = (id_ for id_ in graph.ids if id_ in applied and not applied.intersection(graph.children(id_)))
        starts = in_branch(graph, tops, relative.label)
    if not starts:
        raise RevisionError(
            f"the database is on no revision of branch '{relative.label}'",
            hint=f"It is on {', '.join(heads)}.",
        )
    if len(starts) > 1:
        raise RevisionError(
            f"the database is on several revisions of branch '{relative.label}'",
            hint=f"Name the one to go down from: {starts[0]}{relative.offset}.",
        )
    return starts[0]


def _missing(relative: Relative, hint: str) -> RevisionError:
    offset = relative.offset
    return RevisionError(f"Relative revision {offset:+d} didn't produce {abs(offset)} migrations", hint=hint)


# -- upgrade ----------------------------------------------------------------------------------------------------


def _upgrade_targets(graph: RevisionGraph, heads: tuple[str, ...], target: Symbol) -> tuple[str, ...]:
    relative = parse_relative(graph, target)
    if relative is None:
        return resolve(graph, target)
    if relative.place is None and relative.offset < 0:
        raise _missing(relative, "Use 'downgrade' to go down.")
    try:
        if relative.place is not None:
            return resolve(graph, target)
        found = step_up(graph, _upgrade_start(graph, heads, relative), relative.offset, relative.label)
    except WalkedTooFar as error:
        raise _missing(relative, error.hint or "") from error
    return () if found is None else (found,)


def _upgrade_start(graph: RevisionGraph, heads: tuple[str, ...], relative: Relative) -> str | None:
    """The row that ``+1`` or ``label@+1`` counts from; None is base."""
    starts = heads
    if relative.label:
        starts = in_branch(graph, heads, relative.label) or _tips_within(graph, heads, relative.label)
    if len(starts) > 1:
        raise RevisionError(
            "Ambiguous upgrade from multiple current revisions",
            hint=f"Name the one to count from: {starts[0]}{relative.offset:+d}.",
        )
    return starts[0] if starts else None


def _tips_within(graph: RevisionGraph, heads: tuple[str, ...], label: str) -> tuple[str, ...]:
    """How far a branch has been applied that has no row of its own."""
    applied = in_branch(graph, sorted(graph.ancestors(heads, inclusive=True)), label)
    covered = {parent for id_ in applied for parent in graph.normalized_parents(id_)}
    return tuple(id_ for id_ in applied if id_ not in covered)


# -- stamp ------------------------------------------------------------------------------------------------------


def _unstamps(rows: tuple[str, ...], related: set[str]) -> Iterable[Step]:
    for row in rows:
        if row not in related:
            continue
        after = tuple(other for other in rows if other != row)
        yield Step(
            revision=row,
            is_upgrade=False,
            is_stamp=True,
            from_revisions=(row,),
            from_revisions_no_deps=(row,),
            deletes=(row,),
            heads_before=rows,
            heads_after=after,
        )
        rows = after


def _stamps(graph: RevisionGraph, rows: tuple[str, ...], goal: str, before: tuple[str, ...]) -> Iterable[Step]:
    """The stamp of one goal; ``before`` are the rows before the first of several, which the log shows."""
    above = graph.descendants([goal])
    line = above | graph.ancestors([goal])
    replaced = tuple(row for row in rows if row in line)
    left = tuple(row for row in before if row in line)
    if goal in rows:
        return
    yield Step(
        revision=goal,
        is_upgrade=not above.intersection(replaced),
        is_stamp=True,
        from_revisions=left,
        to_revisions=(goal,),
        from_revisions_no_deps=left,
        to_revisions_no_deps=(goal,),
        deletes=replaced[:-1],
        inserts=() if replaced else (goal,),
        update=(replaced[-1], goal) if replaced else None,
        heads_before=rows,
        heads_after=(*(row for row in rows if row not in replaced), goal),
    )
