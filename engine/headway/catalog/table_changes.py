"""What an effect makes of the one table that it is about. Which table that is, and whether it runs, is not its own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from headway.catalog.declared import (
    column_of,
    compared,
    constraint_of,
    key_of_constraint,
    key_of_index,
    may_bring_a_check,
    with_constraint,
    with_index,
)
from headway.catalog.names import Names
from headway.catalog.schema import Column, Constraint, Index, Key, Table, unknown_column, unknown_table
from headway.catalog.shelf import Presence, Shelf, is_nameless, renamed
from headway.effects import model as fx
from headway.pattern import pattern

_MYSQL = frozenset({"mysql", "mariadb"})
_KIND = fx.ConstraintKind
P = TypeVar("P", Constraint, Index)


def changed(table: Table, effect: fx.Effect, names: Names) -> Table:
    """``table`` after ``effect``, which is about it and runs once."""
    change = _CHANGES.get(type(effect))
    return table if change is None else change(table, effect, names)


def without_index(table: Table, name: str, names: Names) -> Table:
    """``table`` without the index of that name, be it a constraint's; one without a known name may have been it."""
    key = names.part(name)
    constraints = table.constraints.set(key, Presence.ABSENT) if key in table.constraints.there else table.constraints
    indexes = table.indexes
    if key not in indexes.there and key not in table.constraints.there:
        indexes = _doubt_unnamed(indexes)
    return replace(table, indexes=indexes.set(key, Presence.ABSENT), constraints=constraints)


def index_renamed(table: Table, old: str, new: str, names: Names) -> Table:
    """``table`` with an index, or the constraint that it serves, under another name."""
    before, after = names.part(old), names.part(new)
    if before in table.constraints.there:
        change = renamed(table.constraints, before, after, lambda one: replace(one, name=new))
        return replace(table, constraints=change)
    if before not in table.indexes.there:
        return replace(table, indexes=_doubt_unnamed(table.indexes).opened().set(before, Presence.ABSENT))
    return replace(table, indexes=renamed(table.indexes, before, after, lambda one: replace(one, name=new)))


def points_elsewhere(table: Table, old: Key, new: Key | None) -> Table:
    """``table`` when what its foreign keys point to has got another name, or with None when they may have gone."""

    def change(one: Constraint) -> Constraint | Presence:
        if one.referent != old:
            return one
        return Presence.UNKNOWN if new is None else replace(one, referent=new)

    return replace(table, constraints=table.constraints.each(change))


# -- columns ------------------------------------------------------------------------------------------------------


def _adds_column(table: Table, effect: fx.AddsColumn, names: Names) -> Table:
    declared = effect.column
    if not isinstance(declared.name, str):
        return _opened(table)
    key = names.part(declared.name)
    state = table.columns.state(key)
    column: Column = column_of(declared, names, raw=effect.raw)
    if effect.if_not_exists is not False and state is not Presence.ABSENT:
        # It is there now, and may have been there in another form.
        column = unknown_column(declared.name) if isinstance(state, Presence) else state
    table = replace(table, columns=table.columns.set(key, column))
    if declared.references or declared.unique is not False or declared.primary_key or may_bring_a_check(declared):
        table = replace(table, constraints=table.constraints.opened())
    if declared.index is not False or declared.unique is not False or declared.references:
        table = replace(table, indexes=table.indexes.opened())
    return table


def _drops_column(table: Table, effect: fx.DropsColumn, names: Names) -> Table:
    if not isinstance(effect.column, str):
        return replace(unknown_table(_key(table)), made_by=table.made_by, filled=table.filled)
    key = names.part(effect.column)
    if names.database in (None, "sqlite") and not effect.raw:
        table = _rebuilt(table)
    constraints = table.constraints.each(lambda one: _without_column(one, one.columns, one.condition, key, names))
    indexes = table.indexes.each(lambda one: _without_column(one, one.parts, one.predicate, key, names))
    columns = table.columns.set(key, Presence.ABSENT)
    return replace(table, columns=columns, constraints=constraints, indexes=indexes)


def _without_column(one: Any, columns: object, expression: object, key: str, names: Names) -> Any:
    """A key, index or check when a column of its table is dropped: some databases drop it, some make it smaller."""
    if not isinstance(columns, tuple) or any(not isinstance(part, str) for part in columns):
        return Presence.UNKNOWN
    if key in columns:
        return Presence.ABSENT if names.database == "postgresql" else Presence.UNKNOWN
    said = [part for part in columns if not part.isidentifier()] + ([] if expression is None else [expression])
    may_name_it = any(not isinstance(text, str) or _mentions(text, key) for text in said)
    return Presence.UNKNOWN if may_name_it else one


