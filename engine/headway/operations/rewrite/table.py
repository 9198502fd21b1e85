"""TableRewrite: takes what a table is and the wanted changes, and replaces it by a changed copy with the same rows.

Nothing that the table had is lost on the way: constraints, indexes and options are carried over one by one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Constraint,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    insert,
    inspect,
    select,
)
from sqlalchemy import types as sqltypes

from headway.errors import InvalidValue, UnknownColumn
from headway.operations.rewrite import constraints
from headway.operations.rewrite.columns import ColumnState
from headway.operations.rewrite.constraints import belongs_to_type, final_name
from headway.operations.rewrite.misfits import refuse_misfits
from headway.operations.rewrite.order import Placement, ordered
from headway.operations.rewrite.text import names_in, with_renamed
from headway.signals import clearing_up

LONGEST_NAME = 50  # room for what some databases append


def temporary_name(table: str) -> str:
    """What the copy of a table is called until it takes its place."""
    return f"_alembic_tmp_{table}"[:LONGEST_NAME]


class TableRewrite:
    """The state of the new table while the changes are applied one after another.

    ``raw_indexes`` are indexes by name as SQL text, for databases that say more in it than reflection shows.
    ``renamed`` are columns that have their new names already; the changes call them by either.
    """

    def __init__(
        self,
        impl: Any,
        table: Table,
        table_args: Sequence[Any],
        table_kwargs: Mapping[str, Any],
        *,
        partial_reordering: Sequence[Sequence[str]] | None = None,
        raw_indexes: Mapping[str, str] | None = None,
        renamed: Mapping[str, str] | None = None,
    ) -> None:
        self.impl = impl
        self.table = table
        self.table_args = table_args
        self.table_kwargs = {**table.kwargs, **table_kwargs}
        self.comment = table.comment
        self.temp_name = temporary_name(table.name)
        self.columns = {column.name: ColumnState.existing(column) for column in table.c}
        """The new table's columns, by the name they had or were added under."""
        self.former_names = dict(renamed or {})
        self.placements: list[Placement] = []
        self.reordering = partial_reordering
        by_type = {state.checked_by_type() for state in self.columns.values()} - {None}
        self.constraints: list[Constraint] = [
            item
            for item in sorted(table.constraints, key=lambda item: item._creation_order)
            if not belongs_to_type(item) and not (isinstance(item, CheckConstraint) and item.name in by_type)
        ]
        self.type_checks: dict[str, str] = {}
        """The names of the CHECKs that types bring, by column: they are made anew with the columns."""
        for item in filter(belongs_to_type, table.constraints):
            self._note_type_check(item)
        self.raw_indexes = dict(raw_indexes or {})
        known = sorted(table.indexes, key=lambda index: str(index.name))
        self.indexes = {str(index.name): index for index in known if index.name not in self.raw_indexes}
        self.new_indexes: list[Index] = []
        self.dropped: list[str] = []

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
        if if_not_exists and self._named(column.name):
            return
        if (there := self._named(column.name)) or column.name in self.columns:
            state = self.columns[there or column.name]
            called = "" if there else f", which this batch calls {state.name}"
            raise InvalidValue(
                f"column {column.name!r} of table {self.table.name} is there already{called}: adding it would lose its values",
                hint="Leave the add_column() out, drop the column first, or add it in a batch of its own.",
            )
        self.columns[column.name] = ColumnState.added(column)
        self._place(column.name, insert_before, insert_after)

    def drop_column(self, table_name: str, column: Column[Any], *, if_exists: bool | None = None, **kw: Any) -> None:
        if if_exists and column.name not in self.columns:
            return
        key = self._key(column.name)
        del self.columns[key]
        self.dropped.append(key)
        self.placements = [place for place in self.placements if place.name != key]

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
        key = self._key(column_name)
        state = self.columns[key]
        if type_ is not None:
            self._retype(state, sqltypes.to_instance(type_))
        if nullable is not None:
            state.nullable = nullable
        if server_default is not False:
            state.set_default(server_default)
        if autoincrement is not None:
            state.autoincrement = autoincrement
        if comment is not False:
            state.comment = comment
        if name is not None:
            state.name = name
        self._place(key, insert_before, insert_after)

    def add_constraint(self, constraint: Constraint, **kw: Any) -> None:
        if isinstance(constraint, PrimaryKeyConstraint):
            self.constraints = [c for c in self.constraints if not isinstance(c, PrimaryKeyConstraint)]
        if belongs_to_type(constraint):  # it is made with its column
            self._note_type_check(constraint)
            return
        # SQLite would take a second one of the same name. Scripts make one anew without dropping what may be there.
        name = final_name(constraint)
        same = next(
            (i for i, item in enumerate(self.constraints) if name is not None and final_name(item) == name), None
        )
        if same is None:
            self.constraints.append(constraint)
        else:
            self.constraints[same] = constraint

    def _note_type_check(self, check: Constraint) -> None:
        key, name = self._key_of_check(check), final_name(check)
        if key is not None and name is not None:
            self.type_checks[key] = name

    def drop_constraint(self, constraint: Constraint, *, if_exists: bool | None = None, **kw: Any) -> None:
        if belongs_to_type(constraint) and not isinstance(constraint.name, str):
            self._drop_unnamed_check(constraint)
            return
        if not constraint.name:
            raise InvalidValue("Constraint must have a name", hint="Give batch_alter_table() a naming_convention=…")
        kept = [item for item in self.constraints if final_name(item) != constraint.name]
        found = len(kept) < len(self.constraints)
        for state in self.columns.values():
            if state.checked_by_type() == constraint.name:
                state.forget_type_check()
                found = True
        if not found and not if_exists and not belongs_to_type(constraint):
            names = ", ".join(sorted(filter(None, map(final_name, self.constraints)))) or "none with a name"
            raise InvalidValue(f"No such constraint: '{constraint.name}'", hint=f"There are: {names}.")
        self.constraints = kept

    def create_index(self, index: Index, *, if_not_exists: bool | None = None, **kw: Any) -> None:
        if not (if_not_exists and str(index.name) in self._known_indexes()):
            self.new_indexes.append(index)

    def drop_index(self, index: Index, *, if_exists: bool | None = None, **kw: Any) -> None:
        name = str(index.name)
        fresh = [new for new in self.new_indexes if str(new.name) != name]
        known = self._known_indexes()
        if name not in known and len(fresh) == len(self.new_indexes) and not if_exists:
            raise InvalidValue(f"No such index: '{name}'", hint=f"There are: {', '.join(sorted(known)) or 'none'}.")
        self.indexes.pop(name, None)
        self.raw_indexes.pop(name, None)
        self.new_indexes = fresh

    def create_table_comment(self, table: Table) -> None:
        self.comment = table.comment

    def drop_table_comment(self, table: Table) -> None:
        self.comment = None

    def create_column_comment(self, column: Column[Any]) -> None:
        self.columns[self._key(column.name)].comment = column.comment

    def _is_gone(self) -> bool:
        """Whether the old table is not there any more, or nobody can tell."""
        try:
            schema = self.impl.connection.schema_for_object(self.table)
            return not inspect(self.impl.connection).has_table(self.table.name, schema=schema)
        except Exception:  # noqa: BLE001  # a connection that is lost
            return True

    # -- the copy -----------------------------------------------------------------------------------------------

    def run(self, before_drop: Callable[[str], None]) -> None:
        """Creates the new table, copies the rows, drops the old one and gives its name to the new.

        ``before_drop`` is told the name of the new table when the rows are in it, and may raise.
        """
        impl, old = self.impl, self.table
        self._drop_what_stands_on_dropped_columns()
        self._refuse_doubles()
        refuse_misfits(impl, old, self.columns.values())
        new = self._new_table()
        freed: list[Constraint] = impl.prep_table_for_batch(self, old) or []
        made = dropping = False
        try:
            impl.create_table(new)
            made = True
            filled = [state for key in self._order() if (state := self.columns[key]).source is not None]
            if filled:
                rows = select(*[state.source for state in filled]).select_from(old)
                impl._exec(insert(new).from_select([state.name for state in filled], rows, include_defaults=False))
            before_drop(new.name)
            dropping = True
            impl.drop_table(old)
        except BaseException:  # a signal too
            if freed:
                constraints.sketch_targets(old)
            with clearing_up():
                # Where the old table may be gone, the copy holds the only rows there are.
                impl.abandon_batch(new if made and not (dropping and self._is_gone()) else None, freed)
            raise
        impl.rename_table(new.name, old.name, schema=old.schema)
        new.name = old.name
        renamed = self._renamed()
        for index in [*self.indexes.values(), *self.new_indexes]:
            impl.create_index(self._index_on(new, index, renamed))
        for sql in self.raw_indexes.values():
            impl.driver_sql(with_renamed(sql, renamed, self._quote))

    def _refuse_doubles(self) -> None:
        """Before anything happens: names that would be there twice."""
        if twice := self._twice(state.name for state in self.columns.values()):
            raise InvalidValue(
                f"table {self.table.name} would have two columns {twice!r}",
                hint="Rename or drop the one that is there first.",
            )
        if twice := self._twice([*self._known_indexes(), *(str(index.name) for index in self.new_indexes)]):
            raise InvalidValue(
                f"table {self.table.name} would have two indexes {twice!r}",
                hint="Drop the one that is there first, or leave the create_index() out.",
            )

    def _new_table(self) -> Table:
        renamed = self._renamed()

        def copied(constraint: Constraint) -> Constraint | None:
            return constraints.copied(constraint, self.table, renamed, self._render, self._quote)

        items: list[Any] = [self.columns[key].build(copied) for key in self._order()]
        items += [copy for item in self.constraints if (copy := copied(item)) is not None]
        options = dict(self.table_kwargs)
        if self.comment:
            options["comment"] = self.comment
        # Without a naming convention: names are final, and the table is not called so for long.
        new = Table(self.temp_name, MetaData(), *items, *self.table_args, schema=self.table.schema, **options)
        for item in new.constraints:
            if belongs_to_type(item) and (key := self._key_of_check(item)) in self.type_checks:
                item.name = self.type_checks[key]
        constraints.sketch_targets(new)
        return new

    def _key_of_check(self, check: Constraint) -> str | None:
        """The column whose type a CHECK belongs to."""
        names = [column.name for column in getattr(check, "columns", ())]
        return self._key(names[0]) if names else None

    def _order(self) -> list[str]:
        groups = [[self._key(name) for name in group] for group in self.reordering or ()]
        return ordered(list(self.columns), self.placements, groups)

    def _index_on(self, new: Table, index: Index, renamed: Mapping[str, str]) -> Index:
        expressions: list[Any] = [
            new.c[renamed.get(part.name, part.name)] if isinstance(part, Column) else part for part in index.expressions
        ]
        copy = Index(index.name, *expressions, unique=bool(index.unique), **index.dialect_kwargs)
        if copy.table is None:
            new.append_constraint(copy)  # expressions only: nothing has attached it
        return copy

    def _drop_what_stands_on_dropped_columns(self) -> None:
        """As other databases do; but a column that was dropped to be added again in another form keeps what it had."""
        again = set(self.dropped) & self.columns.keys()
        if not all(self.columns[key].origin.primary_key for key in again):
            self.constraints = [
                c
                for c in self.constraints
                if not (isinstance(c, PrimaryKeyConstraint) and again & set(c.columns.keys()))
            ]
        for key in set(self.dropped) - self.columns.keys():
            self.constraints = [c for c in self.constraints if not constraints.needs_column(c, key, self._render)]
            self.indexes = {name: index for name, index in self.indexes.items() if not self._index_needs(index, key)}
            self.raw_indexes = {n: sql for n, sql in self.raw_indexes.items() if key.lower() not in _columns_of(sql)}

    # -- small changes ------------------------------------------------------------------------------------------

    def _retype(self, state: ColumnState, type_: Any) -> None:
        if state.source is not None:
            transfer = {"expr": state.origin}
            self.impl.cast_for_batch_migrate(Column(state.name, state.type_), transfer, type_)
            state.source = transfer["expr"]
            state.conversion = self.impl.batch_conversion(state.origin, state.type_, type_)
        state.type_ = type_

    def _drop_unnamed_check(self, constraint: Any) -> None:
        """A type's CHECK without a name is known by its text alone."""
        text = _bare(self._render(constraint.sqltext))
        self.constraints = [
            item
            for item in self.constraints
            if not isinstance(item, CheckConstraint)
            or final_name(item) is not None
            or _bare(self._render(item.sqltext)) != text
        ]

    def _place(self, key: str, before: str | None, after: str | None) -> None:
        if before is not None or after is not None:
            self.placements.append(
                Placement(key, before and self._key(before), after and self._key(after)),
            )

    def _twice(self, names: Iterable[str]) -> str | None:
        """The first name that was there before."""
        seen: set[str] = set()
        return next((name for name in names if (one := self._folded(name)) in seen or seen.add(one)), None)  # type: ignore[func-returns-value]

    def _known_indexes(self) -> set[str]:
        return {*self.indexes, *self.raw_indexes}

    def _named(self, name: str) -> str | None:
        """The key of the column that is called so now."""
        return next(
            (key for key, state in self.columns.items() if self._folded(state.name) == self._folded(name)), None
        )

    def _folded(self, name: str) -> str:
        # A quoted name is one of its own on other databases; here it is not, nor for their columns on MySQL and MariaDB.
        return name.lower() if self.impl.dialect.name in ("sqlite", "mysql", "mariadb") else name

    def _key(self, name: str) -> str:
        """The key of the column that has or had this name. Raises UsageError when there is none."""
        if name in self.columns:
            return name
        if self.former_names.get(name) in self.columns:
            return self.former_names[name]
        for key, state in self.columns.items():
            if state.name == name:
                return key
        raise UnknownColumn(f"No such column: '{name}'", hint=f"Table {self.table.name} has {', '.join(self.columns)}.")

    def _renamed(self) -> dict[str, str]:
        return {**self.former_names, **{key: state.name for key, state in self.columns.items()}}

    def _index_needs(self, index: Index, column: str) -> bool:
        parts: Iterable[Any] = index.expressions
        return any(
            column == part.name if isinstance(part, Column) else column.lower() in names_in(self._render(part))
            for part in parts
        )

    def _render(self, expression: Any) -> str:
        return str(self.impl.render_ddl_sql_expr(expression))

    def _quote(self, name: str) -> str:
        return str(self.impl.dialect.identifier_preparer.quote(name))


def _bare(sql: str) -> str:
    return re.sub(r"[\s\"`]+", "", sql).lower()


def _columns_of(create_index: str) -> set[str]:
    """The names that the part of a CREATE INDEX behind the table mentions."""
    return names_in(create_index[create_index.index("(") :])
