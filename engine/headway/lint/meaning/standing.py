"""What ``downgrade()`` makes although it is there already, or drops although it is not there, by what the history and
``upgrade()`` have made. Judges nothing.

Where anything is not sure nothing is told: what stands under a condition, names that a convention or the database may have
given, and whatever of the two functions was not read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from headway.catalog.questions import Answers
from headway.catalog.schema import Column, Constraint, Index, Table
from headway.catalog.shelf import Presence, Shelf, is_nameless
from headway.effects import model as fx
from headway.lint.facts import RevisionFile
from headway.lint.known.known import Known
from headway.lint.meaning.inverse import is_comparable

_KIND = fx.ConstraintKind
_MYSQL = frozenset({"mysql", "mariadb"})
_LONGEST = 60
"""Of a longer name nobody knows what a database makes of it."""

Makes = fx.CreatesTable | fx.AddsColumn | fx.CreatesIndex | fx.AddsConstraint
Drops = fx.DropsTable | fx.DropsColumn | fx.DropsIndex | fx.DropsConstraint
E = TypeVar("E", Makes, Drops)
_Thing = tuple[str, str, str]
"""What it is, its table where the name is its alone, and its name, in lower case."""


def shown(effect: Makes | Drops) -> str:
    """What an effect makes or drops, as messages call it."""
    kind, _, _ = _thing(effect)
    if kind == "table":
        return f"table {effect.table}"
    if isinstance(effect, fx.AddsColumn | fx.DropsColumn):
        return f"column {effect.table}.{_name(effect)}"
    is_index = isinstance(effect, fx.CreatesIndex | fx.DropsIndex)
    return f"{'index' if is_index else 'constraint'} {_name(effect)} of {effect.table}"


def standing(file: RevisionFile, known: Known) -> list[Makes]:
    """What ``downgrade()`` makes and is surely there then, on every database that it makes it on."""
    gone = _gone(file.upgrade_effects)
    dropped = _dropped_names((*file.upgrade_effects, *file.downgrade_effects))
    asked = [
        effect
        for effect in file.downgrade_effects
        if isinstance(effect, Makes)
        and _is_certain(effect, "if_not_exists")
        and not (isinstance(effect, fx.AddsConstraint) and effect.kind in (_KIND.PRIMARY_KEY, _KIND.UNKNOWN))
        and _thing(effect) not in gone
        and not (isinstance(effect, fx.AddsConstraint) and _is_dropped_otherwise(str(effect.name), dropped))
    ]
    return _agreed(asked, file, known, _is_there, as_told=True)


def missing(file: RevisionFile, known: Known) -> list[Drops]:
    """What ``downgrade()`` drops and is surely not there then, nor was when it began."""
    made = _made(file.upgrade_effects)
    asked = [
        effect
        for effect in file.downgrade_effects
        if isinstance(effect, Drops) and _is_certain(effect, "if_exists") and _thing(effect) not in made
    ]
    dropped = Counter(_thing(one) for one in (*file.upgrade_effects, *file.downgrade_effects) if isinstance(one, Drops))
    again = [effect for effect in asked if dropped[_thing(effect)] > 1]
    twice = [effect for effect in again if _is_dropped_already(effect, file)] if again and is_comparable(file) else []
    absent = _agreed([effect for effect in asked if effect not in twice], file, known, _is_missing)
    return sorted([*twice, *absent], key=lambda effect: effect.order)


def _agreed(
    asked: list[E],
    file: RevisionFile,
    known: Known,
    holds: Callable[[E, Answers, Answers], bool],
    *,
    as_told: bool = False,
) -> list[E]:
    """Those of which ``holds`` is true on every database that refuses them."""
    if not asked or not is_comparable(file):
        return []
    orders = {effect.order: effect for effect in asked}
    answers: dict[int, list[bool]] = {order: [] for order in orders}
    for database, walk in known.going_back(file.downgrade_effects, file.revision, as_told=as_told):
        first: Answers | None = None
        for effect, ask in walk:
            first = ask() if first is None else first
            one = orders.get(effect.order)
            if one is not None and _is_refused_on(one, database):
                answers[one.order].append(holds(one, ask(), first))
    return [effect for effect in asked if answers[effect.order] and all(answers[effect.order])]


def _is_refused_on(effect: Makes | Drops, database: str | None) -> bool:
    """Whether the database is one that it runs on, and is asked at once: a batch on SQLite writes the table anew."""
    if database is None:
        return effect.databases is None
    alike = _MYSQL if database in _MYSQL else {database}
    if effect.databases is not None and not effect.databases & alike:
        return False
    return database != "sqlite" or effect.raw or not isinstance(effect, fx.AddsColumn | fx.AddsConstraint)


def _is_there(effect: Makes, now: Answers, first: Answers) -> bool:
    if isinstance(effect, fx.CreatesTable):
        return now.table(effect.table, effect.schema) is not None
    name = str(_name(effect))
    if isinstance(effect, fx.AddsColumn):
        return now.column(effect.table, name, effect.schema) is not None
    if isinstance(effect, fx.CreatesIndex):
        return now.index(name, effect.table, effect.schema) is not None
    return now.constraint(name, effect.table, effect.schema) is not None


def _is_missing(effect: Drops, now: Answers, first: Answers) -> bool:
    return _is_absent(effect, first) and _is_absent(effect, now)


def _is_dropped_already(effect: Drops, file: RevisionFile) -> bool:
    """Whether ``upgrade()`` has dropped it, and nothing may have brought it back since."""
    is_gone = False
    before = [other for other in file.downgrade_effects if other.order < effect.order]
    for other in (*file.upgrade_effects, *before):
        if _is_the_same(other, effect):
            is_gone = is_gone or not other.conditional
        elif _may_bring(other, effect):
            is_gone = False
    return is_gone


def _is_the_same(other: fx.Effect, effect: Drops) -> bool:
    """Whether ``other`` drops the same, wherever ``effect`` runs. A key and its index on MySQL may have one name."""
    if not isinstance(other, Drops) or type(other) is not type(effect) or other.table != effect.table:
        return False
    if other.databases is not None and not (effect.databases is not None and effect.databases <= other.databases):
        return False
    if getattr(other, "kind", None) is not getattr(effect, "kind", None):
        return False
    return other.schema == effect.schema and _thing(other) == _thing(effect)


def _may_bring(other: fx.Effect, effect: Drops) -> bool:
    """Whether what ``effect`` drops may be there behind ``other``."""
    table, name = str(effect.table), str(_name(effect))
    if isinstance(other, fx.CreatesTable | fx.RenamesTable):
        names = [other.table, other.new_name] if isinstance(other, fx.RenamesTable) else [other.table]
        return any(not isinstance(one, str) or one.lower() == table.lower() for one in names)
    if isinstance(effect, fx.DropsTable):
        return False
    if isinstance(effect, fx.DropsColumn):
        made = other.column.name if isinstance(other, fx.AddsColumn) else getattr(other, "new_name", None)
        return made is not None and (not isinstance(made, str) or made.lower() == name.lower())
    match other:
        case fx.AddsColumn(column=column):
            return column.unique is not False or column.index is not False or bool(column.references)
        case fx.CreatesIndex(name=made) | fx.AddsConstraint(name=made):
            return not isinstance(made, str) or _may_be_called(name, made)
        case fx.RenamesIndex(new_name=made) | fx.RenamesConstraint(new_name=made):
            return not isinstance(made, str) or _may_be_called(name, made)
    return False


def _is_absent(effect: Drops, answers: Answers) -> bool:
    if isinstance(effect, fx.DropsTable):
        return answers.presence(effect.table, effect.schema) is Presence.ABSENT
    table, name = answers.table(effect.table or fx.UNKNOWN, effect.schema), str(_name(effect))
    if table is None:
        return False
    if isinstance(effect, fx.DropsColumn):
        return _tells_absence(table.columns, answers.names.part(name))
    if len(name) > _LONGEST or not all(
        _tells_absence(one, answers.names.part(name)) for one in (table.constraints, table.indexes)
    ):
        return False
    return not any(_may_be_called(name, one) for one in _named(effect, table))


def _tells_absence(shelf: Shelf[str, Column] | Shelf[str, Constraint] | Shelf[str, Index], key: str) -> bool:
    return shelf.presence(key) is Presence.ABSENT and not any(one.lower() == key.lower() for one in shelf.there)


def _named(effect: fx.DropsIndex | fx.DropsConstraint, table: Table) -> Iterator[str]:
    """The keys of what may be meant."""
    yield from table.indexes.there
    said = effect.kind if isinstance(effect, fx.DropsConstraint) else _KIND.UNIQUE
    for key, one in table.constraints.there.items():
        if not is_nameless(key) or said is _KIND.UNKNOWN or one.kind in (said, _KIND.UNKNOWN):
            yield key


def _may_be_called(name: str, key: str) -> bool:
    """Whether the database may have given the name, or a convention made it of another one."""
    return is_nameless(key) or key.lower() in name.lower() or name.lower() in key.lower()


def _dropped_names(effects: Iterable[fx.Effect]) -> set[str]:
    named = fx.DropsIndex | fx.DropsConstraint | fx.RenamesIndex | fx.RenamesConstraint
    return {str(effect.name).lower() for effect in effects if isinstance(effect, named)}


def _is_dropped_otherwise(name: str, dropped: set[str]) -> bool:
    """Whether something is dropped whose name a convention may make of this one, or the other way round."""
    return any(one != name.lower() and _may_be_called(name, one) for one in dropped)


def _is_certain(effect: Makes | Drops, flag: str) -> bool:
    """Whether it is done in any case, by names that are told."""
    if effect.conditional or getattr(effect, flag, False) is not False or getattr(effect, "temporary", False):
        return False
    return isinstance(effect.table, str) and isinstance(_name(effect), str)


def _name(effect: Makes | Drops) -> fx.MaybeText:
    if isinstance(effect, fx.CreatesTable | fx.DropsTable):
        return effect.table
    if isinstance(effect, fx.AddsColumn):
        return effect.column.name
    return effect.column if isinstance(effect, fx.DropsColumn) else effect.name


def _thing(effect: Makes | Drops) -> _Thing:
    name = str(_name(effect)).lower()
    if isinstance(effect, fx.CreatesTable | fx.DropsTable):
        return "table", "", name
    if isinstance(effect, fx.AddsColumn | fx.DropsColumn):
        return "column", str(effect.table).lower(), name
    return "named", "", name  # a constraint that is an index may be dropped as either


def _gone(effects: Iterable[fx.Effect]) -> set[_Thing]:
    """What the last that is said of it has dropped, or given another name."""
    gone: set[_Thing] = set()
    for effect in effects:
        if isinstance(effect, Drops):
            gone.add(_thing(effect))
        elif isinstance(effect, Makes):
            gone.discard(_thing(effect))
        for old, new in _renamed(effect):
            gone.add(old)
            gone.discard(new)
    return gone


def _made(effects: Iterable[fx.Effect]) -> set[_Thing]:
    """What the last that is said of it has made, or given that name."""
    made: set[_Thing] = set()
    for effect in effects:
        if isinstance(effect, Makes):
            made.add(_thing(effect))
        elif isinstance(effect, Drops):
            made.discard(_thing(effect))
        for old, new in _renamed(effect):
            made.discard(old)
            made.add(new)
    return made


def _renamed(effect: fx.Effect) -> Iterator[tuple[_Thing, _Thing]]:
    match effect:
        case fx.RenamesTable(table=table, new_name=new):
            yield ("table", "", str(table).lower()), ("table", "", str(new).lower())
        case fx.AltersColumn(table=table, column=column, new_name=new) if new is not None:
            place = str(table).lower()
            yield ("column", place, str(column).lower()), ("column", place, str(new).lower())
        case fx.RenamesIndex(name=name, new_name=new) | fx.RenamesConstraint(name=name, new_name=new):
            yield ("named", "", str(name).lower()), ("named", "", str(new).lower())
