"""Effects applied to a schema, one after another. What may have happened or not leaves a doubt, never a guess.

A table that no effect has made is unknown, not absent: histories begin on databases that are older than they. Reads no
source, and asks no database.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from headway.catalog.common import common_state
from headway.catalog.declared import table_of
from headway.catalog.names import Names
from headway.catalog.objects import Objects
from headway.catalog.schema import NOTHING_KNOWN, Key, Schema, Table, unknown_table
from headway.catalog.shelf import Ledger, Presence, is_nameless
from headway.catalog.table_changes import changed, index_renamed, points_elsewhere, without_index
from headway.effects import model as fx
from headway.pattern import pattern

State = Table | Presence


class Replay:
    """A schema that grows by effects.

    ``database`` is the one that is spoken of, None when it is not known: then what a guard lets run on one database
    only may have run or not. ``start`` is what was there before, by default nothing that anybody knows of.
    """

    def __init__(self, names: Names, start: Schema = NOTHING_KNOWN) -> None:
        self._names = names
        self._tables: Ledger[Key, Table] = Ledger(start.tables)
        self._objects = Objects(names, start)
        self._pristine: set[Key] = set()
        """Tables of which something is known to be absent, so that an effect on an unknown table leaves a doubt."""
        self._owners: dict[str, set[Key]] = {}
        """Tables that have, or had, an index or constraint of that name."""
        self._nameless: set[Key] = set()
        """Tables that have indexes whose names the database has chosen."""
        self._ever_nameless: set[Key] = set()
        """Those that have, or had, such indexes."""
        self._referrers: dict[Key, set[Key]] = {}
        """Tables that have, or had, a foreign key to that one."""
        self._spelled: dict[str, set[Key]] = {}
        """The keys of a name in lower case."""
        self._before: dict[Key, State] | None = None
        """While an effect runs that may not run: the tables that it has touched, as they were."""
        self._moved: str | fx.Unknown | None = None
        """The schema that a revision has made the default one."""
        self._revision: str | None = None
        for key, table in start.tables.there.items():
            self._note(key, table)

    def run(self, effects: Iterable[fx.Effect], revision: str | None = None) -> None:
        """Applies the effects of one revision."""
        for effect in effects:
            self.apply(effect, revision)

    def apply(self, effect: fx.Effect, revision: str | None = None) -> None:
        """Applies one effect, of ``revision``."""
        self._enter(revision)
        certain = self._runs(effect)
        if certain is False:
            return
        if certain is fx.UNKNOWN:
            self._maybe(effect, revision)
        else:
            self._apply(effect, revision)

    def maybe(self, effects: Iterable[fx.Effect], revision: str | None = None) -> None:
        """Applies the effects of a revision of which nobody knows whether it has run."""
        self._enter(revision)
        for effect in effects:
            if self._runs(effect) is not False:
                self._maybe(effect, revision)

    def made_by(self, key: Key | None) -> str | None:
        """The revision whose effects made a table, where that is certain."""
        found = None if key is None else self._tables.state(key)
        return None if found is None or isinstance(found, Presence) else found.made_by

    def schema(self) -> Schema:
        """What is known now."""
        return Schema(self._tables.shelf(), self._objects.enums.shelf(), self._objects.others.shelf())

    def _enter(self, revision: str | None) -> None:
        """Another revision is another file: its session is set up anew, and its expressions have other values."""
        if revision is None or revision == self._revision:
            return
        self._revision, self._moved = revision, None
        self._doubt_computed()

    # -- whether it runs ----------------------------------------------------------------------------------------

    def _runs(self, effect: fx.Effect) -> fx.Flag:
        database = self._names.database
        if effect.databases is not None and database is not None and database not in _alike(effect.databases):
            return False
        guarded = effect.databases is not None and database is None
        return fx.UNKNOWN if effect.conditional or guarded else True

    def _maybe(self, effect: fx.Effect, revision: str | None) -> None:
        self._before = {}
        self._objects.watch()
        self._apply(effect, revision)
        before, self._before = self._before, None
        self._objects.doubt()
        for key, state in before.items():
            self._set(key, common_state(state, self._tables.state(key)))

    # -- which table it is about --------------------------------------------------------------------------------

    def _apply(self, effect: fx.Effect, revision: str | None) -> None:
        match effect:
            case fx.NotAnalysed(adds_only=True):
                self._tables.open()
                self._objects.forget()
            case fx.NotAnalysed() | fx.EndsTransaction(verb="ROLLBACK"):
                self._forget()
            case fx.RunsSql(understood=False):
                self._not_understood(effect.text)
            case fx.SetsSetting(name="search_path" | "use"):
                self._moved = effect.value if isinstance(effect.value, str) else fx.UNKNOWN
            case fx.DropsIndex() | fx.RenamesIndex():
                self._index(effect)
            case fx.TableEffect() | fx.ChangesData():
                self._table(effect, revision)
            case _ if _takes_tables_along(effect):
                self._forget()
            case _:
                self._objects.apply(effect)

    def _table(self, effect: fx.TableEffect | fx.ChangesData, revision: str | None) -> None:
        key = self._key(effect.schema, effect.table)
        if key is None or (not isinstance(key[1], str) and not self._is_known(key) and not _makes(effect)):
            self._anywhere(effect)
            return
        if not _makes(effect) and not self._is_known(key):
            self._doubt_computed()  # it may be one of those under its own name
        match effect:
            case fx.CreatesTable():
                self._create(effect, key, revision)
            case fx.DropsTable():
                self._drop(effect, key)
            case fx.RenamesTable():
                self._rename(effect, key)
            case fx.LocksTable():
                self._set(key, self._base(key))
            case _:
                self._set(key, changed(self._base(key), effect, self._names))
        self._doubt_spellings(effect, key)

    def _key(self, schema: fx.MaybeText, name: fx.MaybeText) -> Key | None:
        if schema is None and self._moved is not None:
            schema = self._moved if isinstance(self._moved, str) and self._moved.isidentifier() else fx.UNKNOWN
        return self._names.key(schema, name)

    def _base(self, key: Key) -> Table:
        """The table as it is; what is changed was there."""
        state = self._tables.state(key)
        return unknown_table(key) if isinstance(state, Presence) else state

    def _is_known(self, key: Key) -> bool:
        return not isinstance(self._tables.state(key), Presence)

    def _doubt_spellings(self, effect: fx.TableEffect | fx.ChangesData, key: Key) -> None:
        """Where a name may stand for another table too, that one is in doubt."""
        if not isinstance(effect.table, str):
            return
        other = self._names.doubtful_spelling(effect.table, effect.raw)
        if other is not None and self._is_known((key[0], other)):
            self._set((key[0], other), Presence.UNKNOWN)
        state = self._tables.state(key)
        if isinstance(state, Table) and self._names.spelled_otherwise(state.name, effect.table):
            self._set(key, Presence.UNKNOWN)

    def _doubt_computed(self) -> None:
        for key in self._spelled.pop("", set()):
            if self._is_known(key):
                self._set(key, Presence.UNKNOWN)

    # -- whole tables -------------------------------------------------------------------------------------------

    def _create(self, effect: fx.CreatesTable, key: Key, revision: str | None) -> None:
        state = self._tables.state(key)
        made = table_of(effect, key, self._names, revision)
        if effect.if_not_exists is not False and state is not Presence.ABSENT:
            made = unknown_table(key) if isinstance(state, Presence) else state
        elif isinstance(state, Table) and self._before is None and not isinstance(key[1], str):
            made = unknown_table(key)  # the same expression twice: it was another name after all
        if not isinstance(key[1], str):
            self._tables.open()  # it may be any of those that were absent
        self._set(key, made)
        self._objects.of_columns(effect.columns)

    def _drop(self, effect: fx.DropsTable, key: Key) -> None:
        self._set(key, Presence.ABSENT)
        self._objects.table_dropped(key, cascades=effect.cascade is not False)
        if effect.cascade is not False or self._names.database not in ("postgresql", "mssql", "oracle"):
            # The keys that point to it go with it, or stay and point nowhere.
            self._change_referrers(key, None)

    def _rename(self, effect: fx.RenamesTable, key: Key) -> None:
        schema: fx.MaybeText = effect.new_schema
        to = None if not isinstance(schema, str | None) else self._names.key(schema or key[0], effect.new_name)
        table = self._base(key)
        if to is None:
            self._set(key, Presence.ABSENT)
            self._tables.open()
            return
        if to == key:
            return
        if not isinstance(to[1], str):
            self._tables.open()  # it may be any of those that were absent
        self._set(key, Presence.ABSENT)
        self._set(to, replace(table, schema=to[0], name=effect.new_name))
        self._change_referrers(key, to)
        self._objects.table_renamed(key)

    def _change_referrers(self, old: Key, new: Key | None) -> None:
        for key in list(self._referrers.get(old, ())):
            state = self._tables.state(key)
            if isinstance(state, Table):
                self._set(key, points_elsewhere(state, old, new))

    # -- indexes ------------------------------------------------------------------------------------------------

    def _index(self, effect: fx.DropsIndex | fx.RenamesIndex) -> None:
        if not isinstance(effect.name, str):
            key = None if effect.table is None else self._key(effect.schema, effect.table)
            self._forget() if key is None else self._set(key, self._without_indexes(key))
            return
        for key in self._owners_of(effect):
            table = self._tables.state(key)
            if isinstance(table, Presence):
                continue
            if isinstance(effect, fx.DropsIndex):
                self._set(key, without_index(table, effect.name, self._names))
            elif isinstance(effect.new_name, str):
                self._set(key, index_renamed(table, effect.name, effect.new_name, self._names))
            else:
                self._set(key, self._without_indexes(key))

    def _owners_of(self, effect: fx.DropsIndex | fx.RenamesIndex) -> list[Key]:
        """The tables that the index may belong to: the named one, or those that have one of that name, or unnamed ones."""
        key = self._key(effect.schema, effect.table) if effect.table is not None else None
        if key is not None and isinstance(key[1], str):
            if not self._is_known(key) and getattr(effect, "if_exists", False) is False:
                self._set(key, unknown_table(key))
            return [key]
        assert isinstance(effect.name, str)
        owners = set(self._owners.get(self._names.part(effect.name), ()))
        owners |= self._nameless  # those that still are come back when they are changed
        self._nameless = set()
        return [key for key in owners if self._is_known(key)]

    def _without_indexes(self, key: Key) -> Table:
        return replace(self._base(key), indexes=self._base(key).indexes.forgotten())

    # -- what cannot be told ------------------------------------------------------------------------------------

    def _anywhere(self, effect: fx.TableEffect | fx.ChangesData) -> None:
        """An effect on a table that may be any."""
        match effect:
            case fx.LocksTable() | fx.ChangesData(verb="UPDATE" | "DELETE" | "TRUNCATE"):
                return
            case fx.ChangesData() | fx.AddsColumn() | fx.CreatesIndex() | fx.CreatesTable():
                self._open()
            case fx.AddsConstraint() if self._only_adds(effect):
                self._open()
            case _:
                self._forget()

    def _only_adds(self, effect: fx.AddsConstraint) -> bool:
        """Not where a key takes NULL from its columns, or SQLite copies the table."""
        in_place = effect.raw or self._names.database not in (None, "sqlite")
        return in_place and effect.kind not in (_KIND.PRIMARY_KEY, _KIND.UNKNOWN) and effect.using_index is None

    def _open(self) -> None:
        """There may be more than is known, in every table and beside them; what is known stays true."""
        self._tables.open()
        for key in self._pristine:
            state = self._tables.state(key)
            if isinstance(state, Table):
                opened = replace(
                    state,
                    columns=state.columns.opened(),
                    constraints=state.constraints.opened(),
                    indexes=state.indexes.opened(),
                    filled=True,
                )
                self._remember(key)
                self._tables.set(key, opened)
        self._pristine.clear()

    def _forget(self) -> None:
        """Anything may have happened."""
        if self._before is not None:
            self._before = {}
        self._tables.forget()
        self._objects.forget()
        self._pristine.clear()
        self._owners.clear()
        self._nameless.clear()
        self._referrers.clear()
        self._spelled.clear()

    def _not_understood(self, text: fx.Text) -> None:
        """SQL that is not understood changes what it names, unless it has other means."""
        if not isinstance(text, str) or _HAS_OTHER_MEANS.search(text):
            self._forget()
            return
        self._tables.open()
        self._objects.forget()
        self._doubt_computed()
        touched: set[Key] = set()
        for word in set(re.findall(r"\w+", text.lower())):
            touched |= self._spelled.get(word, set()) | self._owners.get(word, set())
        for key in touched:
            self._set(key, Presence.UNKNOWN)

    # -- the books ----------------------------------------------------------------------------------------------

    def _set(self, key: Key, state: State) -> None:
        self._remember(key)
        old = self._tables.state(key)
        self._tables.set(key, state)
        if isinstance(state, Table):
            self._note(key, state, None if isinstance(old, Presence) else old)
        else:
            self._pristine.discard(key)

    def _remember(self, key: Key) -> None:
        if self._before is not None:
            self._before.setdefault(key, self._tables.state(key))

    def _note(self, key: Key, table: Table, old: Table | None = None) -> None:
        """Takes a table into the books; what ``old``, which it was before, had of it stands there."""
        shelves = (table.columns, table.constraints, table.indexes)
        if not table.filled or any(shelf.tells_absence for shelf in shelves):
            self._pristine.add(key)
        self._spelled.setdefault(key[1].lower() if isinstance(key[1], str) else "", set()).add(key)
        names = {*table.indexes.there, *table.constraints.there}
        if old is not None:
            names -= old.indexes.there.keys() | old.constraints.there.keys()
        for name in names:
            if not is_nameless(name):
                self._owners.setdefault(name, set()).add(key)
                self._owners.setdefault(name.lower(), set()).add(key)
            elif name in table.indexes.there:
                self._ever_nameless.add(key)
        if key in self._ever_nameless and any(map(is_nameless, table.indexes.there)):
            self._nameless.add(key)
        known = {} if old is None else old.constraints.there
        for name, constraint in table.constraints.there.items():
            if constraint is not known.get(name) and isinstance(constraint.referent, tuple):
                self._referrers.setdefault(constraint.referent, set()).add(key)


_KIND = fx.ConstraintKind
_HAS_OTHER_MEANS = pattern(
    r"(?i)\b(DO|EXECUTE|CALL|PREPARE|CASCADE|SCHEMA|DATABASE|OWNED|EXEC|ROLLBACK|IMPORT|SOURCE|LOAD|ATTACH)\b|\$\$|\\\\|\w\s*\("
)
"""Words by which SQL can change what it does not name."""


def _alike(databases: frozenset[str]) -> Iterator[str]:
    """What a guard lets run: MariaDB calls itself mysql in most of its dialects."""
    for name in databases:
        yield name
        yield from {"mysql": ("mariadb",), "mariadb": ("mysql",)}.get(name, ())


def _makes(effect: fx.Effect) -> bool:
    return isinstance(effect, fx.CreatesTable)


def _takes_tables_along(effect: fx.Effect) -> bool:
    """Whether it can drop or rename tables or columns although it is about another object."""
    match effect:
        case fx.DropsObject(kind=fx.ObjectKind.SCHEMA | fx.ObjectKind.DATABASE):
            return True
        case fx.AltersObject(kind=fx.ObjectKind.SCHEMA):  # of a database itself nothing that tables have is altered
            return True
        case fx.DropsObject(cascade=cascade) | fx.DropsEnum(cascade=cascade):
            return cascade is not False
        case _:
            return False
