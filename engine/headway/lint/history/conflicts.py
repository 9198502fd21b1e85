"""Operations of two branches that do not commute: whoever runs second fails, or finds another schema. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from headway.effects import model as fx


class Conflict(NamedTuple):
    """Two effects that must not come from two branches at once."""

    mine: fx.Effect
    theirs: fx.Effect
    why: str


def conflicts(mine: Iterable[fx.Effect], theirs: Iterable[fx.Effect]) -> Iterator[Conflict]:
    """Each pair of effects that do not commute, with the reason."""
    others = [(effect, _touched(effect)) for effect in theirs]
    for effect in mine:
        touched = _touched(effect)
        for other, touched_there in others:
            why = _why(effect, touched, other, touched_there)
            if why is not None:
                yield Conflict(effect, other, why)


class _Touched(NamedTuple):
    """What an effect is about, in lower case; None for what it is not about."""

    table: str | None = None
    columns: frozenset[str] = frozenset()
    takes_table: bool = False
    """Whether the table has another name, or none, afterwards."""
    takes_columns: bool = False
    makes: str | None = None
    """The name of what it makes: a table, or an index."""
    referred: str | None = None
    """Another table that it needs."""


def _touched(effect: fx.Effect) -> _Touched:
    table = _name(getattr(effect, "table", None))
    match effect:
        case fx.CreatesTable():
            return _Touched(table, makes=f"table {table}")
        case fx.DropsTable() | fx.RenamesTable():
            makes = f"table {_name(effect.new_name)}" if isinstance(effect, fx.RenamesTable) else None
            return _Touched(table, takes_table=True, makes=makes)
        case fx.AddsColumn():
            column = _name(effect.column.name)
            return _Touched(table, _set(column), makes=f"column {table}.{column}")
        case fx.DropsColumn():
            return _Touched(table, _set(_name(effect.column)), takes_columns=True)
        case fx.AltersColumn():
            renamed = isinstance(getattr(effect, "new_name", None), str)
            return _Touched(table, _set(_name(effect.column)), takes_columns=renamed)
        case fx.CreatesIndex():
            return _Touched(table, _columns(effect.columns), makes=f"index {_name(effect.name)}")
        case fx.AddsConstraint():
            return _Touched(
                table, _columns(getattr(effect, "columns", ())), referred=_name(getattr(effect, "referent", None))
            )
        case fx.ChangesData():
            return _Touched(table)
        case _:
            return _Touched(table)


def _why(mine: fx.Effect, one: _Touched, theirs: fx.Effect, other: _Touched) -> str | None:
    if one.makes is not None and one.makes == other.makes and "None" not in one.makes:
        return f"both make {one.makes}"
    if one.table is None and other.table is None:
        return None
    if (one.takes_table and other.table == one.table) or (other.takes_table and one.table == other.table):
        return f"table {one.table} is dropped or renamed by one, and used by the other"
    if (one.takes_table and other.referred == one.table) or (other.takes_table and one.referred == other.table):
        return f"table {one.table if one.takes_table else other.table} is dropped or renamed by one, and referred to by the other"
    if one.table == other.table and one.table is not None:
        shared = sorted(one.columns & other.columns)
        if shared and (one.takes_columns or other.takes_columns):
            return f"column {one.table}.{shared[0]} is dropped or renamed by one, and used by the other"
        if shared and isinstance(mine, fx.AltersColumn) and isinstance(theirs, fx.AltersColumn):
            return f"both change column {one.table}.{shared[0]}"
    return None


def _name(value: object) -> str | None:
    return value.lower() if isinstance(value, str) else None


def _set(value: str | None) -> frozenset[str]:
    return frozenset() if value is None else frozenset({value})


def _columns(values: object) -> frozenset[str]:
    return (
        frozenset(value.lower() for value in values if isinstance(value, str))
        if isinstance(values, tuple)
        else frozenset()
    )
