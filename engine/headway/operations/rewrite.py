"""A table made anew: takes what it is, the wanted changes, and replaces it by a changed copy with the same rows.

Nothing that the table had is lost on the way: constraints, indexes and options are carried over one by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Computed,
    Constraint,
    ForeignKeyConstraint,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    insert,
    select,
)
from sqlalchemy import types as sqltypes
from sqlalchemy.schema import SchemaItem

from headway.errors import UsageError
from headway.operations.naming import conventional_name

REFLECTED = "headway_reflected"
"""Marks a table that was read from the database, whose names are final."""

LONGEST_NAME = 50  # room for what some databases append


class TableRewrite:
    """The state of the new table while the changes are applied one after another."""

    def __init__(
        self,
        impl: Any,
        table: Table,
        table_args: tuple[Any, ...],
        table_kwargs: Mapping[str, Any],
        *,
        partial_reordering: Any = None,
    ) -> None:
        self.impl = impl
        self.table = table
        self.table_args = table_args
        self.table_kwargs = {**table.kwargs, **table_kwargs}
        self.comment = table.comment
        self.temp_name = f"_alembic_tmp_{table.name}"[:LONGEST_NAME]
        self.columns: dict[str, Column[Any]] = {}
        """The new table's columns, by the name they had or were added under."""
        self.sources: dict[str, Any] = {}
        """What fills a column of the new table: a column of the old one, perhaps cast; nothing for a new one."""
        self.order: list[str] = []
        self.constraints: list[Constraint] = []
        self.indexes: dict[str, Index] = {}
        self.new_indexes: list[Index] = []
        self.reordering = [tuple(group) for group in partial_reordering or ()]
        self._take_over()

    def _take_over(self) -> None:
        for column in self.table.c:
            copy = column._copy()
            copy.unique = copy.index = None  # they come as constraints and indexes of the table
            self.columns[column.name] = copy
            self.order.append(column.name)
            if column.computed is None:
                self.sources[column.name] = column
        self.constraints = [c for c in self.table.constraints if not _belongs_to_type(c)]
        self.indexes = {str(index.name): index for index in self.table.indexes}

    # -- changes, called like the methods of an implementation ---------------------------------------------------

    def add_column(
        self,
        table_name: str,
        column: Column[Any],
        *,
        insert_before: str | None = None,
        insert_after: str | None = None,
        if_not_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        if if_not_exists and column.name in self.columns:
            return
        copy = column._copy()
        copy.unique = copy.index = None  # recorded as operations of their own
        self.columns[column.name] = copy
        self.order.append(column.name)
        self._place(column.name, insert_before, insert_after)

    def drop_column(self, table_name: str, column: Column[Any], *, if_exists: bool | None = None, **kw: Any) -> None:
        name = column.name
        if name not in self.columns:
            if if_exists:
                return
            raise UsageError(f"No such column: '{name}'", hint=f"Table {self.table.name} has {', '.join(self.order)}.")
        del self.columns[name]
        self.sources.pop(name, None)
        self.order.remove(name)
        # As other databases do: what stands on the column alone goes with it.
        self.constraints = [c for c in self.constraints if not self._needs(c, name)]
        self.indexes = {key: index for key, index in self.indexes.items() if not _index_needs(index, name)}

    def alter_column(
        self,
        table_name: str,
        column_name: str,
        *,
        nullable: bool | None = None,
        server_default: Any = False,
        name: str | None = None,
        type_: Any = None,
        autoincrement: Any = None,
        comment: Any = False,
        insert_before: str | None = None,
        insert_after: str | None = None,
        **kw: Any,
    ) -> None:
        if column_name not in self.columns:
            raise UsageError(
                f"No such column: '{column_name}'", hint=f"Table {self.table.name} has {', '.join(self.order)}."
            )
        column = self.columns[column_name]
        if type_ is not None:
            self._retype(column_name, column, sqltypes.to_instance(type_))
        if nullable is not None:
            column.nullable = nullable
        if server_default is not False:
            self._set_default(column_name, server_default)
            column = self.columns[column_name]
        if autoincrement is not None:
            column.autoincrement = autoincrement
        if comment is not False:
            column.comment = comment
        if name is not None and name != column_name:
            column.name = column.key = name
        self._place(column_name, insert_before, insert_after)

    def add_constraint(self, constraint: Constraint, **kw: Any) -> None:
        if isinstance(constraint, PrimaryKeyConstraint):
            self.constraints = [c for c in self.constraints if not isinstance(c, PrimaryKeyConstraint)]
        if _belongs_to_type(constraint):
            return  # made with its column
        self.constraints.append(constraint)

    def drop_constraint(self, constraint: Constraint, *, if_exists: bool | None = None, **kw: Any) -> None:
        if not constraint.name:
            raise UsageError("Constraint must have a name", hint="Give batch_alter_table() a naming_convention=…")
        kept = [c for c in self.constraints if _final_name(c) != constraint.name]
        if len(kept) == len(self.constraints) and not if_exists and not self._drop_type_check(constraint):
            names = ", ".join(sorted(filter(None, map(_final_name, self.constraints)))) or "none with a name"
            raise UsageError(f"No such constraint: '{constraint.name}'", hint=f"There are: {names}.")
        if any(isinstance(c, PrimaryKeyConstraint) for c in self.constraints if c not in kept):
            for column in self.columns.values():
                column.primary_key = False
        self.constraints = kept

    def create_index(self, index: Index, *, if_not_exists: bool | None = None, **kw: Any) -> None:
        if not (if_not_exists and str(index.name) in self.indexes):
            self.new_indexes.append(index)

    def drop_index(self, index: Index, *, if_exists: bool | None = None, **kw: Any) -> None:
        if self.indexes.pop(str(index.name), None) is None and not if_exists:
            fresh = [new for new in self.new_indexes if new.name != index.name]
            if len(fresh) == len(self.new_indexes):
                raise UsageError(f"No such index: '{index.name}'", hint=f"There are: {', '.join(self.indexes)}.")
            self.new_indexes = fresh

    def create_table_comment(self, table: Table) -> None:
        self.comment = table.comment

    def drop_table_comment(self, table: Table) -> None:
        self.comment = None

    def create_column_comment(self, column: Column[Any]) -> None:
        self.columns[column.name].comment = column.comment

    # -- the copy -----------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Creates the new table, copies the rows, drops the old one and gives its name to the new."""
        impl, old = self.impl, self.table
        new = self._new_table()
        impl.prep_table_for_batch(self, old)
        impl.create_table(new)
        try:
            targets = [self.columns[name].name for name in self.order if name in self.sources]
            rows = select(
                *[self.sources[name].label(self.columns[name].name) for name in self.order if name in self.sources]
            )
            if targets:
                impl._exec(insert(new).from_select(targets, rows, include_defaults=False))
            impl.drop_table(old)
        except Exception:
            impl.drop_table(new)
            raise
        impl.rename_table(new.name, old.name, schema=old.schema)
        new.name = old.name
        for index in [*self._kept_indexes(new), *self._added_indexes(new)]:
            impl.create_index(index)

    def _new_table(self) -> Table:
        metadata = MetaData(naming_convention=self.table.metadata.naming_convention)
        ordered = self._ordered()
        items: list[SchemaItem] = [self.columns[name] for name in ordered]
        renamed = {name: self.columns[name].name for name in ordered}
        items += [c for item in self.constraints if (c := _copy_constraint(item, self.table, renamed)) is not None]
        options = dict(self.table_kwargs)
        if self.comment:
            options["comment"] = self.comment
        new = Table(self.temp_name, metadata, *items, *self.table_args, schema=self.table.schema, **options)
        for constraint in new.foreign_key_constraints:
            for element in constraint.elements:
                _sketch(element, new, metadata, self.table)
        return new

    def _kept_indexes(self, new: Table) -> Iterable[Index]:
        renamed = {name: self.columns[name].name for name in self.order}
        for index in self.indexes.values():
            expressions: list[Any] = []
            for expression in index.expressions:
                name = getattr(expression, "name", None)
                expressions.append(
                    new.c[renamed[name]] if name in renamed and isinstance(expression, Column) else expression
                )
            yield _index_on(new, index, expressions)

    def _added_indexes(self, new: Table) -> Iterable[Index]:
        for index in self.new_indexes:
            expressions = [new.c[e.name] if isinstance(e, Column) else e for e in index.expressions]
            yield _index_on(new, index, expressions)

    # -- small changes ------------------------------------------------------------------------------------------

    def _retype(self, name: str, column: Column[Any], type_: Any) -> None:
        if name in self.sources:
            source = self.impl.cast_for_batch_migrate(self.table.c[name], column.type, type_)
            self.sources[name] = self.table.c[name] if source is None else source
        column.type = type_
        if isinstance(type_, sqltypes.SchemaType):
            type_._set_parent(column)  # type: ignore[no-untyped-call,unused-ignore]  # its CHECK follows the column

    def _set_default(self, name: str, server_default: Any) -> None:
        column = self.columns[name]
        column.server_default = None
        column.computed = None
        column.identity = None
        if isinstance(server_default, Computed):
            self.sources.pop(name, None)
            server_default._copy()._set_parent(column)
        elif server_default is not None:
            replacement = Column(column.name, column.type, server_default=server_default)
            column.server_default = replacement.server_default

    def _drop_type_check(self, constraint: Constraint) -> bool:
        """A CHECK that a Boolean or Enum column would make again: the type is told not to."""
        for column in self.columns.values():
            type_: Any = column.type
            if isinstance(type_, sqltypes.Boolean | sqltypes.Enum) and type_.name == constraint.name:
                type_.create_constraint = False
                return True
        return False

    def _needs(self, constraint: Constraint, column: str) -> bool:
        if isinstance(constraint, CheckConstraint):
            return re.search(rf"(?<![\w]){re.escape(column)}(?![\w])", str(constraint.sqltext)) is not None
        if isinstance(constraint, PrimaryKeyConstraint | ForeignKeyConstraint):
            names = [c.name for c in constraint.columns]
            return column in names
        return column in [c.name for c in getattr(constraint, "columns", ())]

    def _place(self, name: str, before: str | None, after: str | None) -> None:
        other = before or after
        if other is None:
            return
        if other not in self.order:
            raise UsageError(f"No such column: '{other}'", hint=f"Table {self.table.name} has {', '.join(self.order)}.")
        self.order.remove(name)
        self.order.insert(self.order.index(other) + (1 if after else 0), name)

    def _ordered(self) -> list[str]:
        """The columns in order; ``partial_reordering`` groups come together where their first column stands."""
        order = list(self.order)
        for group in self.reordering:
            wanted = [name for name in group if name in order]
            if not wanted:
                continue
            start = min(order.index(name) for name in wanted)
            rest = [name for name in order if name not in wanted]
            order = rest[:start] + wanted + rest[start:]
        return order


def _belongs_to_type(constraint: Constraint) -> bool:
    return bool(getattr(constraint, "_type_bound", False))


def _final_name(constraint: Constraint) -> str | None:
    """The name in the database: the written one, or what the naming convention makes of it."""
    written = str(constraint.name) if isinstance(constraint.name, str) else None
    table = getattr(constraint, "parent", None)
    if table is None:
        return written
    if written is not None and _is_reflected(table):
        return written  # it went through the convention when it was made
    name = conventional_name(constraint, table)
    return str(name) if name is not None else written


def _is_reflected(table: Table) -> bool:
    return bool(table.info.get(REFLECTED))


def _copy_constraint(constraint: Constraint, old: Table, renamed: Mapping[str, str]) -> Constraint | None:
    """The same constraint for the new table, with renamed columns; an empty primary key is none."""
    name = _final_name(constraint)
    if isinstance(constraint, PrimaryKeyConstraint):
        columns = [renamed.get(c.name, c.name) for c in constraint.columns]
        return PrimaryKeyConstraint(*columns, name=name, **constraint.dialect_kwargs) if columns else None
    if isinstance(constraint, ForeignKeyConstraint):
        return _copy_foreign_key(constraint, old, renamed, name)
    if isinstance(constraint, CheckConstraint):
        text = _renamed_text(str(constraint.sqltext.compile(compile_kwargs={"literal_binds": True})), renamed)
        return CheckConstraint(text, name=name, **constraint.dialect_kwargs)
    columns = [renamed.get(c.name, c.name) for c in getattr(constraint, "columns", ())]
    kind: Any = type(constraint)
    timing = {"deferrable": constraint.deferrable, "initially": constraint.initially}
    return kind(*columns, name=name, **timing, **constraint.dialect_kwargs)  # type: ignore[no-any-return]


def _copy_foreign_key(
    key: ForeignKeyConstraint, old: Table, renamed: Mapping[str, str], name: str | None
) -> ForeignKeyConstraint:
    targets = []
    for element in key.elements:
        table, _, column = element._get_colspec().rpartition(".")
        if table == old.fullname or table == key.parent.fullname:
            column = renamed.get(column, column)
            table = old.fullname  # a table that refers to itself goes on doing so under its final name
        targets.append(f"{table}.{column}")
    return ForeignKeyConstraint(
        [renamed.get(column.name, column.name) for column in key.columns],
        targets,
        name=name,
        onupdate=key.onupdate,
        ondelete=key.ondelete,
        deferrable=key.deferrable,
        initially=key.initially,
        match=key.match,
        link_to_name=True,
        **key.dialect_kwargs,
    )


def _sketch(element: Any, new: Table, metadata: MetaData, old: Table) -> None:
    """A stand-in for a referenced table, so that the foreign key can be compiled."""
    full, _, column = element._get_colspec().rpartition(".")
    schema, _, name = full.rpartition(".")
    other = metadata.tables.get(full)
    if other is None:
        other = Table(name, metadata, schema=schema or None)
    if column not in other.c:
        other.append_column(Column(column, sqltypes.NULLTYPE))


def _renamed_text(text: str, renamed: Mapping[str, str]) -> str:
    """SQL text with column names replaced."""
    for old, new in renamed.items():
        if old != new:
            text = re.sub(rf"(?<![\w.']){re.escape(old)}(?![\w'])", new, text)
    return text


def _index_needs(index: Index, column: str) -> bool:
    named = [e.name for e in index.expressions if isinstance(e, Column)]
    texts = [str(e) for e in index.expressions if not isinstance(e, Column)]
    return column in named or any(re.search(rf"\b{re.escape(column)}\b", text) for text in texts)


def _index_on(table: Table, index: Index, expressions: list[Any]) -> Index:
    options = dict(index.dialect_kwargs)
    new = Index(index.name, *expressions, unique=bool(index.unique), **options)
    if new.table is None:
        table.append_constraint(new)  # expressions only: nothing has attached it
    return new
