"""SQLAlchemy schema objects made of names, as operations carry them. Knows no operation and no database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)
from sqlalchemy import types as sqltypes
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ClauseElement, TextClause, quoted_name


class SchemaObjects:
    """Makes tables, constraints and indexes in a throw-away MetaData with the target's naming convention."""

    def __init__(self, migration_context: Any = None) -> None:
        self.migration_context = migration_context

    def metadata(self) -> MetaData:
        """An empty MetaData; its naming convention is that of the models, so that ``None`` gets the same name."""
        target = self.migration_context.opts.get("target_metadata") if self.migration_context is not None else None
        if isinstance(target, Sequence) and target:
            target = target[0]
        convention = getattr(target, "naming_convention", None)
        return MetaData(naming_convention=convention) if convention else MetaData()

    def table(self, name: str, *columns: Any, **kw: Any) -> Table:
        """A table with these columns and constraints; tables that foreign keys name are sketched beside it."""
        metadata = self.metadata()
        included = kw.pop("_constraints_included", False)
        given = [item for item in columns if isinstance(item, Column)]
        metadata.info[_OWN_KEYS] = {key for column in given if column.table is None for key in column.foreign_keys}
        table = Table(name, metadata, *[_own_column(column, included) for column in given], **kw)
        for item in columns:
            if not isinstance(item, Column):
                _attach(table, item, included)
        for key in _foreign_keys(table):
            sketch_referent(table, key, metadata)
        return table

    def column(self, name: str, type_: Any, **kw: Any) -> Column[Any]:
        """A column."""
        return Column(name, type_, **kw)

    def primary_key_constraint(
        self, name: Any, table_name: str, cols: Sequence[str], schema: str | None = None, **dialect_kw: Any
    ) -> PrimaryKeyConstraint:
        """A primary key of a table known by name only."""
        metadata = self.metadata()
        fields = [Column(column, sqltypes.NULLTYPE) for column in cols]
        table = Table(table_name, metadata, *fields, schema=schema)
        constraint = PrimaryKeyConstraint(*[table.c[column] for column in cols], name=name, **dialect_kw)
        table.append_constraint(constraint)
        return constraint

    def unique_constraint(
        self, name: Any, source: str, local_cols: Sequence[str], schema: str | None = None, **kw: Any
    ) -> UniqueConstraint:
        """A unique constraint of a table known by name only."""
        included = [column for key, names in kw.items() if key.endswith("_include") for column in names or ()]
        fields = [Column(column, sqltypes.NULLTYPE) for column in dict.fromkeys([*local_cols, *included])]
        table = Table(source, self.metadata(), *fields, schema=schema)
        constraint = UniqueConstraint(*[table.c[column] for column in local_cols], name=name, **kw)
        table.append_constraint(constraint)
        return constraint

    def check_constraint(
        self, name: Any, source: str, condition: Any, schema: str | None = None, **kw: Any
    ) -> CheckConstraint:
        """A check of a table known by name only."""
        table = Table(source, self.metadata(), Column("x", Integer), schema=schema)
        # It would attach itself to the table of the columns in its condition, which may be the models' own.
        constraint = CheckConstraint(condition, name=name, _autoattach=False, **kw)
        table.append_constraint(constraint)
        return constraint

    def foreign_key_constraint(
        self,
        name: Any,
        source: str,
        referent: str,
        local_cols: Sequence[str],
        remote_cols: Sequence[str],
        onupdate: str | None = None,
        ondelete: str | None = None,
        deferrable: bool | None = None,
        source_schema: str | None = None,
        referent_schema: str | None = None,
        initially: str | None = None,
        match: str | None = None,
        **dialect_kw: Any,
    ) -> ForeignKeyConstraint:
        """A foreign key between two tables known by name only."""
        kw = {
            "onupdate": onupdate,
            "ondelete": ondelete,
            "deferrable": deferrable,
            "initially": initially,
            "match": match,
            **dialect_kw,
        }
        metadata = self.metadata()
        own = [*local_cols, *remote_cols] if (source, source_schema) == (referent, referent_schema) else local_cols
        fields = [Column(column, sqltypes.NULLTYPE) for column in dict.fromkeys(own)]
        table = Table(source, metadata, *fields, schema=source_schema)
        target = table
        if own is local_cols:
            remote = [Column(column, sqltypes.NULLTYPE) for column in remote_cols]
            target = Table(referent, metadata, *remote, schema=referent_schema)
        # Columns, not their names: a name with a dot in it would be taken apart wrongly.
        constraint = ForeignKeyConstraint(local_cols, [target.c[column] for column in remote_cols], name=name, **kw)
        table.append_constraint(constraint)
        return constraint

    def generic_constraint(
        self, name: Any, table_name: str, type_: str | None, schema: str | None = None, **kw: Any
    ) -> Any:
        """A constraint to drop: of the kind ``type_``, or of none in particular."""
        table = Table(table_name, self.metadata(), schema=schema)
        kinds: Mapping[str | None, Any] = {
            "foreignkey": lambda: ForeignKeyConstraint([], [], name=name, **kw),
            "primary": lambda: PrimaryKeyConstraint(name=name, **kw),
            "unique": lambda: UniqueConstraint(name=name, **kw),
            "check": lambda: CheckConstraint("", name=name, **kw),
            None: lambda: _anonymous(name),
        }
        if type_ not in kinds:
            raise TypeError(
                f"'type' can be one of {', '.join(sorted(map(repr, kinds), key=lambda kind: (kind == 'None', kind)))}"
            )
        constraint = kinds[type_]()
        table.append_constraint(constraint)
        return constraint

    def index(self, name: Any, tablename: str, columns: Sequence[Any], schema: str | None = None, **kw: Any) -> Index:
        """An index on a table known by name only; columns are names, ``text()`` or expressions."""
        table = Table(tablename, self.metadata(), schema=schema)
        expressions = [self._index_element(table, column) for column in columns]
        extra = [kw.get(key) for key in kw if key.endswith("_include")]
        for column in (name for names in extra for name in names or ()):
            self._index_element(table, column)
        index = Index(name, *expressions, **kw)
        if index.table is None:
            table.append_constraint(index)  # expressions only: nothing has attached it
        return index

    def _index_element(self, table: Table, column: Any) -> Any:
        if isinstance(column, str):
            if column not in table.c:
                table.append_column(
                    Column(
                        quoted_name(column, None) if not isinstance(column, quoted_name) else column, sqltypes.NULLTYPE
                    )
                )
            return table.c[column]
        if isinstance(column, TextClause) or not isinstance(column, ClauseElement):
            return column
        for part in _columns_in(column):
            if part.name not in table.c:
                table.append_column(Column(part.name, part.type))

        def own(part: Any, **kw: Any) -> Any:
            return table.c[part.name] if isinstance(part, Column) else None

        # An index attaches itself to the table of its columns, which may be the models' own.
        copied: Any = visitors.replacement_traverse(column, {}, own)  # type: ignore[call-overload]
        return copied


