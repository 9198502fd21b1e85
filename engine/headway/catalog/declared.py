"""The parts of a table as effects declare them, made into parts of a schema. What a change does is elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from headway.catalog.names import Names
from headway.catalog.schema import Column, Constraint, Index, Key, Table, unknown_column
from headway.catalog.shelf import Presence, Shelf
from headway.effects import model as fx

_MYSQL = frozenset({"mysql", "mariadb"})
_KIND = fx.ConstraintKind


def table_of(effect: fx.CreatesTable, key: Key, names: Names, made_by: str | None) -> Table:
    """The table that a CREATE TABLE makes."""
    columns: Shelf[str, Column] = Shelf(whole=effect.whole and not _any_unknown(effect.columns))
    of_several = not effect.raw and sum(declared.primary_key for declared in effect.columns) > 1
    for declared in effect.columns:
        if isinstance(declared.name, str):
            column = column_of(declared, names, raw=effect.raw)
            if of_several and declared.primary_key and declared.default is None and declared.autoincrement is None:
                # Of a key of several columns SQLAlchemy lets none count: see autoincrement in
                # https://docs.sqlalchemy.org/en/20/core/metadata.html#sqlalchemy.schema.Column.params.autoincrement
                counts = declared.identity or declared.computed is not None
                column = column if counts else replace(column, default=None, has_default=False, identity=None)
            columns = columns.set(names.part(declared.name), column)
    table = Table(
        schema=key[0],
        name=effect.table,
        columns=columns,
        constraints=Shelf(whole=columns.whole and not any(may_bring_a_check(c) for c in effect.columns)),
        indexes=Shelf(whole=columns.whole),
        comment=fx.UNKNOWN,
        options=fx.UNKNOWN,
        made_by=made_by,
        filled=not effect.whole,
    )
    for constraint in _constraints(effect, names):
        table = with_constraint(table, constraint, names)
    for index in _indexes(effect):
        table = with_index(table, index, names)
    return replace(table, constraints=_without_repeated(table.constraints))


def _without_repeated(constraints: Shelf[str, Constraint]) -> Shelf[str, Constraint]:
    """PostgreSQL makes one key of two that say the same in one CREATE TABLE, others make both."""
    keys = Counter(one.columns for one in constraints if one.kind in (_KIND.UNIQUE, _KIND.PRIMARY_KEY))
    for key, one in constraints.there.items():
        if one.kind is _KIND.UNIQUE and keys[one.columns] > 1:
            constraints = constraints.set(key, Presence.UNKNOWN)
    return constraints


def column_of(declared: fx.Column, names: Names, *, raw: bool) -> Column:
    """A column as it is once it has been made."""
    if not isinstance(declared.name, str):
        return unknown_column(declared.name)
    nullable: fx.Flag = False if declared.primary_key else declared.nullable
    if declared.primary_key and raw and names.database in (None, "sqlite"):
        # https://www.sqlite.org/lang_createtable.html#the_primary_key lets a key be NULL unless NOT NULL is written.
        nullable = False if declared.nullable is False and names.database is None else fx.UNKNOWN
    if declared.computed is not None and nullable is not True and names.database == "mssql":
        nullable = fx.UNKNOWN
    has_default = declared.has_default
    if declared.primary_key and declared.default is None and not declared.identity and declared.computed is None:
        has_default = fx.UNKNOWN  # a key of one whole number counts by itself, others do not
    return Column(
        name=declared.name,
        type=fx.UNKNOWN if declared.type is None else declared.type,
        nullable=nullable,
        default=fx.UNKNOWN if declared.default is None and has_default is not False else declared.default,
        has_default=has_default,
        computed=declared.computed,
        stored=declared.computed_stored,
        identity=fx.UNKNOWN if declared.identity or declared.primary_key else None,
        comment=declared.comment,
        collation=fx.UNKNOWN,
        options=fx.UNKNOWN,
    )


def constraint_of(
    kind: fx.ConstraintKind,
    name: fx.MaybeText,
    columns: tuple[fx.Text, ...] | fx.Unknown,
    names: Names,
    *,
    condition: fx.MaybeText = None,
    references: fx.ForeignKey | None = None,
    validated: fx.Flag = True,
) -> Constraint:
    """A constraint as it is once it has been made."""
    key: Key | fx.Unknown | None = None
    if kind is _KIND.FOREIGN_KEY:
        key = fx.UNKNOWN if references is None else names.key(references.schema, references.table) or fx.UNKNOWN
    return Constraint(
        kind=kind,
        name=name,
        columns=compared(columns, names) if isinstance(columns, tuple) else columns,
        referent=key,
        referred=() if references is None else compared(references.columns, names),
        condition=fx.UNKNOWN if condition is None and kind in (_KIND.CHECK, _KIND.EXCLUDE) else condition,
        validated=validated,
        on_delete=None if references is None else references.on_delete,
        on_update=None if references is None else references.on_update,
        deferrable=fx.UNKNOWN,
        options=fx.UNKNOWN,
    )


def compared(columns: Iterable[fx.Text], names: Names) -> tuple[fx.Text, ...]:
    """Names of columns as they are compared; what is no plain name stays."""
    return tuple(names.part(one) if isinstance(one, str) and one.isidentifier() else one for one in columns)


def with_constraint(table: Table, constraint: Constraint, names: Names) -> Table:
    """``table`` with one more constraint, and with what the database makes of it."""
    if constraint.kind is _KIND.UNKNOWN or isinstance(constraint.name, fx.Unknown | fx.Computed):
        table = replace(table, constraints=table.constraints.opened(), indexes=table.indexes.opened())
        return _with_key_columns(table, constraint, names)
    if constraint.kind is _KIND.UNIQUE and names.database in _MYSQL:
        # https://dev.mysql.com/doc/refman/8.4/en/create-index.html: there is no unique constraint beside the index.
        return with_index(table, Index(constraint.name, constraint.columns, unique=True, options=fx.UNKNOWN), names)
    if constraint.kind is _KIND.FOREIGN_KEY and names.database in (None, *_MYSQL):
        # The database makes an index for it where there is none.
        table = replace(table, indexes=table.indexes.opened())
    key = key_of_constraint(constraint, names)
    table = replace(table, constraints=table.constraints.set(key, constraint))
    return _with_key_columns(table, constraint, names)


def with_index(table: Table, index: Index, names: Names) -> Table:
    """``table`` with one more index."""
    if isinstance(index.name, fx.Unknown | fx.Computed):
        return replace(table, indexes=table.indexes.opened())
    return replace(table, indexes=table.indexes.set(key_of_index(index, names), index))


def key_of_index(index: Index, names: Names) -> str:
    """Its place on a table's shelf: its name, or in parentheses what it is on."""
    return names.part(index.name) if isinstance(index.name, str) else f"({_listed('index', index.parts)})"


