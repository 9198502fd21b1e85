"""The proof of a squash: scratch databases go the old way and the new one, and must hold the same in the end.

Needs a history that has both: what is replaced, and the squash beside it. Who puts them there, and what becomes of the
files, is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from headway.api.project import Project
from headway.api.rehearse import Rehearsal, is_irreversible, rehearsing
from headway.catalog.difference import difference, lines
from headway.catalog.schema import Schema
from headway.compat.hook import serving_alembic
from headway.dialects.inspection import inspect_schema, name_of
from headway.errors import HeadwayError, UsageError
from headway.redact import redact
from headway.revision.route import Step, downgrade_steps, upgrade_route
from headway.runtime.context import MigrationContext
from headway.scratch.kinds import open_scratch
from headway.scratch.rows import Held, differing, held, unstable_columns
from headway.valueclass import valueclass


@valueclass(frozen=True, slots=True)
class State:
    """What one of the databases holds that env.py migrates."""

    schema: Schema
    held: Held


States = tuple[State, ...]
"""Those of all databases, in the order in which env.py comes to them."""


Unstable = Sequence[Mapping[str, frozenset[str]]]
"""For each database, by table, the columns whose values are other ones in every run."""


@valueclass(frozen=True, slots=True)
class Proof:
    """What came of it on one kind of scratch database."""

    differences: tuple[str, ...] = ()
    """None: both ways lead to the same."""
    notes: tuple[str, ...] = ()
    """What was not compared, and why."""
    has_way_back: bool = True
    """Whether the downgrades of the replaced revisions could be gone, as far as anybody had to look."""


@valueclass(frozen=True)
class Ways:
    """The two ways through a project's history, and where they part."""

    project: Project
    end: str
    """The last of the replaced revisions."""
    squash: str
    exact: bool = False
    """Whether even what each run makes anew, such as times, must be the same."""

    @property
    def before(self) -> tuple[str, ...]:
        """What comes before both."""
        graph = self.project.scripts.history
        return (*graph.ids[self.squash].down_revisions, *graph.dependencies(self.squash))


def prove(ways: Ways, kind: str) -> Proof:
    """Goes both ways on scratch databases of ``kind``, each on an empty one, and says how what they hold differs.

    Raises HeadwayError where the old way cannot be gone, which says nothing of the squash.
    """
    after = _old_way(ways, kind)
    new = _new_way(ways, kind)
    if new.made is None:
        return Proof((new.failed or "",))
    unstable = _unstable(ways, kind, after, new.made)
    notes = tuple(_not_compared(unstable))
    if differences := tuple(_differences(after, new.made, unstable)):
        return Proof(differences, notes)
    if is_irreversible(ways.project, ways.squash):
        return Proof((), (*notes, f"{ways.squash} says that it is irreversible: no way back was tried"))
    back = _way_back(ways, kind, new, unstable)
    return replace(back, notes=(*notes, *back.notes))


# -- one scratch database ---------------------------------------------------------------------------------------


@contextmanager
def begun(project: Project, kind: str) -> Iterator[Rehearsal]:
    """A rehearsal on an empty scratch database, filled with what the history begins on."""
    kind = project.resolve_url(kind)
    with serving_alembic(), open_scratch(kind) as scratch, rehearsing(project, scratch, frozenset()) as rehearsal:
        rehearsal.begin()
        yield rehearsal


def up(rehearsal: Rehearsal, targets: Sequence[str]) -> None:
    """Upgrades to all of ``targets``; to none of them is nowhere."""
    graph = rehearsal.project.scripts.history
    rehearsal.run(lambda heads, context: upgrade_route(graph, heads, tuple(targets)) if targets else ())


def down(rehearsal: Rehearsal, revisions: Sequence[str]) -> None:
    """Downgrades these, in this order."""
    graph = rehearsal.project.scripts.history
    rehearsal.run(lambda heads, context: downgrade_steps(graph, heads, revisions))


def look(rehearsal: Rehearsal) -> States:
    """What the databases hold now."""
    found: dict[str, State] = {}

    def note(heads: tuple[str, ...], context: MigrationContext) -> Iterable[Step]:
        # Two scratch databases have two names; an env.py may come to the same one several times.
        name = name_of(context.connection)
        if name not in found:
            schema = inspect_schema(context.connection, leave_out=[context.version_table])
            found[name] = State(schema, held(context.connection, schema))
        return ()

    rehearsal.run(note)
    return tuple(found.values())


# -- both ways --------------------------------------------------------------------------------------------------