_OWN_KEYS = "headway.own_keys"
"""In the info of a MetaData made here: the foreign keys that were written into columns given to it."""


def referent(key: ForeignKey) -> tuple[str | None, str, str]:
    """Schema, table and column that a foreign key refers to, as the database calls them.

    Models refer to a column by its ``key``, and leave out the schema that is their MetaData's.
    """
    try:
        column = key.column
    except InvalidRequestError:  # nobody has defined what it refers to
        schema, table, name = key._column_tokens
        own = key.parent.table if key.parent is not None else None
        return schema or (own.metadata.schema if own is not None else None), str(table), str(name)
    return column.table.schema, column.table.name, column.name  # type: ignore[attr-defined,unused-ignore]


def options_by_name(options: Mapping[str, Any], table: Table) -> dict[str, Any]:
    """Dialect options that call columns by their ``key``, such as operator classes, with the columns' names."""
    names = {column.key: str(column.name) for column in table.c if column.key != column.name}

    def named(value: Any) -> Any:
        if isinstance(value, dict):
            return {names.get(key, key): inner for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [names.get(item, item) if isinstance(item, str) else item for item in value]
        return value

    return {key: named(value) for key, value in options.items()} if names else dict(options)


def _spelled(spec: str) -> tuple[str | None, str, str]:
    parts = spec.split(".")
    return ".".join(parts[:-2]) or None, parts[-2], parts[-1]


def sketch_referent(table: Table, key: ForeignKey, metadata: MetaData) -> None:
    """Makes the table that a foreign key names, with the one column it needs, so that the key can be compiled."""
    spec = key._colspec if isinstance(key._colspec, str) else None
    if spec is None:
        return
    if "." not in spec:
        return
    schema, name, column = _spelled(spec)
    full = f"{schema}.{name}" if schema else name
    other = table if full == table.key else metadata.tables.get(full)
    if other is None:
        other = Table(name, metadata, schema=schema)
    if column not in other.c:
        other.append_column(Column(column, sqltypes.NULLTYPE))


def _foreign_keys(table: Table) -> Iterable[ForeignKey]:
    return [element for constraint in table.foreign_key_constraints for element in constraint.elements]


def _attach(table: Table, item: Any, included: bool) -> None:
    """Gives the table a constraint or index; one that belongs to another table is copied."""
    owner = getattr(item, "parent", None)
    if owner is None or owner is table:
        table.append_constraint(item)
    elif isinstance(item, ForeignKeyConstraint):
        table.append_constraint(_own_key(item, table))
    elif not (included and getattr(item, "_type_bound", False)):  # a type makes its own CHECK
        copy = item._copy(target_table=table)
        # What copying forgets: operators of an exclude constraint, and on SQLAlchemy 2.0 options of a CHECK.
        if operators := getattr(item, "ops", None):
            copy.ops = operators
        if options := getattr(item, "dialect_kwargs", None):
            copy.dialect_kwargs.update(options)
        table.append_constraint(copy)


def _own_key(constraint: ForeignKeyConstraint, table: Table) -> ForeignKeyConstraint:
    """A foreign key for another table, to the columns that are called so in the database."""
    remote = [_sketched(table.metadata, *referent(element)) for element in constraint.elements]
    options = {name: getattr(constraint, name) for name in _KEY_OPTIONS}
    return ForeignKeyConstraint(
        constraint.column_keys, remote, name=constraint.name, **options, **constraint.dialect_kwargs
    )


_KEY_OPTIONS = ("onupdate", "ondelete", "deferrable", "initially", "use_alter", "match", "info", "comment")


def _sketched(metadata: MetaData, schema: str | None, name: str, column: str) -> Column[Any]:
    """A column of a table known by name only."""
    table = metadata.tables.get(f"{schema}.{name}" if schema else name)
    if table is None:
        table = Table(name, metadata, schema=schema)
    for existing in table.c:
        if existing.name == column:
            return existing
    table.append_column(Column(column, sqltypes.NULLTYPE))
    return table.c[column]


def _own_column(column: Column[Any], included: bool) -> Column[Any]:
    """A column for another table; where constraints and indexes are listed beside it, its flags make no second ones."""
    if column.table is None:
        return column
    copy = column._copy()
    if included:
        copy.index = copy.unique = None
    for key in column.foreign_keys & column.table.metadata.info.get(_OWN_KEYS, set()):
        copy.append_foreign_key(key._copy())
    return copy


def _columns_in(expression: Any) -> Iterable[Any]:
    return [node for node in visitors.iterate(expression) if node.__visit_name__ == "column"]


def _anonymous(name: Any) -> Any:
    from sqlalchemy import Constraint

    return Constraint(name=name)
