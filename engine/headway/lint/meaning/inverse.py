"""What ``upgrade()`` makes or takes away and ``downgrade()`` leaves so, drops by mistake or does again, by a comparison of what
the two do. Judges nothing.

Where anything is not sure nothing is told: names that are not known or that nobody has made, renames, what is dropped and
made anew, what goes with its table or column, and whatever of the two functions was not read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from headway.effects import model as fx
from headway.lint.facts import RevisionFile
from headway.lint.meaning.pointing import may_change_tables
from headway.pattern import pattern
from headway.valueclass import valueclass

_WORD = pattern(r"\w+")
_NAMED = (fx.DropsTable, fx.DropsColumn, fx.DropsIndex, fx.RenamesTable, fx.RenamesIndex, fx.RenamesConstraint)
_NAMELESS = ("index", "constraint")
"""What may go under a name that the file does not tell."""
_KEPT = (fx.ConstraintKind.PRIMARY_KEY, fx.ConstraintKind.UNKNOWN)
"""Constraints that go in other ways than by their name."""


@valueclass(frozen=True, slots=True)
class Made:
    """A table, column, index or constraint that ``upgrade()`` has surely made and not taken back."""

    kind: str
    effect: fx.TableEffect
    table: str
    name: str
    uses: frozenset[str] = frozenset()
    """The words of its columns and conditions in lower case: an index goes with its column."""

    @property
    def shown(self) -> str:
        """As messages call it."""
        name = f"{self.table}.{self.name}" if self.kind == "column" else self.name
        return f"{self.kind} {name}"


@valueclass(frozen=True, slots=True)
class Mistaken:
    """A column that ``downgrade()`` drops in the place of others."""

    drop: fx.DropsColumn
    left: tuple[Made, ...]


def is_comparable(file: RevisionFile) -> bool:
    """Whether there is a way back, and both ways were read whole."""
    if not file.has_way_back or isinstance(file.migration.constants.get("irreversible"), str):
        return False
    return not any(_is_unsure(effect) for effect in (*file.upgrade_effects, *file.downgrade_effects))


def _is_unsure(effect: fx.Effect) -> bool:
    if may_change_tables(effect) or isinstance(effect, fx.NotAnalysed):
        return True
    named = [effect.name] if isinstance(effect, fx.DropsConstraint) and effect.name is not None else []
    for kind in _NAMED:
        if isinstance(effect, kind):
            named += [getattr(effect, key) for key in ("name", "column") if hasattr(effect, key)]
            named += [] if isinstance(effect, fx.DropsIndex | fx.RenamesIndex) else [getattr(effect, "table", "")]
    return not all(isinstance(one, str) for one in named)


def left(file: RevisionFile) -> list[Made]:
    """What ``upgrade()`` has surely made and nothing in ``downgrade()`` takes away."""
    if not is_comparable(file):
        return []
    made = _made(file.upgrade_effects)
    gone, is_uncertain = _Touched(file.downgrade_effects), _uncertain(made, file.downgrade_effects)
    kept = [one for one in made if not gone.has(one) and not (one.kind in _NAMELESS and is_uncertain(one))]
    tables = {_lower(one.table) for one in kept if one.kind == "table"}
    columns: dict[str, set[str]] = {}
    for one in kept:
        if one.kind == "column":
            columns.setdefault(_lower(one.table), set()).add(_lower(one.name))
    # What is of a table or column that is left is left with it.
    return [
        one
        for one in kept
        if one.kind == "table"
        or (_lower(one.table) not in tables and one.uses.isdisjoint(columns.get(_lower(one.table), ())))
    ]


def mistaken(file: RevisionFile) -> list[Mistaken]:
    """The columns that ``downgrade()`` drops and ``upgrade()`` has not added, where one that it added stays: another one of the
    table, or the one of that name of another table."""
    if not any(isinstance(effect, fx.DropsColumn) for effect in file.downgrade_effects):
        return []
    stay: dict[str, list[Made]] = {}
    named: dict[str, list[Made]] = {}
    for one in left(file):
        if one.kind == "column":
            stay.setdefault(_lower(one.table), []).append(one)
            named.setdefault(_lower(one.name), []).append(one)
    known = {place for effect in file.upgrade_effects for place in _columns_of(effect)} if stay else set()
    found = []
    for effect in file.downgrade_effects if stay else ():
        known.update(_columns_of(effect))
        if isinstance(effect, fx.DropsColumn) and not effect.conditional and effect.if_exists is False:
            there = stay.get(_lower(effect.table)) or named.get(_lower(effect.column))
            if there and not {(_lower(effect.table), _lower(effect.column)), (_lower(effect.table), None)} & known:
                found.append(Mistaken(effect, tuple(there)))
    return found


@valueclass(frozen=True, slots=True)
class Lost:
    """A table or column that ``upgrade()`` has surely dropped or given another name, and that ``downgrade()`` does not bring
    back."""

    effect: fx.DropsTable | fx.DropsColumn | fx.RenamesTable | fx.AltersColumn
    table: str
    column: str | None
    """None for the table as a whole."""

    @property
    def shown(self) -> str:
        """As messages call it."""
        return f"table {self.table}" if self.column is None else f"column {self.table}.{self.column}"


def lost(file: RevisionFile) -> list[Lost]:
    """What is not there any more behind ``upgrade()`` and then ``downgrade()``."""
    if not is_comparable(file):
        return []
    ahead, back = _There(file.upgrade_effects), _There(file.downgrade_effects)
    found = [one for effect in file.upgrade_effects for one in _gone(effect)]
    return [one for one in found if not ahead.may_be(one) and not back.may_be(one)]


_OF_A_BATCH = "_alembic_tmp_"
"""What a batch that was cut off on SQLite has left: who drops it tidies up."""


def _gone(effect: fx.Effect) -> Iterator[Lost]:
    if effect.conditional or getattr(effect, "if_exists", False) is not False:
        return  # perhaps it has not been there
    match effect:
        case fx.DropsTable(table=str(table)) | fx.RenamesTable(table=str(table)) if not table.startswith(_OF_A_BATCH):
            yield Lost(effect, table, None)
        case fx.DropsColumn(table=str(table), column=str(column)):
            yield Lost(effect, table, column)
        case fx.AltersColumn(table=str(table), column=str(column), new_name=str(new)) if _lower(new) != _lower(column):
            yield Lost(effect, table, column)


class _There:
    """What some statements may have made, under which name ever, by the names in lower case, whatever the schema."""

    def __init__(self, effects: Sequence[fx.Effect]) -> None:
        self._tables: set[str] = set()
        """Those that are made, and those that go or get another name: of their columns nobody knows."""
        self._whole: set[str] = set()
        """Those that are made, or get the name."""
        self._columns: set[tuple[str, str]] = set()
        for effect in effects:
            self._note(effect)

    def _note(self, effect: fx.Effect) -> None:
        match effect:
            case fx.CreatesTable(table=table):
                self._whole.add(_called(table))
            case fx.RenamesTable(table=table, new_name=new):
                self._whole.add(_called(new))
                self._tables |= {_called(table), _called(new)}
            case fx.DropsTable(table=table):
                self._tables.add(_called(table))
            case fx.AddsColumn(table=table, column=column):
                self._columns.add((_called(table), _called(column.name)))
            case fx.AltersColumn(table=table, new_name=new) if new is not None:
                self._columns.add((_called(table), _called(new)))

    def may_be(self, one: Lost) -> bool:
        """Whether it may be there behind them."""
        table = _lower(one.table)
        if {table, _ANY} & self._whole:
            return True
        if one.column is None:
            return False
        if {table, _ANY} & self._tables:
            return True
        return any((a, b) in self._columns for a in (table, _ANY) for b in (_lower(one.column), _ANY))


def _called(name: fx.MaybeText) -> str:
    return _lower(name) if isinstance(name, str) else _ANY


def _columns_of(effect: fx.Effect) -> Iterator[tuple[str, str | None]]:
    """The columns that are there behind ``effect`` and perhaps were not before; None for all of a table."""
    match effect:
        case fx.CreatesTable(table=table) | fx.RenamesTable(new_name=table):
            yield _lower(table), None
        case fx.AddsColumn(table=table, column=column):
            yield _lower(table), _lower(column.name) if isinstance(column.name, str) else None
        case fx.AltersColumn(table=table, new_name=name) if name is not None:
            yield _lower(table), _lower(name) if isinstance(name, str) else None


def repeated(file: RevisionFile) -> list[fx.AltersColumn]:
    """The changes of columns in ``downgrade()`` that set what ``upgrade()`` has set, and of which none sets anything else."""
    if not is_comparable(file):
        return []
    first, again = _changes(file.upgrade_effects), _changes(file.downgrade_effects)
    return [
        effects[0]
        for place, (effects, aspects) in again.items()
        if aspects and place in first and first[place][1] == aspects
    ]


_Place = tuple[str, str, fx.MaybeText, frozenset[str] | None]
_Aspects = dict[str, object]


def _changes(effects: Sequence[fx.Effect]) -> dict[_Place, tuple[list[fx.AltersColumn], _Aspects]]:
    """How columns are changed; of one that is changed in two ways nothing."""
    found: dict[_Place, tuple[list[fx.AltersColumn], _Aspects]] = {}
    others: set[tuple[str, str]] = set()
    for effect in effects:
        if isinstance(effect, fx.AddsColumn | fx.DropsColumn):
            name = effect.column.name if isinstance(effect, fx.AddsColumn) else effect.column
            others.add((_lower(effect.table), _lower(name)))
        if not isinstance(effect, fx.AltersColumn) or not isinstance(effect.table, str):
            continue
        if isinstance(effect.column, str):
            place = effect.table, effect.column, effect.schema, effect.databases
            aspects = _aspects(effect)
            together, before = found.setdefault(place, ([], aspects))
            together.append(effect)
            if before != aspects:
                others.add((_lower(effect.table), _lower(effect.column)))
    return {place: one for place, one in found.items() if (_lower(place[0]), _lower(place[1])) not in others}


def _aspects(effect: fx.AltersColumn) -> _Aspects:
    """What a change sets; nothing where that is not known, or may have been so before."""
    found: _Aspects = {}
    if effect.nullable is not None and effect.nullable is not effect.existing_nullable:
        found["nullable"] = effect.nullable
    if effect.new_type is not None:
        if _type(effect.new_type) == _type(effect.existing_type):
            return {}  # it is said again for MySQL, or another database has another type
        found["type"] = _type(effect.new_type)
    if effect.new_name is not None and effect.new_name != effect.column:
        found["name"] = effect.new_name
    if not found:
        return {}
    if effect.changes_default or effect.drops_default:
        found["default"] = effect.default, effect.drops_default
    if effect.comment is not None or effect.using is not None or effect.identity is not None:
        found["more"] = effect.comment, effect.using, effect.identity
    return found if _is_known(list(found.values())) else {}


def _is_known(value: object) -> bool:
    """Whether nothing in it is only known when the file runs: another place may then mean another value by it."""
    if isinstance(value, tuple | list):
        return all(map(_is_known, value))
    return not isinstance(value, fx.Unknown | fx.Computed)


def _type(type_: fx.Type | None) -> object:
    return None if type_ is None else (_lower(type_.name), type_.arguments, type_.options)


def _made(effects: Sequence[fx.Effect]) -> list[Made]:
    """What is surely there that was not there before; of what goes or is renamed nobody knows what stands under its name."""
    touched = _Touched(effects)
    return [one for effect in effects for one in _things(effect) if not touched.has(one)]


def _things(effect: fx.Effect) -> Iterator[Made]:
    table = getattr(effect, "table", None)
    if effect.conditional or getattr(effect, "if_not_exists", False) is not False or not isinstance(table, str):
        return
    match effect:
        case fx.CreatesTable(temporary=False):
            yield Made("table", effect, table, table)
        case fx.AddsColumn(column=fx.Column(name=str(name))):
            yield Made("column", effect, table, name)
        case fx.CreatesIndex(name=str(name), columns=columns, where=where):
            yield Made("index", effect, table, name, _words(*columns, where))
        case fx.AddsConstraint(name=str(name), kind=kind, columns=columns, condition=condition) if kind not in _KEPT:
            yield Made("constraint", effect, table, name, _words(*columns, condition))


def _words(*texts: fx.MaybeText) -> frozenset[str]:
    return frozenset(word.lower() for text in texts if text is not None for word in _WORD.findall(str(text)))


class _Touched:
    """What some statements drop or rename, by the names in lower case, whatever the schema."""

    def __init__(self, effects: Sequence[fx.Effect]) -> None:
        self._tables: set[str] = set()
        self._columns: dict[str, set[str]] = {}
        self._named: set[str] = set()
        """Indexes and constraints: a constraint that is an index may be dropped as either."""
        for effect in effects:
            self._note(effect)

    def _note(self, effect: fx.Effect) -> None:
        match effect:
            case fx.DropsTable(table=table):
                self._tables.add(_lower(table))
            case fx.RenamesTable(table=table, new_name=new):
                self._tables |= {_lower(table), _lower(new)}
            case fx.DropsColumn(table=table, column=column):
                self._columns.setdefault(_lower(table), set()).add(_lower(column))
            case fx.AltersColumn(table=table, column=column, new_name=new) if new is not None:
                self._columns.setdefault(_lower(table), set()).update((_lower(column), _lower(new)))
            case fx.DropsIndex(name=name) | fx.DropsConstraint(name=name):
                self._named.add(_lower(name))
            case fx.RenamesIndex(name=name, new_name=new) | fx.RenamesConstraint(name=name, new_name=new):
                self._named |= {_lower(name), _lower(new)}

    def has(self, one: Made) -> bool:
        """Whether it is one of them, or may have gone along with one."""
        columns = self._columns.get(_lower(one.table), set())
        if _lower(one.table) in self._tables:
            return True
        if one.kind == "table":
            return False
        if one.kind == "column":
            return _lower(one.name) in columns
        referent = getattr(one.effect, "referent", None)
        along = not columns.isdisjoint(one.uses) if one.uses else bool(columns)
        return along or _lower(one.name) in self._named or _lower(referent) in self._tables


def _uncertain(made: Sequence[Made], effects: Sequence[fx.Effect]) -> Callable[[Made], bool]:
    """Whether something that was made may be what goes under a name that nobody has made, as a naming convention or MySQL
    may have called it, or may be replaced by what is made in ``effects``."""
    names = {_lower(one.name) for one in made}
    tables: set[str] = set()
    for effect in effects:
        unknown = isinstance(effect, fx.DropsIndex | fx.DropsConstraint) and _lower(effect.name) not in names
        if unknown or isinstance(effect, fx.CreatesIndex | fx.AddsConstraint | fx.CreatesTable):
            table = getattr(effect, "table", None)
            tables.add(_lower(table) if isinstance(table, str) else _ANY)
    return lambda one: _ANY in tables or _lower(one.table) in tables


_ANY = ""


def _lower(name: object) -> str:
    return str(name).lower()
