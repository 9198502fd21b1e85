"""Enum types, views, triggers and whatever else is no table, under change by effects. Tables are not its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from headway.catalog.common import common_state
from headway.catalog.names import Names
from headway.catalog.schema import EnumType, Key, Object, ObjectKey, Schema
from headway.catalog.shelf import Ledger, Presence
from headway.effects import model as fx

_TYPES = frozenset({fx.ObjectKind.TYPE, fx.ObjectKind.DOMAIN})


class Objects:
    """What a replay knows beside tables."""

    def __init__(self, names: Names, start: Schema) -> None:
        self._names = names
        self.enums: Ledger[Key, EnumType] = Ledger(start.enums)
        self.others: Ledger[ObjectKey, Object] = Ledger(start.objects)
        self._of_table: dict[str, set[ObjectKey]] = {}
        """Triggers, policies and rules by the name of their table."""
        self._before: list[tuple[Ledger[Any, Any], Any, Any]] | None = None
        for key in start.objects.there:
            self._note(key)

    def watch(self) -> None:
        """From now on, until :meth:`doubt`, it is not certain that effects run."""
        self._before = []

    def doubt(self) -> None:
        """Leaves in doubt what was touched since :meth:`watch`."""
        before, self._before = self._before or [], None
        for ledger, key, state in reversed(before):
            ledger.set(key, common_state(state, ledger.state(key)))

    def forget(self) -> None:
        """Anything may have happened."""
        self.enums.forget()
        self.others.forget()
        self._of_table.clear()
        if self._before is not None:
            self._before = []

    def apply(self, effect: fx.Effect) -> None:
        """Applies an effect on such an object, and none on anything else."""
        match effect:
            case fx.CreatesEnum() | fx.AddsEnumLabel() | fx.RenamesEnum() | fx.DropsEnum():
                self._enum(effect)
            case fx.CreatesObject() | fx.AltersObject() | fx.DropsObject():
                self._object(effect)
            case _:
                pass

    def of_columns(self, columns: Iterable[fx.Column]) -> None:
        """The enum types of a table's columns are there once it is, where the database has such types."""
        if self._names.database != "postgresql":
            return
        for column in columns:
            options = dict(column.type.options) if column.type is not None else {}
            name = options.get("name")
            if column.type is None or column.type.name not in ("Enum", "ENUM") or not isinstance(name, str):
                continue
            key = self._names.key(options.get("schema", None), name)  # type: ignore[arg-type]  # a text or unknown
            if key is None or options.get("native_enum", True) is not True:
                continue
            state = self.enums.state(key)
            if isinstance(state, Presence):
                made = options.get("create_type", True) is True and state is Presence.ABSENT
                labels = _all_text(column.type.arguments) if made else fx.UNKNOWN
                self._set(self.enums, key, EnumType(key[0], name, labels))

    def table_dropped(self, key: Key, *, cascades: bool) -> None:
        """A table has gone, and with it its triggers, policies and rules; a cascade may take others along."""
        if not isinstance(key[1], str):
            return
        for one in self._of_table.pop(key[1], set()):
            self._set(self.others, one, Presence.UNKNOWN if one[1] != key[0] else Presence.ABSENT)
        if cascades:
            self._forget_others()

    def table_renamed(self, key: Key) -> None:
        """Triggers, policies and rules follow their table; views of it may be written anew."""
        for one in self._of_table.pop(str(key[1]), set()):
            self._set(self.others, one, Presence.UNKNOWN)
        self.others.open()

    # -- enum types ---------------------------------------------------------------------------------------------

    def _enum(self, effect: fx.CreatesEnum | fx.AddsEnumLabel | fx.RenamesEnum | fx.DropsEnum) -> None:
        key = self._names.key(effect.schema, effect.name)
        if key is None or not isinstance(key[1], str):
            self.enums.forget()
            return
        state = self.enums.state(key)
        labels = fx.UNKNOWN if isinstance(state, Presence) else state.labels
        match effect:
            case fx.CreatesEnum():
                if effect.if_not_exists is False or state is Presence.ABSENT:
                    labels = _all_text(effect.labels)
            case fx.AddsEnumLabel(label=label):
                labels = _with_label(labels, label)
            case fx.RenamesEnum(label=None, new_name=str(new_name)):
                self._set(self.enums, key, Presence.ABSENT)
                key = (key[0], self._names.part(new_name))
            case fx.RenamesEnum(label=str(label), new_name=str(new_label)) if isinstance(labels, tuple):
                labels = tuple(new_label if one == label else one for one in labels)
            case fx.RenamesEnum(label=None):
                self.enums.forget()
                return
            case fx.RenamesEnum():
                labels = fx.UNKNOWN
            case fx.DropsEnum():
                self._set(self.enums, key, Presence.ABSENT)
                return
        self._set(self.enums, key, EnumType(key[0], str(key[1]), labels))

    # -- others -------------------------------------------------------------------------------------------------

    def _object(self, effect: fx.CreatesObject | fx.AltersObject | fx.DropsObject) -> None:
        if effect.kind in _TYPES:
            # An enum type may be written as a type.
            self.enums.forget()
        name = self._names.key(effect.schema, effect.name)
        table = effect.table if effect.table is None else self._names.key(None, effect.table)
        if name is None or not isinstance(name[1], str) or (effect.table is not None and table is None):
            self._forget_others()
            return
        of = str(table[1]) if table is not None else None
        key: ObjectKey = (effect.kind, name[0], name[1], of)
        match effect:
            case fx.DropsObject():
                self._set(self.others, key, Presence.ABSENT)
            case fx.AltersObject(action=action) if "RENAME" in action.upper() or "SET SCHEMA" in action.upper():
                self._forget_others()
            case _:
                self._set(self.others, key, Object(effect.kind, name[0], name[1], of, fx.UNKNOWN))

    def _forget_others(self) -> None:
        self.others.forget()
        self._of_table.clear()

    # -- the books ----------------------------------------------------------------------------------------------

    def _set(self, ledger: Ledger[Any, Any], key: Any, state: Any) -> None:
        if self._before is not None:
            self._before.append((ledger, key, ledger.state(key)))
        ledger.set(key, state)
        if ledger is self.others and not isinstance(state, Presence):
            self._note(key)

    def _note(self, key: ObjectKey) -> None:
        if key[3] is not None:
            self._of_table.setdefault(key[3], set()).add(key)


def _all_text(labels: tuple[object, ...]) -> tuple[str, ...] | fx.Unknown:
    told = tuple(label for label in labels if isinstance(label, str))
    return told if len(told) == len(labels) and told else fx.UNKNOWN


def _with_label(labels: tuple[str, ...] | fx.Unknown, label: fx.Text) -> tuple[str, ...] | fx.Unknown:
    """The labels with one more at the end. Where it was put before another, the order is not told."""
    if not isinstance(labels, tuple) or not isinstance(label, str):
        return fx.UNKNOWN
    return labels if label in labels else (*labels, label)