def _old_way(ways: Ways, kind: str) -> States:
    graph = ways.project.scripts.history
    with begun(ways.project, kind) as rehearsal:
        if done := sorted(_replaced(ways) & graph.ancestors(rehearsal.started, inclusive=True)):
            raise UsageError(
                f"scratch databases begin where {', '.join(done)} has run already (scratch.start), so that nothing can be proved",
                hint="Squash a range that begins after it, or write the start anew from an older database.",
            )
        up(rehearsal, ways.before)
        up(rehearsal, (ways.end,))
        return look(rehearsal)


@valueclass(frozen=True, slots=True)
class _New:
    """What the databases held on the new way: before the squash, after it, after its downgrade, and after it again."""

    found: States = ()
    made: States | None = None
    undone: States | None = None
    again: States | None = None
    failed: str | None = None
    """What could not be gone of it, and why."""


def _new_way(ways: Ways, kind: str) -> _New:
    tried = "the squash"
    found: States = ()
    made: States | None = None
    undone: States | None = None
    with begun(ways.project, kind) as rehearsal:
        up(rehearsal, ways.before)
        found = look(rehearsal)
        try:
            up(rehearsal, (ways.squash,))
            made = look(rehearsal)
            if is_irreversible(ways.project, ways.squash):
                return _New(found, made)
            tried = "its downgrade"
            down(rehearsal, [ways.squash])
            undone = look(rehearsal)
            tried = "the squash, after its downgrade,"
            up(rehearsal, (ways.squash,))
            return _New(found, made, undone, look(rehearsal))
        except HeadwayError as error:
            return _New(found, made, undone, failed=f"{tried} fails: {redact(error.message)}")


def _way_back(ways: Ways, kind: str, new: _New, unstable: Unstable) -> Proof:
    """What differs after the squash has gone down, and up again; it need do no better than what it replaces."""
    made, undone, after = new.made or (), new.undone or (), new.again or ()
    if new.failed is None:
        left = tuple(f"after its downgrade: {line}" for line in _differences(new.found, undone, ()))
        if not left:
            again = _differences(made, after, unstable)
            return Proof(tuple(f"after down and up again: {line}" for line in again))
    usual = _old_way_back(ways, kind)
    if new.failed is not None:
        why = "its downgrade cannot be gone, as those of the replaced revisions cannot"
        return Proof((), (why,), has_way_back=False) if usual is None else Proof((new.failed,))
    if usual is None or list(_differences(usual, undone, unstable)):
        return Proof(left)
    return Proof((), ("its downgrade leaves behind what those of the replaced revisions leave",))


def _old_way_back(ways: Ways, kind: str) -> States | None:
    """What the old way leaves after its downgrades; None where they fail, or it cannot be gone again."""
    graph = ways.project.scripts.history
    with begun(ways.project, kind) as rehearsal:
        up(rehearsal, (*ways.before, ways.end))
        try:
            down(rehearsal, graph.sort(_replaced(ways), [ways.end]))
            left = look(rehearsal)
            up(rehearsal, (ways.end,))
        except HeadwayError:
            return None
        return left


def _replaced(ways: Ways) -> set[str]:
    graph = ways.project.scripts.history
    return graph.ancestors([ways.end], inclusive=True) - graph.ancestors(ways.before, inclusive=True)


def _unstable(ways: Ways, kind: str, after: States, made: States) -> Unstable:
    """The columns that are different in every run of the same revisions, found by going the old way once more."""
    same = len(after) == len(made) and not any(
        list(differing(one.held, other.held, {})) for one, other in zip(after, made, strict=True)
    )
    if same or ways.exact:
        return ()
    again = _old_way(ways, kind)
    return tuple(unstable_columns(one.held, other.held) for one, other in zip(after, again, strict=False))


def _differences(one: States, other: States, unstable: Unstable) -> Iterator[str]:
    if len(one) != len(other):
        yield f"{len(one)} database(s), then {len(other)}"
    for number, (a, b) in enumerate(zip(one, other, strict=False)):
        yield from lines(difference(a.schema, b.schema))
        yield from _order(a.schema, b.schema)
        yield from differing(a.held, b.held, unstable[number] if number < len(unstable) else {})


def _order(one: Schema, other: Schema) -> Iterator[str]:
    """Tables whose columns are the same and stand in another order, which INSERT without names goes by."""
    for key, table in one.tables.there.items():
        there = other.tables.get(key)
        columns, others = list(table.columns.there), list(there.columns.there) if there is not None else []
        if columns != others and set(columns) == set(others):
            yield f"order of columns in {table.name}: {', '.join(columns)}; then {', '.join(others)}"


def _not_compared(unstable: Unstable) -> Iterator[str]:
    for columns in unstable:
        for table, names in columns.items():
            yield f"{table}.{', '.join(sorted(names))}: made anew by each run, so that its values were not compared"
