"""DDL elements for ALTER TABLE and their default SQL; dialects compile those that they write differently."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Column, Computed, Identity, Index
from sqlalchemy import types as sqltypes
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import DDLElement
from sqlalchemy.sql.elements import quoted_name

from headway.operations.refusals import CannotCompile


class AlterTable(DDLElement):
    """The base: a change of one table."""

    inherit_cache = False

    def __init__(self, table_name: str, schema: str | None = None) -> None:
        self.table_name = table_name
        self.schema = schema


NO_COMPUTED = 'Adding or removing a "computed" construct, e.g. GENERATED ALWAYS AS, to or from an existing column is not supported'
NO_IDENTITY = (
    'Adding, removing or modifying an "identity" construct, e.g. GENERATED AS IDENTITY, to or from an existing column '
    "is not supported in this dialect"
)
"""How the refusal begins; scripts match on it."""


class RenameTable(AlterTable):
    """ALTER TABLE … RENAME TO."""

    def __init__(self, old_table_name: str, new_table_name: str, schema: str | None = None) -> None:
        super().__init__(old_table_name, schema=schema)
        self.new_table_name = new_table_name


class AddColumn(AlterTable):
    """ALTER TABLE … ADD COLUMN."""

    def __init__(
        self,
        name: str,
        column: Column[Any],
        schema: str | None = None,
        if_not_exists: bool | None = None,
        inline_references: bool | None = None,
        inline_primary_key: bool | None = None,
    ) -> None:
        super().__init__(name, schema=schema)
        self.column = column
        self.if_not_exists = if_not_exists
        self.inline_references = inline_references
        self.inline_primary_key = inline_primary_key


class DropColumn(AlterTable):
    """ALTER TABLE … DROP COLUMN."""

    def __init__(
        self, name: str, column: Column[Any], schema: str | None = None, if_exists: bool | None = None
    ) -> None:
        super().__init__(name, schema=schema)
        self.column = column
        self.if_exists = if_exists


class AlterColumn(AlterTable):
    """The base: a change of one column; ``existing_*`` say what it is now."""

    def __init__(
        self,
        name: str,
        column_name: str,
        schema: str | None = None,
        existing_type: Any = None,
        existing_nullable: bool | None = None,
        existing_server_default: Any = None,
        existing_comment: str | None = None,
    ) -> None:
        super().__init__(name, schema=schema)
        self.column_name = column_name
        self.existing_type = None if existing_type is None else sqltypes.to_instance(existing_type)
        self.existing_nullable = existing_nullable
        self.existing_server_default = existing_server_default
        self.existing_comment = existing_comment


class ColumnNullable(AlterColumn):
    """SET NOT NULL and DROP NOT NULL."""

    def __init__(self, name: str, column_name: str, nullable: bool, **kw: Any) -> None:
        super().__init__(name, column_name, **kw)
        self.nullable = nullable


class ColumnType(AlterColumn):
    """TYPE."""

    def __init__(self, name: str, column_name: str, type_: Any, **kw: Any) -> None:
        super().__init__(name, column_name, **kw)
        self.type_ = sqltypes.to_instance(type_)


class ColumnName(AlterColumn):
    """RENAME COLUMN."""

    def __init__(self, name: str, column_name: str, newname: str, **kw: Any) -> None:
        super().__init__(name, column_name, **kw)
        self.newname = newname


class ColumnDefault(AlterColumn):
    """SET DEFAULT and DROP DEFAULT."""

    def __init__(self, name: str, column_name: str, default: Any, **kw: Any) -> None:
        super().__init__(name, column_name, **kw)
        self.default = default


class ComputedColumnDefault(AlterColumn):
    """A change from or to a generated column."""

    def __init__(self, name: str, column_name: str, default: Computed | None, **kw: Any) -> None:
        super().__init__(name, column_name, **kw)
        self.default = default


class IdentityColumnDefault(AlterColumn):
    """A change of a column's identity."""

    def __init__(self, name: str, column_name: str, default: Identity | None, impl: Any, **kw: Any) -> None:
        super().__init__(name, column_name, **kw)
        self.default = default
        self.impl = impl


class ColumnComment(AlterColumn):
    """A column's comment, where it is part of ALTER TABLE."""

    def __init__(self, name: str, column_name: str, comment: str | None, **kw: Any) -> None:
        super().__init__(name, column_name, **kw)
        self.comment = comment