def _alters_column(table: Table, effect: fx.AltersColumn, names: Names) -> Table:
    if not isinstance(effect.column, str):
        doubt = table.columns.each(lambda column: unknown_column(column.name))
        table = replace(table, columns=doubt)
        return table if effect.new_name is None else _forget_columns(table)
    key = names.part(effect.column)
    column = table.columns.get(key) or unknown_column(effect.column)
    altered = _altered(column, effect, names)
    table = replace(table, columns=table.columns.set(key, altered))
    if names.database in (None, "sqlite") and not effect.raw:
        table = _rebuilt(table)
    return table if effect.new_name is None else _column_renamed(table, key, effect.new_name, names)


def _altered(column: Column, effect: fx.AltersColumn, names: Names) -> Column:
    """The column with what the effect says, and in doubt where the database's statement says more than that."""
    changes: dict[str, Any] = {}
    restated = effect.new_type is not None or effect.nullable is not None or effect.comment is not None
    restated = restated or effect.identity is not None or (effect.new_name is not None and not effect.raw)
    if restated and names.database in (None, *_MYSQL):
        # MODIFY and CHANGE state the whole column: https://dev.mysql.com/doc/refman/8.4/en/alter-table.html
        doubt = fx.UNKNOWN
        nullable = doubt if effect.existing_nullable is None else effect.existing_nullable
        changes |= {"nullable": nullable if nullable == column.nullable else doubt, "default": doubt, "comment": doubt}
        changes |= {"has_default": doubt, "identity": doubt, "options": doubt, "collation": doubt, "computed": doubt}
    if effect.new_type is not None and names.database == "mssql":
        changes["nullable"] = fx.UNKNOWN
    if effect.new_type is not None:
        changes |= {"type": effect.new_type, "collation": fx.UNKNOWN}
    if effect.nullable is not None:
        changes["nullable"] = effect.nullable
    if effect.changes_default:
        # What counts by itself or is computed takes no default.
        default = effect.default if effect.default is not None else fx.UNKNOWN
        changes |= {"default": default, "has_default": True, "identity": None, "computed": None}
    elif effect.drops_default:
        others = column.identity is None and column.computed is None
        changes |= {"default": None, "has_default": False if others else fx.UNKNOWN}
    if effect.comment is not None:
        changes["comment"] = effect.comment
    if effect.identity is not None:
        changes |= {
            "identity": fx.UNKNOWN if effect.identity else None,
            "has_default": fx.UNKNOWN,
            "default": fx.UNKNOWN,
        }
    return replace(column, **changes)


def _column_renamed(table: Table, key: str, new_name: fx.Text | fx.Unknown, names: Names) -> Table:
    if not isinstance(new_name, str):
        return _forget_columns(table)
    new = names.part(new_name)
    if new == key:
        return table
    columns = renamed(table.columns, key, new, lambda column: replace(column, name=new_name))

    def constraint(one: Constraint) -> Constraint:
        columns = _exchanged(one.columns, key, new)
        return (
            one
            if columns == one.columns and one.condition is None
            else replace(one, columns=columns, condition=_in_doubt(one.condition, key))
        )

    def index(one: Index) -> Index:
        parts = _exchanged(one.parts, key, new)
        return replace(one, parts=parts, predicate=_in_doubt(one.predicate, key))

    constraints = _described_anew(table.constraints.each(constraint), lambda one: key_of_constraint(one, names))
    indexes = _described_anew(table.indexes.each(index), lambda one: key_of_index(one, names))
    return replace(table, columns=columns, constraints=constraints, indexes=indexes)


def _described_anew(shelf: Shelf[str, P], key_of: Callable[[P], str]) -> Shelf[str, P]:
    """Where a key describes what has no name, it does so by the names that its columns have now."""
    there = {key_of(one) if is_nameless(key) else key: one for key, one in shelf.there.items()}
    return replace(shelf, there=there) if len(there) == len(shelf.there) else shelf.opened()


# -- indexes and constraints --------------------------------------------------------------------------------------


def _creates_index(table: Table, effect: fx.CreatesIndex, names: Names) -> Table:
    index = Index(
        name=effect.name,
        parts=compared(effect.columns, names) if effect.columns else fx.UNKNOWN,
        unique=effect.unique,
        predicate=effect.where,
        method=effect.method if effect.method is not None else fx.UNKNOWN,
        options=fx.UNKNOWN,
    )
    if effect.if_not_exists is not False and isinstance(effect.name, str):
        state = table.indexes.state(names.part(effect.name))
        if state is Presence.UNKNOWN:
            unknown = fx.UNKNOWN
            index = Index(effect.name, unknown, unknown, unknown, unknown, unknown, unknown)
        elif not isinstance(state, Presence):
            return table
    return with_index(table, index, names)


