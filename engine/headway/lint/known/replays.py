"""The replays of one history that questions are answered from: as its files are read, as they tell it, and as if every
condition had held. Reads only the files that an answer needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from headway.catalog.history import History
from headway.catalog.names import Names
from headway.catalog.questions import Answers
from headway.catalog.replay import Replay
from headway.catalog.texts import Texts
from headway.effects import model as fx
from headway.revision.graph import RevisionGraph
from headway.revision.reach import Reach

Effects = Callable[[str], Sequence[fx.Effect]]


class Replays:
    """Those of each database of the history; what they have worked out they keep."""

    def __init__(
        self,
        graph: RevisionGraph,
        effects: Effects,
        source: Callable[[str], bytes],
        databases: frozenset[str],
        new: frozenset[str],
    ) -> None:
        self.graph = graph
        self.effects = effects
        self.new = new
        self.names = [Names(database) for database in sorted(databases)] or [Names(None)]
        self.reach, self.texts = Reach(graph), Texts(graph.ids, source)
        self.as_read = self._histories(effects)
        self.as_told = self._histories(lambda one: told(effects(one)))
        """As if everything had happened that the history speaks of, and nothing else."""
        self.with_nameless = self._histories(lambda one: _without_nameless(effects(one)))
        """As it is told, with the keys that were dropped by names that the database was asked for: the next revision puts
        them back."""
        self.unconditional = self._histories(lambda one: unconditional(effects(one)))
        self._read: dict[str, list[dict[int, Answers]]] = {}
        self._told: dict[str, list[dict[int, Answers]]] = {}

    def before(self, revision: str) -> list[dict[int, Answers]]:
        """By order, what is known just before each effect of a revision; one for each database."""
        if revision not in self._read:
            self._read[revision] = (
                [self._by_itself(names, revision) for names in self.names]
                if self.graph.problems
                else [_asked_along(history, revision) for history in self.as_read]
            )
        return self._read[revision]

    def before_as_told(self, revision: str) -> list[dict[int, Answers]]:
        """The same if everything has happened that the history speaks of; nothing in a history that is broken."""
        if self.graph.problems:
            return []
        if revision not in self._told:
            self._told[revision] = [_asked_along(history, revision) for history in self.as_told]
        return self._told[revision]

    def new_below(self, revision: str) -> list[str]:
        """The new revisions that ``revision`` stands on, parents first; none in a history that is broken."""
        if not self.new or self.graph.problems:
            return []
        below = {one for one in self.new if self.reach.is_below(one, revision)}
        tops = [one for one in below if not below.intersection(self.graph.real_children(one))]
        return self.graph.sort(below, sorted(tops))[::-1]

    def _histories(self, effects: Effects) -> list[History]:
        return [History(self.reach, self.texts, effects, names) for names in self.names]

    def _by_itself(self, names: Names, revision: str) -> dict[int, Answers]:
        """What a revision tells before each of its effects: in a history that is broken nobody knows what stands below."""
        replay = Replay(names)
        found: dict[int, Answers] = {}
        for effect in self.effects(revision):
            if _is_asked(effect):
                found[effect.order] = Answers(replay.schema(), names)
            replay.apply(effect, revision)
        return found


def _asked_along(history: History, revision: str) -> dict[int, Answers]:
    return {effect.order: ask() for effect, ask in history.walk(revision) if _is_asked(effect)}


def _without_nameless(effects: Sequence[fx.Effect]) -> list[fx.Effect]:
    return [one for one in told(effects) if not (isinstance(one, fx.DropsConstraint) and one.name is fx.UNKNOWN)]


def told(effects: Sequence[fx.Effect]) -> list[fx.Effect]:
    """The effects that speak of something, as if each of them had happened."""
    silent = (fx.NotAnalysed, fx.EndsTransaction, fx.AltersTable)
    return [
        replace(one, conditional=False) if one.conditional else one
        for one in effects
        if not isinstance(one, silent) and not (isinstance(one, fx.RunsSql) and not one.understood)
    ]


def unconditional(effects: Sequence[fx.Effect]) -> list[fx.Effect]:
    """The effects as if every condition had held; what was not read may still have done anything."""
    return [replace(one, conditional=False) if one.conditional else one for one in effects]


def _is_asked(effect: fx.Effect) -> bool:
    return getattr(effect, "table", None) is not None and not isinstance(effect, fx.CreatesTable)