# -- pieces of SQL ----------------------------------------------------------------------------------------------


def format_table_name(compiler: Any, name: str, schema: str | None) -> str:
    """The quoted name of a table, in the schema that the connection's ``schema_translate_map`` puts in its place.

    See https://docs.sqlalchemy.org/en/21/core/connections.html#translation-of-schema-names
    """
    preparer = compiler.preparer
    effective = preparer.schema_for_object(_InSchema(schema))
    return f"{preparer.quote_schema(effective)}.{preparer.quote(name)}" if effective else str(preparer.quote(name))


def effective_schema(connection: Any, schema: str | None) -> str | None:
    """The schema that the connection's ``schema_translate_map`` puts in the place of one: for SQL that is not compiled."""
    found: str | None = connection.schema_for_object(_InSchema(schema))
    return found


class _InSchema:
    """What SQLAlchemy's preparers ask for the schema of a table, and whether it may be another."""

    _use_schema_map = True

    def __init__(self, schema: str | None) -> None:
        self.schema = schema


def format_column_name(compiler: Any, name: Any) -> str:
    """The quoted name of a column."""
    return str(compiler.preparer.quote(name if isinstance(name, quoted_name) else str(name)))


def format_type(compiler: Any, type_: Any) -> str:
    """A type's DDL."""
    return str(compiler.dialect.type_compiler_instance.process(type_))


def type_ddl(dialect: Any, type_: Any) -> str:
    """A type's DDL where there is no compiler at hand."""
    return str(dialect.type_compiler_instance.process(type_))


def format_text(compiler: Any, text: str) -> str:
    """Text as a string literal."""
    return str(compiler.sql_compiler.render_literal_value(text, sqltypes.String()))


def as_type(type_: Any) -> sqltypes.TypeEngine[Any]:
    """A type, given as an object or a class."""
    return sqltypes.to_instance(type_)


def format_server_default(compiler: Any, default: Any) -> str:
    """A server default's DDL. Raises CannotCompile for one that has none, such as ``sa.FetchedValue()``."""
    text = compiler.get_column_default_string(Column("x", sqltypes.Integer, server_default=default))
    if text is None:
        raise CannotCompile(
            f"{type(default).__name__} as a server default says nothing that could be set",
            hint="Give the text of the default, or None to drop the one that is there.",
        )
    return str(text)


def alter_table(compiler: Any, name: str, schema: str | None) -> str:
    """``ALTER TABLE name``."""
    return f"ALTER TABLE {format_table_name(compiler, name, schema)}"


def alter_column(compiler: Any, name: Any) -> str:
    """``ALTER COLUMN name``."""
    return f"ALTER COLUMN {format_column_name(compiler, name)}"


def add_column(
    compiler: Any,
    column: Column[Any],
    if_not_exists: bool | None = None,
    inline_references: bool | None = None,
    inline_primary_key: bool | None = None,
    *,
    words: str = "ADD COLUMN",
    **kw: Any,
) -> str:
    """``ADD COLUMN …`` with the constraints that are written into it."""
    parts = [f"{words} IF NOT EXISTS" if if_not_exists else words, compiler.get_column_specification(column, **kw)]
    if inline_primary_key and column.primary_key:
        parts.append("PRIMARY KEY")
    if inline_references and len(column.foreign_keys) == 1:
        parts.append(_references(compiler, next(iter(column.foreign_keys))))
    parts += [compiler.process(constraint) for constraint in column.constraints]
    return " ".join(parts)


def drop_column(compiler: Any, name: Any, if_exists: bool | None = None, **kw: Any) -> str:
    """``DROP COLUMN name``."""
    return f"DROP COLUMN {'IF EXISTS ' if if_exists else ''}{format_column_name(compiler, name)}"


def _references(compiler: Any, key: Any) -> str:
    """A foreign key inside a column's definition."""
    table, _, target = key._get_colspec().rpartition(".")
    schema, _, name = table.rpartition(".")
    text = f"REFERENCES {format_table_name(compiler, name, schema or None)} ({compiler.preparer.quote(target)})"
    text += f" MATCH {key.match}" if key.match else ""
    text += f" ON DELETE {key.ondelete}" if key.ondelete else ""
    text += f" ON UPDATE {key.onupdate}" if key.onupdate else ""
    if key.deferrable is not None:
        text += " DEFERRABLE" if key.deferrable else " NOT DEFERRABLE"
    return text + (f" INITIALLY {key.initially}" if key.initially else "")