def _adds_constraint(table: Table, effect: fx.AddsConstraint, names: Names) -> Table:
    references = effect.references
    if references is None and effect.referent is not None:
        references = fx.ForeignKey(effect.referent, schema=None if _says(effect.referent) else fx.UNKNOWN)
    validated: fx.Flag = True
    if effect.not_valid is not False:
        validated = False if effect.not_valid is True else fx.UNKNOWN
    columns: tuple[fx.Text, ...] | fx.Unknown = effect.columns
    if effect.using_index is not None:
        table, columns = _index_taken(table, effect.using_index, names)
    constraint = constraint_of(
        effect.kind,
        effect.name,
        columns,
        names,
        condition=effect.condition,
        references=references,
        validated=validated,
    )
    if names.database in (None, "sqlite") and not effect.raw:
        table = _rebuilt(table)
    return with_constraint(table, constraint, names)


def _index_taken(table: Table, name: fx.MaybeText, names: Names) -> tuple[Table, tuple[fx.Text, ...] | fx.Unknown]:
    """An index that becomes a constraint's own, and its columns."""
    if not isinstance(name, str):
        return replace(table, indexes=table.indexes.forgotten()), fx.UNKNOWN
    index = table.indexes.get(names.part(name))
    parts = fx.UNKNOWN if index is None else index.parts
    return replace(table, indexes=table.indexes.set(names.part(name), Presence.ABSENT)), parts


def _drops_constraint(table: Table, effect: fx.DropsConstraint, names: Names) -> Table:
    if names.database in (None, "sqlite") and not effect.raw:
        table = _rebuilt(table)
    primary = effect.kind is _KIND.PRIMARY_KEY
    if primary and (found := _key_of_primary(table)) is not None:
        # A table has but one of them, whatever it is called.
        table = replace(table, constraints=table.constraints.set(found, Presence.ABSENT))
    elif not isinstance(effect.name, str):
        return replace(table, constraints=table.constraints.forgotten(), indexes=table.indexes.forgotten())
    else:
        table = _constraint_gone(table, names.part(effect.name), effect.kind)
    if (
        isinstance(effect.name, str)
        and names.database in (None, *_MYSQL)
        and effect.kind in (_KIND.UNIQUE, _KIND.UNKNOWN)
    ):
        # There the constraint is an index; one of that name that serves a foreign key stays.
        state = Presence.ABSENT if effect.kind is _KIND.UNIQUE else Presence.UNKNOWN
        table = replace(table, indexes=table.indexes.set(names.part(effect.name), state))
    if names.database in (None, "sqlite") and (primary or effect.kind is _KIND.UNKNOWN):
        # A copy of the table is made without the key, and its columns may take NULL or not.
        doubt = table.columns.each(lambda c: replace(c, nullable=fx.UNKNOWN) if c.nullable is False else c)
        table = replace(table, columns=doubt)
    return table


def _constraint_gone(table: Table, key: str, kind: fx.ConstraintKind) -> Table:
    constraints = table.constraints
    if key not in constraints.there:
        unnamed = {
            name for name, one in constraints.there.items() if is_nameless(name) and kind in (one.kind, _KIND.UNKNOWN)
        }
        for name in unnamed:
            constraints = constraints.set(name, Presence.UNKNOWN)
    return replace(table, constraints=constraints.set(key, Presence.ABSENT))


def _renames_constraint(table: Table, effect: fx.RenamesConstraint, names: Names) -> Table:
    if not (isinstance(effect.name, str) and isinstance(effect.new_name, str)):
        return replace(table, constraints=table.constraints.forgotten(), indexes=table.indexes.forgotten())
    old, new = names.part(effect.name), names.part(effect.new_name)
    if old not in table.constraints.there:
        table = _constraint_gone(table, old, _KIND.UNKNOWN)
        return replace(table, constraints=table.constraints.opened().set(old, Presence.ABSENT))
    change = renamed(table.constraints, old, new, lambda one: replace(one, name=effect.new_name))
    return replace(table, constraints=change)


def _validates(table: Table, effect: fx.ValidatesConstraint, names: Names) -> Table:
    constraints = table.constraints
    if not isinstance(effect.name, str):
        doubt = constraints.each(lambda c: replace(c, validated=fx.UNKNOWN) if c.validated is False else c)
        return replace(table, constraints=doubt)
    found = constraints.get(names.part(effect.name))
    if found is None:
        # It was there, or it could not have been validated; what it says is not known.
        unknown = fx.UNKNOWN
        found = Constraint(
            _KIND.UNKNOWN, effect.name, unknown, unknown, unknown, unknown, True, unknown, unknown, unknown, unknown
        )
    shelf = constraints.set(names.part(effect.name), replace(found, validated=True))
    return replace(table, constraints=shelf)


