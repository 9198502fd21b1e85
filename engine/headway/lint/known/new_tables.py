"""Which tables no database has yet, because a revision that is as new has made them."""

from __future__ import annotations

from headway.catalog.names import Names
from headway.catalog.replay import Replay
from headway.catalog.schema import Key
from headway.effects import model as fx
from headway.effects.keys import foreign_keys
from headway.lint.known.replays import Replays


class NewTables:
    """The answers for one history; what it has worked out it keeps."""

    def __init__(self, replays: Replays) -> None:
        self._replays = replays
        self._found: dict[str, list[dict[_Place, bool]]] = {}
        """Of each revision whether the tables of its effects are new, one for each database."""

    def has(self, effect: fx.Effect, revision: str) -> bool:
        """Whether a revision that no database has yet made the table of ``effect``, on every database of the history."""
        return self._is_new(
            (effect.order, getattr(effect, "table", fx.UNKNOWN), getattr(effect, "schema", None)), revision
        )

    def has_referent(self, effect: fx.Effect, key: fx.ForeignKey, revision: str) -> bool:
        """Whether such a revision made the table that a foreign key of ``effect`` points to."""
        return self._is_new((effect.order, key.table, key.schema), revision)

    def _is_new(self, place: _Place, revision: str) -> bool:
        if revision not in self._found:
            self._look_along(revision)
        return all(one.get(place, False) for one in self._found[revision])

    def _look_along(self, revision: str) -> None:
        """Notes of each effect which of its tables are new, for ``revision`` and for those that stand on it in one line: each
        of a thousand new revisions is replayed once, and not for each that stands on it."""
        below = self._replays.new_below(revision)
        line = [revision, *self._line_above(revision)]
        found: dict[str, list[dict[_Place, bool]]] = {one: [] for one in line}
        for names in self._replays.names:
            replay = Replay(names)
            for one in below:
                replay.run(self._replays.effects(one), one)
            for one in line:
                told: dict[_Place, bool] = {}
                own: set[Key] = set()
                for effect in self._replays.effects(one):
                    for table, schema in _tables_of(effect):
                        key = names.key(schema, table)
                        made_by = replay.made_by(key)
                        told[effect.order, table, schema] = key in own or (
                            made_by is not None and (made_by in self._replays.new or made_by == one)
                        )
                    own = self._own_after(effect, own, one, names)
                    replay.apply(effect, one)
                found[one].append(told)
        self._found |= found

    def _own_after(self, effect: fx.Effect, own: set[Key], revision: str, names: Names) -> set[Key]:
        """The tables that a revision has made under a condition which only keeps it from failing when it is run twice, and that
        are still there behind ``effect``.

        For the revision itself they are new. For those that stand on it they may be older: where the condition found them.
        """
        match effect:
            case fx.CreatesTable() if self._is_first_of_table(effect, revision):
                key = names.key(effect.schema, effect.table)
                return own if key is None else {*own, key}
            case fx.DropsTable():
                return own - {names.key(effect.schema, effect.table)}
            case fx.RenamesTable() if names.key(effect.schema, effect.table) in own:
                key = names.key(effect.schema, effect.new_name) if effect.new_schema is None else None
                return (own - {names.key(effect.schema, effect.table)}) | ({key} if key is not None else set())
            case fx.NotAnalysed(adds_only=False) | fx.RunsSql(understood=False) | fx.EndsTransaction(verb="ROLLBACK"):
                return set()
            case fx.SetsSetting(name="search_path" | "use") | fx.DropsObject(kind=fx.ObjectKind.SCHEMA):
                return set()
            case fx.DropsObject(cascade=cascade) if cascade is not False:
                return set()
        return own

    def _is_first_of_table(self, effect: fx.CreatesTable, revision: str) -> bool:
        """Whether a CREATE TABLE has a condition, and no revision before it names the table: then it asks whether the table is
        there only to be run twice."""
        if not effect.conditional or effect.if_not_exists is not False or not isinstance(effect.table, str):
            return False
        naming = self._replays.texts.naming(effect.table.lower())
        others = (one for one in naming if one != revision and not self._replays.reach.is_below(revision, one))
        return revision in naming and not any(self._may_mean(effect.table, one) for one in others)

    def _may_mean(self, table: str, revision: str) -> bool:
        """Whether a revision that has the word may mean this table: not where all that it does is to change the schema, to other
        tables."""
        effects = self._replays.effects(revision)
        return not effects or any(
            not isinstance(one, fx.TableEffect | fx.DropsIndex | fx.Reads)
            or isinstance(one, fx.ChangesData)
            or not isinstance(getattr(one, "table", ""), str)
            or table.lower()
            in [
                str(name).lower()
                for name in (getattr(one, "table", ""), getattr(one, "new_name", ""), *getattr(one, "tables", ()))
            ]
            or any(str(key.table).lower() == table.lower() for key in foreign_keys(one))
            for one in effects
        )

    def _line_above(self, revision: str) -> list[str]:
        """The new revisions above one, as long as each stands on the one before it alone and is the only one that does."""
        line: list[str] = []
        at = revision
        while not self._replays.graph.problems:
            above = [one for one in self._replays.graph.real_children(at) if one in self._replays.new]
            if len(above) != 1 or {
                *self._replays.graph.ids[above[0]].down_revisions,
                *self._replays.graph.dependencies(above[0]),
            } != {at}:
                break
            at = above[0]
            line.append(at)
        return line


_Place = tuple[int, object, object]
"""An effect's place in the order, and the name and schema of one of its tables."""


def _tables_of(effect: fx.Effect) -> list[tuple[fx.Text, fx.MaybeText]]:
    """The tables that somebody asks about: its own, where that was there before, and those that its keys point to."""
    own = getattr(effect, "table", None)
    found = (
        [(own, getattr(effect, "schema", None))] if own is not None and not isinstance(effect, fx.CreatesTable) else []
    )
    return [*found, *((key.table, key.schema) for key in foreign_keys(effect) if key.table is not None)]