def complete_columns(index: Index, names: Any) -> None:
    """Gives the index's table the columns of these names that it lacks."""
    table: Any = index.table
    for name in names:
        if isinstance(name, str) and name not in table.c:
            table.append_column(Column(name, sqltypes.NullType))


# -- the default SQL --------------------------------------------------------------------------------------------

Visit = Callable[[Any, Any], str]


def compiled(element: type, *dialects: str) -> Callable[[Callable[..., str]], Callable[..., str]]:
    """``compiles`` with the types that mypy needs."""
    return compiles(element, *dialects)  # type: ignore[no-any-return,no-untyped-call,unused-ignore]  # by SQLAlchemy version


@compiled(RenameTable)
def visit_rename_table(element: RenameTable, compiler: Any, **kw: Any) -> str:
    # With the schema: on MySQL a bare name would move the table into the current one.
    new = format_table_name(compiler, element.new_table_name, element.schema)
    return f"{alter_table(compiler, element.table_name, element.schema)} RENAME TO {new}"


@compiled(RenameTable, "postgresql", "oracle")
def visit_rename_within_schema(element: RenameTable, compiler: Any, **kw: Any) -> str:
    # A table keeps its schema when it is renamed, and these two take no other name than a bare one.
    new = compiler.preparer.quote(element.new_table_name)
    return f"{alter_table(compiler, element.table_name, element.schema)} RENAME TO {new}"


@compiled(AddColumn)
def visit_add_column(element: AddColumn, compiler: Any, **kw: Any) -> str:
    added = add_column(
        compiler,
        element.column,
        element.if_not_exists,
        element.inline_references,
        element.inline_primary_key,
        **kw,
    )
    return f"{alter_table(compiler, element.table_name, element.schema)} {added}"


@compiled(DropColumn)
def visit_drop_column(element: DropColumn, compiler: Any, **kw: Any) -> str:
    dropped = drop_column(compiler, element.column.name, element.if_exists, **kw)
    return f"{alter_table(compiler, element.table_name, element.schema)} {dropped}"


@compiled(ColumnNullable)
def visit_column_nullable(element: ColumnNullable, compiler: Any, **kw: Any) -> str:
    change = "DROP NOT NULL" if element.nullable else "SET NOT NULL"
    return f"{_alter(element, compiler)} {change}"


@compiled(ColumnType)
def visit_column_type(element: ColumnType, compiler: Any, **kw: Any) -> str:
    return f"{_alter(element, compiler)} TYPE {format_type(compiler, element.type_)}"


@compiled(ColumnName)
def visit_column_name(element: ColumnName, compiler: Any, **kw: Any) -> str:
    old = format_column_name(compiler, element.column_name)
    new = format_column_name(compiler, element.newname)
    return f"{alter_table(compiler, element.table_name, element.schema)} RENAME {old} TO {new}"


@compiled(ColumnDefault)
def visit_column_default(element: ColumnDefault, compiler: Any, **kw: Any) -> str:
    if element.default is None:
        return f"{_alter(element, compiler)} DROP DEFAULT"
    return f"{_alter(element, compiler)} SET DEFAULT {format_server_default(compiler, element.default)}"


@compiled(ComputedColumnDefault)
def visit_computed_column(element: ComputedColumnDefault, compiler: Any, **kw: Any) -> str:
    raise CannotCompile(
        f"{NO_COMPUTED}: column {element.column_name} of {element.table_name}",
        hint="Drop the column and add it again, with or without sa.Computed(…).",
    )


@compiled(IdentityColumnDefault)
def visit_identity_column(element: IdentityColumnDefault, compiler: Any, **kw: Any) -> str:
    raise CannotCompile(
        f"{NO_IDENTITY}: column {element.column_name} of {element.table_name} on {compiler.dialect.name}",
        hint="Drop the column and add it again, with or without sa.Identity(…).",
    )


def _alter(element: AlterColumn, compiler: Any) -> str:
    table = alter_table(compiler, element.table_name, element.schema)
    return f"{table} {alter_column(compiler, element.column_name)}"
