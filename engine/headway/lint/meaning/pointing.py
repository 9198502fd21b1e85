"""The foreign keys that a revision makes, and which of them are surely there behind its statements. Judges nothing."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.valueclass import valueclass

_MAY_HOLD_TABLES = (fx.ObjectKind.SCHEMA, fx.ObjectKind.DATABASE, fx.ObjectKind.OTHER)


@valueclass(frozen=True, slots=True)
class Pointing:
    """A foreign key of one table to another."""

    table: str
    schema: fx.MaybeText
    columns: tuple[fx.Text, ...]
    name: fx.MaybeText
    referent: str
    referent_schema: fx.MaybeText
    databases: frozenset[str] | None


class Keys:
    """The keys that are there. What may take one away takes it; only what surely makes one makes it."""

    def __init__(self) -> None:
        self._of: dict[str, dict[Pointing, None]] = {}
        """By their tables in lower case; without the schema, which who drops a table may say in another way."""
        self._to: dict[str, dict[Pointing, None]] = {}
        """By the tables that they point to."""

    def to(self, table: fx.Text, schema: fx.MaybeText) -> list[Pointing]:
        """Those of other tables that point to this one."""
        return [
            key
            for key in self._to.get(_lower(table), ())
            if (key.referent, key.referent_schema) == (table, schema) and _lower(key.table) != _lower(table)
        ]

    def run(self, effect: fx.Effect) -> list[Pointing]:
        """Goes behind ``effect``, and tells which keys may be gone there."""
        gone = list(self._taken(effect))
        for key in gone:
            self._of[_lower(key.table)].pop(key, None)
            self._to[_lower(key.referent)].pop(key, None)
        if not effect.conditional and getattr(effect, "if_not_exists", False) is False:
            for key in _made(effect):
                self._of.setdefault(_lower(key.table), {})[key] = None
                self._to.setdefault(_lower(key.referent), {})[key] = None
        return gone

    def _taken(self, effect: fx.Effect) -> Iterator[Pointing]:
        table = getattr(effect, "table", None)
        if may_change_tables(effect) or (table in (None, fx.UNKNOWN) and isinstance(effect, _TAKE)):
            yield from (key for keys in self._of.values() for key in keys)
            return
        own, other = self._of.get(_lower(table), {}), self._to.get(_lower(table), {})
        if isinstance(effect, fx.DropsConstraint):
            # Where none is called so, a naming convention or the database may have called one so.
            yield from [key for key in own if key.name is not None and key.name == effect.name] or own
        elif isinstance(effect, fx.DropsColumn):
            yield from (key for key in own if _is_of(key, effect.column))
        elif isinstance(effect, fx.DropsTable | fx.RenamesTable):
            yield from own
        elif isinstance(effect, fx.AltersColumn | fx.RenamesConstraint) and effect.new_name is not None:
            yield from own  # under another name it may be dropped without being known
        if isinstance(effect, fx.RenamesTable) or getattr(effect, "cascade", False) is not False:
            yield from other


_TAKE = (fx.DropsTable, fx.RenamesTable, fx.DropsConstraint, fx.DropsColumn)


def may_change_tables(effect: fx.Effect) -> bool:
    """Whether nobody knows what becomes of the tables and their keys by ``effect``."""
    match effect:
        case fx.NotAnalysed(adds_only=adds_only):
            return not adds_only
        case fx.RunsSql(understood=understood):
            return not understood
        case fx.DropsObject(kind=kind):
            return kind in _MAY_HOLD_TABLES
        case fx.SetsSetting(name=name):  # MySQL then drops whatever something points to
            return not isinstance(name, str) or "foreign_key_checks" in name.lower()
    return False


def _is_of(key: Pointing, column: fx.Text) -> bool:
    """Whether a key may be of this column."""
    names = [*key.columns, column]
    return len(names) == 1 or not all(isinstance(one, str) for one in names) or column in key.columns


def _made(effect: fx.Effect) -> Iterator[Pointing]:
    for key, columns, name in _references(effect):
        table, schema = getattr(effect, "table", None), getattr(effect, "schema", None)
        if isinstance(table, str) and key is not None and isinstance(key.table, str):
            yield Pointing(table, schema, columns, name, key.table, key.schema, effect.databases)


def _references(effect: fx.Effect) -> Iterator[tuple[fx.ForeignKey | None, tuple[fx.Text, ...], fx.MaybeText]]:
    if isinstance(effect, fx.CreatesTable | fx.AddsColumn):
        for column in effect.columns if isinstance(effect, fx.CreatesTable) else (effect.column,):
            yield from ((key, (column.name,), key.name) for key in column.references)
    if isinstance(effect, fx.CreatesTable) and not effect.temporary:
        yield from ((one.references, one.columns, one.name) for one in effect.constraints)
    elif isinstance(effect, fx.AddsConstraint):
        key = effect.references or (fx.ForeignKey(effect.referent) if effect.referent is not None else None)
        yield key, effect.columns, effect.name


def _lower(name: object) -> str:
    return str(name).lower()
