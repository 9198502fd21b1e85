"""Whether an effect that was read tells of one that was sent. Pure; knows neither files nor databases.

Names that only running a file tells are no contradiction; everything that both sides know must agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from headway.effects import model as fx

REBUILD = "REBUILD"
"""The action of what stands for the copy, drop and rename that a batch sends on SQLite."""
_COPY = "_alembic_tmp_"
NO_CHANGE = (fx.Reads, fx.SetsSetting, fx.EndsTransaction, fx.LocksTable)


def tells(read: fx.Effect, sent: fx.Effect) -> bool:
    """Whether ``read`` says what ``sent`` does: the same kind of change of the same thing."""
    return any(isinstance(read, kind) and agrees(read, sent) for kind, agrees in _RULES.get(type(sent), ()))


def without_rebuilds(effects: Iterable[fx.Effect]) -> Iterator[fx.Effect]:
    """The effects sent by one revision, with each copy of a table that a batch makes as one change of that table."""
    given = list(effects)
    copies = {e.table: e.new_name for e in given if isinstance(e, fx.RenamesTable) and _is_copy(e.table)}
    copied: set[object] = set()
    for effect in given:
        table = effect.table if isinstance(effect, fx.TableEffect | fx.ChangesData) else None
        if _is_copy(table):
            if isinstance(effect, fx.CreatesTable):
                name = copies.get(table, str(table)[len(_COPY) :])
                copied.add(name)
                yield fx.AltersTable(span=effect.span, table=name, schema=effect.schema, action=REBUILD)
        elif (table in copied and isinstance(effect, fx.CreatesIndex)) or _makes_room(effect, copies.values()):
            yield fx.AltersTable(span=effect.span, table=str(table), schema=effect.schema, action=REBUILD)
        elif not (table in copied and isinstance(effect, fx.DropsTable)):
            yield effect


def _makes_room(effect: fx.Effect, copied: Iterable[object]) -> bool:
    """A constraint that goes before its table is copied, because MySQL's names are the schema's."""
    return isinstance(effect, fx.DropsConstraint) and effect.table in list(copied)


def _is_copy(table: object) -> bool:
    return isinstance(table, str) and table.startswith(_COPY)


def invented(read: Sequence[fx.Effect], sent: Sequence[fx.Effect]) -> list[fx.Effect]:
    """What was read as certain and was never sent."""
    found = []
    for effect in read:
        if effect.conditional or isinstance(effect, (*NO_CHANGE, fx.NotAnalysed, fx.RunsSql, fx.ChangesData)):
            continue
        if not any(tells(effect, other) for other in sent) and not _is_flag_unknown(effect):
            found.append(effect)
    return found


def is_named(read: fx.Effect) -> bool:
    """Whether the source tells the names of what it changes."""
    column = getattr(read, "column", "")
    names = (getattr(read, "table", ""), column.name if isinstance(column, fx.Column) else column)
    own = getattr(read, "name", "") if not isinstance(read, fx.TableEffect) else ""
    return all(isinstance(name, str | None) for name in (*names, own))


# -- names ----------------------------------------------------------------------------------------------------------


def same(one: object, other: object) -> bool:
    """Whether two names may be the same; a name that is not known may be any."""
    if not isinstance(one, str) or not isinstance(other, str):
        return True
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    return name.rpartition(".")[2].strip('"`[]').casefold()


def _tables(read: object, sent: object) -> bool:
    return same(getattr(read, "table", None), getattr(sent, "table", None))


def _names(read: object, sent: object) -> bool:
    return same(getattr(read, "name", None), getattr(sent, "name", None))


def _columns(read: object, sent: object) -> bool:
    one = getattr(read, "column", None)
    other = getattr(sent, "column", None)
    one = one.name if isinstance(one, fx.Column) else one
    other = other.name if isinstance(other, fx.Column) else other
    return _tables(read, sent) and (same(one, other) or same(getattr(read, "new_name", None) or one, other))


# -- what tells of what ---------------------------------------------------------------------------------------------


def _and(*parts: Callable[[object, object], bool]) -> Callable[[object, object], bool]:
    return lambda read, sent: all(part(read, sent) for part in parts)


def _with_index(read: object, sent: object) -> bool:
    """A table or column that declares an index with itself."""
    columns = read.columns if isinstance(read, fx.CreatesTable) else (read.column,)  # type: ignore[attr-defined]
    declared = bool(getattr(read, "indexes", ())) or not getattr(read, "whole", True)
    return _tables(read, sent) and (declared or any(c.index is not False or c.unique is not False for c in columns))


def _is_comment(read: object, sent: object) -> bool:
    return "COMMENT" in getattr(sent, "action", "") and _tables(read, sent)


def _is_rebuild(read: object, sent: object) -> bool:
    return getattr(sent, "action", "") == REBUILD and _tables(read, sent)


def _is_check(read: object, sent: object) -> bool:
    kind = getattr(sent, "kind", None)
    return kind in (fx.ConstraintKind.CHECK, fx.ConstraintKind.UNKNOWN) and _tables(read, sent)


def _kinds(read: object, sent: object) -> bool:
    one, other = getattr(read, "kind", None), getattr(sent, "kind", None)
    return one is other or fx.ConstraintKind.UNKNOWN in (one, other)


def _is_type(read: object, sent: object) -> bool:
    """DROP TYPE does not say whether the type is an enum."""
    return getattr(sent, "kind", None) is fx.ObjectKind.TYPE


def _verbs(read: object, sent: object) -> bool:
    return str(getattr(read, "verb", "")).split()[:1] == str(getattr(sent, "verb", "")).split()[:1]


def _texts(read: object, sent: object) -> bool:
    one, other = getattr(read, "text", None), getattr(sent, "text", None)
    if not isinstance(one, str) or not isinstance(other, str):
        return False
    return one.split() == other.split() or (getattr(read, "understood", False) and one.split()[:1] == other.split()[:1])


_Rule = tuple[type[fx.Effect], Callable[[object, object], bool]]
_RULES: dict[type[fx.Effect], tuple[_Rule, ...]] = {
    fx.CreatesTable: ((fx.CreatesTable, _tables),),
    fx.DropsTable: ((fx.DropsTable, _tables),),
    fx.RenamesTable: ((fx.RenamesTable, _tables),),
    fx.AltersTable: (
        (fx.AltersTable, _tables),
        (fx.TableEffect, _is_rebuild),
        (fx.DropsIndex, _is_rebuild),
        (fx.CreatesTable, _is_comment),
        (fx.AddsColumn, _is_comment),
        (fx.AltersColumn, _is_comment),
    ),
    fx.AddsColumn: ((fx.AddsColumn, _columns),),
    fx.DropsColumn: ((fx.DropsColumn, _columns),),
    fx.AltersColumn: ((fx.AltersColumn, _columns),),
    fx.CreatesIndex: (
        (fx.CreatesIndex, _and(_tables, _names)),
        (fx.CreatesTable, _with_index),
        (fx.AddsColumn, _with_index),
    ),
    fx.DropsIndex: (
        (fx.DropsIndex, _and(_tables, _names)),
        (fx.DropsConstraint, _and(_tables, _names)),
    ),
    fx.RenamesIndex: ((fx.RenamesIndex, _names),),
    fx.Reindexes: ((fx.Reindexes, _names),),
    fx.AddsConstraint: (
        (fx.AddsConstraint, _and(_tables, _kinds)),
        (fx.CreatesTable, _tables),
        (fx.AddsColumn, _tables),
        (fx.AltersColumn, _is_check),
    ),
    fx.DropsConstraint: (
        (fx.DropsConstraint, _and(_tables, _names)),
        (fx.DropsIndex, _and(_tables, _names)),
    ),
    fx.RenamesConstraint: ((fx.RenamesConstraint, _and(_tables, _names)),),
    fx.ValidatesConstraint: ((fx.ValidatesConstraint, _and(_tables, _names)), (fx.AddsConstraint, _tables)),
    fx.ChangesData: ((fx.ChangesData, _and(_tables, _verbs)),),
    fx.CreatesObject: ((fx.CreatesObject, _and(_names, _kinds)),),
    fx.AltersObject: ((fx.AltersObject, _and(_names, _kinds)), (fx.CreatesTable, _is_comment)),
    fx.DropsObject: ((fx.DropsObject, _and(_names, _kinds)), (fx.DropsEnum, _and(_names, _is_type))),
    fx.CreatesEnum: ((fx.CreatesEnum, _names),),
    fx.AddsEnumLabel: ((fx.AddsEnumLabel, _names),),
    fx.RenamesEnum: ((fx.RenamesEnum, _names),),
    fx.DropsEnum: ((fx.DropsEnum, _names),),
    fx.RunsSql: ((fx.RunsSql, _texts),),
}


def _is_flag_unknown(effect: fx.Effect) -> bool:
    """An effect that is only read because a flag such as ``index=`` could not be told, or where the database looks
    first whether the thing is there."""
    if isinstance(effect, fx.CreatesIndex) and effect.name is None:
        return True
    return isinstance(effect, fx.CreatesEnum | fx.DropsEnum) or bool(getattr(effect, "if_exists", False))
