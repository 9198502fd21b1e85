"""The schema just before a revision, as far as its ancestors tell: reads only those that a question needs.

Who reads a revision's file, and rules, are elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from headway.catalog.names import Names
from headway.catalog.questions import Answers
from headway.catalog.replay import Replay
from headway.catalog.texts import Texts
from headway.effects import model as fx
from headway.revision.reach import Reach

Effects = Callable[[str], Sequence[fx.Effect]]
"""What ``upgrade()`` of a revision does. A file that cannot be read is a NotAnalysed."""


class History:
    """Schemas at the places of one history, for one database. What it has read it keeps."""

    def __init__(self, reach: Reach, texts: Texts, effects: Effects, names: Names) -> None:
        self._reach = reach
        self._texts = texts
        self._effects = effects
        self.names = names
        self._read: dict[str, tuple[fx.Effect, ...]] = {}
        self._answers: dict[tuple[str, frozenset[str]], Answers] = {}
        self._last: dict[frozenset[str], tuple[list[_Step], Replay]] = {}
        """Of some tables how far they were replayed when they were asked for last."""

    def before(self, revision: str, tables: Iterable[fx.Text]) -> Answers:
        """What is known of ``tables`` (names, of whatever schema) when ``revision`` begins.

        Of other tables the answer knows less than could be known, and nothing that is not so.
        """
        asked = _names(tables)
        known = self._answers.get((revision, asked))
        if known is None:
            known = Answers(self._carried_on(revision, asked).schema(), self.names)
            _keep(self._answers, (revision, asked), known)
        return known

    def walk(self, revision: str, also: Iterable[fx.Text] = ()) -> Iterator[tuple[fx.Effect, Callable[[], Answers]]]:
        """Each effect of ``revision`` with what was known just before it, made when it is asked for.

        It must be asked before the walk goes on. What is known of the tables ``also`` is known beside that of its own.
        """
        effects = self._effects_of(revision)
        replay = self._replayed(revision, {*tables_of(effects), *also})
        for effect in effects:
            yield effect, lambda: Answers(replay.schema(), self.names)
            replay.apply(effect, revision)

    def walk_back(self, revision: str, down: Sequence[fx.Effect]) -> Iterator[tuple[fx.Effect, Callable[[], Answers]]]:
        """Each effect of ``down``, what ``downgrade()`` of ``revision`` does, with what was known just before it behind
        ``upgrade()``; asked as in :meth:`walk`."""
        effects = self._effects_of(revision)
        replay = self._replayed(revision, tables_of((*effects, *down)))
        replay.run(effects, revision)
        for effect in down:
            yield effect, lambda: Answers(replay.schema(), self.names)
            replay.apply(effect, revision)

    def after(self, revision: str) -> Answers:
        """What is known of the tables that ``revision`` is about when it has run."""
        effects = self._effects_of(revision)
        replay = self._replayed(revision, tables_of(effects))
        replay.run(effects, revision)
        return Answers(replay.schema(), self.names)

    # -- which files to read ------------------------------------------------------------------------------------

    def _replayed(self, revision: str, tables: Iterable[fx.Text]) -> Replay:
        replay = Replay(self.names)
        self._go(replay, self._steps(revision, _names(tables)))
        return replay

    def _carried_on(self, revision: str, names: frozenset[str]) -> Replay:
        """The same, not to be changed: from where the last question about these tables has led, if that lies on the way.

        A table that each of a hundred revisions asks for is replayed once, and not a hundred times.
        """
        steps = self._steps(revision, names)
        done, replay = self._last.get(names, ([], Replay(self.names)))
        if steps[: len(done)] != done:
            done, replay = [], Replay(self.names)
        self._go(replay, steps[len(done) :])
        _keep(self._last, names, (steps, replay))
        return replay

    def _steps(self, revision: str, names: frozenset[str]) -> list[_Step]:
        """The revisions to replay, in their order, and whether each has surely run."""
        if not names:
            return []
        wanted = self._needed(revision, names)
        below = self._reach.parents_first(one for one in wanted if self._reach.is_below(one, revision))
        unordered = self._reach.unordered(below)
        beside = sorted(wanted.difference(below))  # each may have run before
        return [*((one, one not in unordered) for one in below), *((one, False) for one in beside)]

    def _go(self, replay: Replay, steps: Iterable[_Step]) -> None:
        for one, is_sure in steps:
            (replay.run if is_sure else replay.maybe)(self._effects_of(one), one)

    def _needed(self, revision: str, names: frozenset[str]) -> set[str]:
        """The revisions that may change one of the tables before this one: they name it, or what they do cannot be told
        by their text.

        A table that was renamed, an index that a statement names alone and a referent that is dropped lead to more.
        """
        needed = {one for one in self._texts.unclear if self._may_have_run(one, revision)}
        seen: set[str] = set()
        todo = set(names)
        while todo:
            seen |= todo
            for name in todo:
                needed |= {one for one in self._texts.naming(name) - needed if self._may_have_run(one, revision)}
            todo = {name for one in needed for name in self._leads_to(one, seen)} - seen
        return needed

    def _may_have_run(self, one: str, revision: str) -> bool:
        """Whether ``one`` runs before ``revision``, or stands beside it."""
        return one != revision and not self._reach.is_below(revision, one)

    def _leads_to(self, revision: str, names: set[str]) -> Iterator[str]:
        """Further names that must be looked for, when those of ``names`` are."""
        for effect in self._effects_of(revision):
            table = getattr(effect, "table", None)
            if isinstance(effect, fx.RenamesTable) and isinstance(effect.new_name, str) and isinstance(table, str):
                if effect.new_name.lower() in names or table.lower() in names:
                    yield from (table.lower(), effect.new_name.lower())
            elif isinstance(effect, fx.CreatesIndex | fx.AddsConstraint | fx.RenamesIndex | fx.RenamesConstraint):
                if isinstance(table, str) and table.lower() in names:
                    yield from (name.lower() for name in _names_of(effect) if isinstance(name, str))
            elif isinstance(effect, fx.CreatesTable) and isinstance(table, str) and table.lower() in names:
                names_inside = [one.name for one in effect.constraints] + [one.name for one in effect.indexes]
                yield from (name.lower() for name in names_inside if isinstance(name, str))

    def _effects_of(self, revision: str) -> tuple[fx.Effect, ...]:
        if revision not in self._read:
            self._read[revision] = tuple(self._effects(revision))
        return self._read[revision]


_Step = tuple[str, bool]
"""A revision, and whether it has surely run."""
_KEPT = 1_000
"""How many answers, and places to go on from, are kept: rules ask the same of a revision one after the other."""

_K = TypeVar("_K")
_V = TypeVar("_V")


def _keep(kept: dict[_K, _V], key: _K, value: _V) -> None:
    """Adds to what is kept, and lets go of what was asked for longest ago."""
    kept.pop(key, None)
    kept[key] = value
    if len(kept) > _KEPT:
        del kept[next(iter(kept))]


def _names(tables: Iterable[fx.Text]) -> frozenset[str]:
    return frozenset(table.lower() for table in tables if isinstance(table, str))


def tables_of(effects: Iterable[fx.Effect]) -> set[fx.Text]:
    """The names of the tables that effects are about."""
    found: set[fx.Text] = set()
    for effect in effects:
        for name in (getattr(effect, "table", None), getattr(effect, "new_name", None)):
            if isinstance(name, str):
                found.add(name)
    return found


def _names_of(effect: fx.Effect) -> tuple[object, ...]:
    return getattr(effect, "name", None), getattr(effect, "new_name", None)