# -- the table ----------------------------------------------------------------------------------------------------

_KEEPS_WHAT_IS_IN_IT = pattern(
    r"(?i)COMMENT|SET (UN)?LOGGED|SET TABLESPACE|OWNER TO|CLUSTER ON|SET WITHOUT CLUSTER|REPLICA IDENTITY"
    r"|(ENABLE|DISABLE)( ALWAYS| REPLICA)? (TRIGGER|RULE)\b.*|(NO )?FORCE ROW LEVEL SECURITY"
    r"|(ENABLE|DISABLE) ROW LEVEL SECURITY|(RE)?SET \(.*\)|ENGINE\b.*|AUTO_INCREMENT\b.*|ROW_FORMAT\b.*"
)


def _alters_table(table: Table, effect: fx.AltersTable, names: Names) -> Table:
    if _KEEPS_WHAT_IS_IN_IT.fullmatch(effect.action.strip()):
        return replace(table, comment=fx.UNKNOWN, options=fx.UNKNOWN)
    return replace(unknown_table(_key(table)), made_by=table.made_by, filled=True)


def _changes_data(table: Table, effect: fx.ChangesData, names: Names) -> Table:
    return table if effect.verb in ("UPDATE", "DELETE", "TRUNCATE") or table.filled else replace(table, filled=True)


_CHANGES: dict[type[fx.Effect], Callable[[Table, Any, Names], Table]] = {
    fx.AddsColumn: _adds_column,
    fx.DropsColumn: _drops_column,
    fx.AltersColumn: _alters_column,
    fx.CreatesIndex: _creates_index,
    fx.AddsConstraint: _adds_constraint,
    fx.DropsConstraint: _drops_constraint,
    fx.RenamesConstraint: _renames_constraint,
    fx.ValidatesConstraint: _validates,
    fx.AltersTable: _alters_table,
    fx.ChangesData: _changes_data,
}


# -- small things -------------------------------------------------------------------------------------------------


def _key(table: Table) -> Key:
    return table.schema, table.name


def _key_of_primary(table: Table) -> str | None:
    for key, one in table.constraints.there.items():
        if one.kind is _KIND.PRIMARY_KEY:
            return key
    return None


def _opened(table: Table) -> Table:
    """There may be more in it than is known."""
    return replace(
        table,
        columns=table.columns.opened(),
        constraints=table.constraints.opened(),
        indexes=table.indexes.opened(),
    )


def _forget_columns(table: Table) -> Table:
    forgotten = unknown_table(_key(table))
    return replace(forgotten, kind=table.kind, made_by=table.made_by, filled=table.filled)


def _rebuilt(table: Table) -> Table:
    """A batch on SQLite may have copied the table, and what of it was not copied depends on who wrote the batch."""
    constraints = table.constraints
    # Two keys that say the same are one in the copy, and there may be one that nobody knows of.
    alone = constraints.whole and not constraints.exceptions
    alike = Counter((one.kind, one.columns, one.referent) for one in constraints)

    def copied(one: Constraint) -> Constraint | Presence:
        if one.kind is _KIND.PRIMARY_KEY:
            return one
        doubt = not isinstance(one.name, str) or one.kind not in (_KIND.UNIQUE, _KIND.FOREIGN_KEY)
        return Presence.UNKNOWN if doubt or not alone or alike[one.kind, one.columns, one.referent] > 1 else one

    return replace(table, constraints=constraints.each(copied))


def _doubt_unnamed(indexes: Shelf[str, Index]) -> Shelf[str, Index]:
    for key in [key for key in indexes.there if is_nameless(key)]:
        indexes = indexes.set(key, Presence.UNKNOWN)
    return indexes


def _exchanged(parts: tuple[fx.Text, ...] | fx.Unknown, old: str, new: str) -> tuple[fx.Text, ...] | fx.Unknown:
    if not isinstance(parts, tuple):
        return parts
    result: list[fx.Text] = []
    for part in parts:
        if part == old:
            result.append(new)
        else:
            result.append(fx.UNKNOWN if isinstance(part, str) and _mentions(part, old) else part)
    return tuple(result)


def _in_doubt(expression: fx.MaybeText, key: str) -> fx.MaybeText:
    return fx.UNKNOWN if isinstance(expression, str) and _mentions(expression, key) else expression


def _mentions(text: str, name: str) -> bool:
    return re.search(rf"(?i)(?<!\w){re.escape(name)}(?!\w)", text) is not None


def _says(value: object) -> bool:
    return isinstance(value, str)
