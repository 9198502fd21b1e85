"""The steps between two sets of heads: which revisions run in which order, and what each does to the version table.

Pure: a step says everything that a runtime needs, so that running one needs no graph.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from headway.errors import RevisionError
from headway.revision.graph import RevisionGraph
from headway.revision.resolve import (
    Relative,
    Symbol,
    in_branch,
    parse_relative,
    resolve,
    resolve_one,
    step_down,
    step_up,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One revision to run, or one stamp to write."""

    revision: str
    is_upgrade: bool
    is_stamp: bool = False
    doc: str = ""
    from_revisions: tuple[str, ...] = ()
    """What the database is on before, without dependencies: the left side in the log."""
    to_revisions: tuple[str, ...] = ()
    """What it is on after: the right side in the log."""
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
        return f"{self.name} {', '.join(self.from_revisions)} -> {', '.join(self.to_revisions)}"

    def __str__(self) -> str:
        return f"{self.short_log}, {self.doc}" if self.doc else self.short_log


def upgrade_route(graph: RevisionGraph, current: Iterable[str], target: Symbol) -> tuple[Step, ...]:
    """The steps that bring a database on ``current`` up to ``target``; none when it is there already.

    Raises RevisionError for a target that cannot be resolved or reached, or a ``current`` that the graph lacks.
    """
    heads = known(graph, current)
    targets = _upgrade_targets(graph, heads, target)
    applied = graph.ancestors(heads, inclusive=True)
    pending = graph.ancestors(targets, inclusive=True) - applied
    rows = list(heads)
    steps: list[Step] = []
    for id_ in reversed(graph.sort(pending, targets)):
        step = upgrade_step(graph, id_, rows)
        rows = list(step.heads_after)
        steps.append(step)
    return tuple(steps)


def downgrade_route(graph: RevisionGraph, current: Iterable[str], target: Symbol) -> tuple[Step, ...]:
    """The steps that bring a database on ``current`` down to ``target``.

    Raises RevisionError for a target that cannot be resolved, or that is not below ``current``.
    """
    heads = known(graph, current)
    applied = graph.ancestors(heads, inclusive=True)
    roots, goal = _downgrade_roots(graph, heads, target)
    undone = graph.descendants(roots, inclusive=True) & applied
    if not undone and goal is not None and goal not in applied:
        raise RevisionError(
            f"Destination {target} is not a valid downgrade target from current head(s)",
            hint=f"The database is on {', '.join(heads) or 'base'}.",
        )
    return tuple(downgrade_steps(graph, heads, graph.sort(undone, heads)))


def downgrade_steps(graph: RevisionGraph, heads: Sequence[str], order: Iterable[str]) -> Iterable[Step]:
    """The steps that undo the revisions of ``order``, each of which must have nothing applied above it."""
    applied = graph.ancestors(heads, inclusive=True)
    above = {id_: sum(child in applied for child in graph.real_children(id_)) for id_ in applied}
    rows = list(heads)
    for id_ in order:
        parents = graph.normalized_parents(id_)
        for parent in graph.real_parents(id_):
            above[parent] -= 1
        # A parent that something else still stands on does not become a row.
        freed = tuple(parent for parent in parents if not above[parent] and parent not in rows)
        step = _downgrade_step(graph, id_, rows, freed)
        rows = list(step.heads_after)
        yield step


def stamp_route(graph: RevisionGraph, current: Iterable[str], target: Symbol) -> tuple[Step, ...]:
    """The stamps that make the version table say ``target`` without running anything."""
    rows = list(known(graph, current))
    wanted: list[str | None] = list(resolve(graph, target)) or [None]
    label = _label_of(target)
    steps: list[Step] = []
    for goal in wanted:
        for step in _stamps(graph, rows, goal, label):
            rows = list(step.heads_after)
            steps.append(step)
    return tuple(steps)


def known(graph: RevisionGraph, current: Iterable[str]) -> tuple[str, ...]:
    """``current``, checked. Raises RevisionError when the graph lacks one of them."""
    heads = tuple(current)
    if missing := [id_ for id_ in heads if id_ not in graph.ids]:
        raise RevisionError(
            f"Can't locate revision identified by '{missing[0]}': the database is on it, this checkout lacks it",
            hint="Deploy the code that has this revision, or downgrade the database with that code first.",
        )
    return heads


def upgrade_step(graph: RevisionGraph, id_: str, rows: Sequence[str]) -> Step:
    """Running the upgrade of one revision on a database whose version table holds ``rows``."""
    revision = graph.ids[id_]
    replaced = [parent for parent in graph.normalized_parents(id_) if parent in rows]
    after = [row for row in rows if row not in replaced] + [id_]
    return Step(
        revision=id_,
        is_upgrade=True,
        doc=revision.doc,
        from_revisions=revision.down_revisions,
        to_revisions=(id_,),
        deletes=tuple(replaced[:-1]),
        inserts=() if replaced else (id_,),
        update=(replaced[-1], id_) if replaced else None,
        heads_before=tuple(rows),
        heads_after=tuple(after),
    )


