"""The unique constraints, foreign keys and indexes that ``upgrade()`` drops and ``downgrade()`` does not make again. Judges
nothing.

Where anything is not sure nothing is told: what goes with its table or column, what is replaced and stays so, what is made again
under whatever name, and whatever of the two functions was not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.meaning.inverse import is_comparable
from headway.valueclass import valueclass

_KIND = fx.ConstraintKind
_INDEX, _KEY = "index", "foreign key"
_BOTH = frozenset({_INDEX, _KEY})
_FAMILY = {_KIND.UNIQUE: _INDEX, _KIND.FOREIGN_KEY: _KEY}
_MYSQL = frozenset({"mysql", "mariadb"})
_Drop = fx.DropsIndex | fx.DropsConstraint


@valueclass(frozen=True, slots=True)
class Unmade:
    """What is not there any more behind ``upgrade()`` and then ``downgrade()``."""

    effect: _Drop
    kind: str
    """``index``, ``unique index``, ``unique constraint`` or ``foreign key``."""

    @property
    def shown(self) -> str:
        """As messages call it."""
        return f"{self.kind} {self.effect.name} of {self.effect.table}"


def unmade(file: RevisionFile, facts: Facts) -> list[Unmade]:
    """Those of one file."""
    drops = [one for one in file.upgrade_effects if isinstance(one, _Drop) and _is_certain(one)]
    if not drops or not is_comparable(file):
        return []
    called = _Called((*file.upgrade_effects, *file.downgrade_effects))
    ahead = _Making(file.upgrade_effects, called, facts)
    back = _Making(file.downgrade_effects, called, facts)
    dropped = {str(one.name).lower() for one in file.upgrade_effects if isinstance(one, _Drop)}
    returned = {str(one.name).lower() for one in file.downgrade_effects if isinstance(one, _Drop)}
    found = []
    for drop in drops:
        told = _told(drop, file, facts)
        if told is None or _goes_along(drop, told[1], file, called):
            continue
        name, table = str(drop.name).lower(), called.of(drop.table)
        family = _KEY if told[0] == _KEY else _INDEX
        if name in ahead.names or ahead.may_be_left(table, family, returned) or name in back.names:
            continue
        if not back.may_be_left(table, family, dropped):
            found.append(Unmade(drop, told[0]))
    return found


def _is_certain(drop: _Drop) -> bool:
    if drop.conditional or drop.if_exists is not False:
        return False  # perhaps it has not been there
    return isinstance(drop.table, str) and isinstance(drop.name, str)


def _told(drop: _Drop, file: RevisionFile, facts: Facts) -> tuple[str, tuple[fx.Text, ...] | None] | None:
    """What it is that goes, and its columns where the history tells them; None for what is neither index nor key."""
    if isinstance(drop, fx.DropsIndex):
        index = facts.known.before.index(drop, file.revision)
        columns = index.parts if index is not None and isinstance(index.parts, tuple) else None
        return "unique index" if index is not None and index.unique is True else "index", columns
    constraint = facts.known.before.constraint(drop, file.revision)
    kind = drop.kind
    if kind is _KIND.UNKNOWN:
        kind = _kind_by_name(str(drop.name)) if constraint is None else constraint.kind
    if kind not in _FAMILY:
        return None
    columns = constraint.columns if constraint is not None and isinstance(constraint.columns, tuple) else None
    return _KEY if kind is _KIND.FOREIGN_KEY else "unique constraint", columns


def _kind_by_name(name: str) -> fx.ConstraintKind:
    """The kind that PostgreSQL's own names end with, and those of the usual conventions begin with."""
    if name.endswith("_fkey") or name.startswith("fk_"):
        return _KIND.FOREIGN_KEY
    return _KIND.UNIQUE if name.startswith(("uq_", "unique_")) else _KIND.UNKNOWN


def _goes_along(drop: _Drop, columns: tuple[fx.Text, ...] | None, file: RevisionFile, called: _Called) -> bool:
    """Whether its table goes, or may be made anew, or one of its columns goes."""
    table = called.of(drop.table)
    named = None if columns is None else {str(one).lower() for one in columns}
    for effect in (*file.upgrade_effects, *file.downgrade_effects):
        if isinstance(effect, fx.DropsTable | fx.CreatesTable) and called.of(effect.table) == table:
            return True
    for effect in file.upgrade_effects:
        if not isinstance(effect, fx.DropsColumn) or called.of(effect.table) != table:
            continue
        if named is None or str(effect.column).lower() in named:
            return True
    return False


class _Called:
    """The tables under whatever name a file gives them."""

    def __init__(self, effects: Sequence[fx.Effect]) -> None:
        self._first: dict[str, str] = {}
        for effect in effects:
            if isinstance(effect, fx.RenamesTable):
                first = self.of(effect.table)
                for one, other in list(self._first.items()):
                    if other == self.of(effect.new_name):
                        self._first[one] = first
                self._first[str(effect.new_name).lower()] = first

    def of(self, table: object) -> str:
        """One name for all of one table."""
        return self._first.get(str(table).lower(), str(table).lower())


class _Making:
    """The indexes and keys that some statements make."""

    def __init__(self, effects: Sequence[fx.Effect], called: _Called, facts: Facts) -> None:
        self.names: set[str] = set()
        """In lower case, those that they are renamed to included."""
        self._made: dict[tuple[str, str], set[str]] = {}
        """By table and what it is, the names; empty where that is not told."""
        self._is_anywhere = False
        both = not facts.dialects or bool(facts.dialects & _MYSQL)  # MySQL makes an index for each foreign key
        for effect in effects:
            for table, name, families in _things(effect):
                self.names.add(name)
                self._is_anywhere = self._is_anywhere or not isinstance(table, str)
                for family in _BOTH if both and _KEY in families else families:
                    self._made.setdefault((called.of(table), family), set()).add(name)

    def may_be_left(self, table: str, family: str, known: set[str]) -> bool:
        """Whether one of the table is made that is not known by these names, so that it may be what was dropped, or stand
        for it."""
        return self._is_anywhere or bool(self._made.get((table, family), set()) - known)


def _things(effect: fx.Effect) -> Iterator[tuple[fx.MaybeText, str, frozenset[str]]]:
    """The table, the name and what it may be, of what is made or gets a name."""
    table = getattr(effect, "table", None)
    match effect:
        case fx.CreatesIndex(name=name):
            yield table, _lower(name), frozenset({_INDEX})
        case fx.RenamesIndex(new_name=name):
            yield table, _lower(name), frozenset({_INDEX})
        case fx.AddsConstraint(name=name, kind=kind):
            yield table, _lower(name), _families(kind)
        case fx.RenamesConstraint(new_name=name):
            yield table, _lower(name), _BOTH
        case fx.AddsColumn(column=column):
            if column.references:
                yield table, "", frozenset({_KEY})
            if column.unique is not False or column.index is not False:
                yield table, "", frozenset({_INDEX})


def _families(kind: fx.ConstraintKind) -> frozenset[str]:
    if kind is _KIND.UNKNOWN:
        return _BOTH
    if kind is _KIND.PRIMARY_KEY:
        return frozenset({_INDEX})  # it may stand for a unique one
    return frozenset({_FAMILY[kind]}) if kind in _FAMILY else frozenset()


def _lower(name: fx.MaybeText) -> str:
    return name.lower() if isinstance(name, str) else ""