def key_of_constraint(constraint: Constraint, names: Names) -> str:
    """Its place on a table's shelf: its name, or in parentheses what it is."""
    if constraint.kind is _KIND.PRIMARY_KEY and names.database in _MYSQL:
        return names.part("PRIMARY")
    if isinstance(constraint.name, str):
        return names.part(constraint.name)
    what = constraint.condition if constraint.kind is _KIND.CHECK else constraint.columns
    return f"({_listed(constraint.kind.value, what)})"


def _with_key_columns(table: Table, constraint: Constraint, names: Names) -> Table:
    """The columns of a primary key take no NULL."""
    if constraint.kind not in (_KIND.PRIMARY_KEY, _KIND.UNKNOWN):
        return table
    columns = table.columns
    told = constraint.kind is _KIND.PRIMARY_KEY and isinstance(constraint.columns, tuple) and constraint.columns
    if not told or not all(isinstance(one, str) for one in constraint.columns):  # type: ignore[union-attr]  # a tuple
        doubt = columns.each(lambda c: replace(c, nullable=fx.UNKNOWN) if c.nullable is True else c)
        return replace(table, columns=doubt)
    exact = names.database not in (None, "sqlite")
    for name in constraint.columns:  # type: ignore[union-attr]
        column = columns.get(str(name))
        if column is None:
            columns = columns.set(str(name), replace(unknown_column(str(name)), nullable=not exact and fx.UNKNOWN))
        elif column.nullable is not False:
            columns = columns.set(str(name), replace(column, nullable=False if exact else fx.UNKNOWN))
    return replace(table, columns=columns)


def _constraints(effect: fx.CreatesTable, names: Names) -> Iterator[Constraint]:
    key = tuple(column.name for column in effect.columns if column.primary_key)
    declared = [one for one in effect.constraints if one.kind is _KIND.PRIMARY_KEY]
    if key and not declared:
        yield constraint_of(_KIND.PRIMARY_KEY, None, key, names)
    for one in effect.constraints:
        yield constraint_of(one.kind, one.name, one.columns, names, condition=one.condition, references=one.references)
    for column in effect.columns:
        if column.unique is True and column.index is False:
            yield constraint_of(_KIND.UNIQUE, None, (column.name,), names)
        elif fx.UNKNOWN in (column.unique, column.index):
            yield constraint_of(_KIND.UNIQUE, fx.UNKNOWN, (column.name,), names)
        for reference in column.references:
            yield constraint_of(
                _KIND.FOREIGN_KEY,
                reference.name,
                reference.local_columns or (column.name,),
                names,
                references=reference,
            )


def _indexes(effect: fx.CreatesTable) -> Iterator[Index]:
    for one in effect.indexes:
        yield Index(one.name, one.columns, unique=one.unique, predicate=fx.UNKNOWN, options=fx.UNKNOWN)
    for column in effect.columns:
        if column.index is True:
            # SQLAlchemy names it ix_<table>_<column> unless a convention of the project says otherwise.
            yield Index(None, (column.name,), unique=column.unique, options=fx.UNKNOWN)
        elif column.index is fx.UNKNOWN:
            yield Index(fx.UNKNOWN)


def _any_unknown(columns: Iterable[fx.Column]) -> bool:
    return any(not isinstance(column.name, str) for column in columns)


def may_bring_a_check(column: fx.Column) -> bool:
    """Whether SQLAlchemy may make a CHECK for the type: for Boolean and Enum it does so on request, and once always did."""
    return column.type is None or str(column.type.name).lower() in ("boolean", "enum")


def _listed(word: str, what: object) -> str:
    return f"{word} {', '.join(map(str, what))}" if isinstance(what, tuple) else f"{word} {what}"