# -- downgrade --------------------------------------------------------------------------------------------------


def _downgrade_step(graph: RevisionGraph, id_: str, rows: Sequence[str], freed: tuple[str, ...]) -> Step:
    revision = graph.ids[id_]
    return Step(
        revision=id_,
        is_upgrade=False,
        doc=revision.doc,
        from_revisions=(id_,),
        to_revisions=revision.down_revisions,
        deletes=() if freed else (id_,),
        inserts=freed[:-1],
        update=(id_, freed[-1]) if freed else None,
        heads_before=tuple(rows),
        heads_after=tuple([row for row in rows if row != id_] + list(freed)),
    )


def _downgrade_roots(
    graph: RevisionGraph, heads: tuple[str, ...], target: Symbol
) -> tuple[tuple[str, ...], str | None]:
    """The lowest revisions to undo, and the one that stays."""
    label = _label_of(target)
    goal = _downgrade_goal(graph, heads, target)
    if goal is None:
        return (in_branch(graph, graph.bases, label) if label else graph.real_bases), None
    above = graph.children(goal)
    if label:
        above = in_branch(graph, above, label)
    return above, goal


def _downgrade_goal(graph: RevisionGraph, heads: tuple[str, ...], target: Symbol) -> str | None:
    relative = parse_relative(target) if isinstance(target, str) and target not in graph.ids else None
    if relative is None:
        return resolve_one(graph, target if isinstance(target, str) or target is None else target[0])
    if relative.symbol is not None:
        found = resolve(graph, target)
        return found[0] if found else None
    if relative.offset > 0:
        raise RevisionError(f"Relative revision {target} didn't produce {relative.offset} migrations")
    starts = in_branch(graph, heads, relative.label) if relative.label else heads
    if len(starts) > 1:
        warnings.warn(
            "downgrade -1 from multiple heads is ambiguous; this usage will be disallowed in a future release.",
            stacklevel=2,
        )
    if not starts:
        raise RevisionError(f"Relative revision {target} didn't produce {-relative.offset} migrations")
    return step_down(graph, starts, -relative.offset, relative.label)


# -- upgrade ----------------------------------------------------------------------------------------------------


def _upgrade_targets(graph: RevisionGraph, heads: tuple[str, ...], target: Symbol) -> tuple[str, ...]:
    relative = parse_relative(target) if isinstance(target, str) and target not in graph.ids else None
    if relative is None:
        return resolve(graph, target)
    if relative.symbol is not None:
        return resolve(graph, target)
    if relative.offset < 0:
        raise RevisionError(f"Relative revision {target} didn't produce {-relative.offset} migrations")
    return (_above_current(graph, heads, str(target), relative),)


def _above_current(graph: RevisionGraph, heads: tuple[str, ...], target: str, relative: Relative) -> str:
    starts = in_branch(graph, heads, relative.label) if relative.label else heads
    if len(starts) > 1:
        raise RevisionError(
            "Ambiguous upgrade from multiple current revisions",
            hint=f"Name one: {starts[0]}+{relative.offset}.",
        )
    try:
        return step_up(graph, starts[0] if starts else None, relative.offset, relative.label)
    except RevisionError as error:
        if error.message != "Walked too far":
            raise
        raise RevisionError(
            f"Relative revision {target} didn't produce {relative.offset} migrations",
            hint="There are not so many revisions above the database's.",
        ) from error


# -- stamp ------------------------------------------------------------------------------------------------------


def _stamps(graph: RevisionGraph, rows: Sequence[str], goal: str | None, label: str | None) -> Iterable[Step]:
    if goal is None:
        related = in_branch(graph, rows, label) if label else tuple(rows)
        for row in related:
            rows = tuple(other for other in rows if other != row)
            yield Step(
                revision=row,
                is_upgrade=False,
                is_stamp=True,
                from_revisions=(row,),
                deletes=(row,),
                heads_before=(*rows, row),
                heads_after=tuple(rows),
            )
        return
    line = graph.ancestors([goal], inclusive=True) | graph.descendants([goal], inclusive=True)
    related = tuple(row for row in rows if row in line)
    if goal in related:
        return
    above = bool(graph.descendants([goal]) & set(related))
    yield Step(
        revision=goal,
        is_upgrade=not above,
        is_stamp=True,
        from_revisions=related,
        to_revisions=(goal,),
        deletes=related[:-1],
        inserts=() if related else (goal,),
        update=(related[-1], goal) if related else None,
        heads_before=tuple(rows),
        heads_after=(*(row for row in rows if row not in related), goal),
    )


def _label_of(target: Symbol) -> str | None:
    """The part before the ``@``."""
    text = target if isinstance(target, str) else target[0] if target and len(target) == 1 else ""
    label, at, _ = text.partition("@")
    return label if at else None
