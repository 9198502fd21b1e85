"""Shortcuts: the SQL of plain operations, learnt once for each shape from the function that carries them out.

Most operations of a history differ only in names: many add a nullable INTEGER, many drop a column, many index one. The
first of a shape is carried out once more with stand-in names, by an implementation that only notes what it would
execute; what it noted, if it is one statement, is the template that those after it are filled into. So all SQL still
comes from one place, and this module knows none.

Whatever could make the SQL depend on more than the shape, or lets others take part, goes the long way: implementations
that are not headway's own, constructs that somebody compiles with ``@compiles``, types outside SQLAlchemy, listeners,
schemas, foreign keys, constraints, comments, dialect options. Knows no database.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Sequence
from functools import cache
from itertools import zip_longest
from typing import Any

from sqlalchemy import Boolean, Column, Index, Integer, MetaData, Table, table
from sqlalchemy.schema import DefaultClause
from sqlalchemy.sql.elements import TextClause, conv, quoted_name
from sqlalchemy.types import SchemaType

from headway.operations import columns, indexes, tables
from headway.operations.audience import is_unwatched
from headway.operations.base import AbstractOperations, MigrateOperation, Operations
from headway.operations.dispatch import implementations
from headway.operations.ready import Printed, Ready

Names = Sequence[str]
Shape = tuple[tuple[Any, ...], Names]
"""What operations of one shape have in common, and the names in which they differ."""
Template = Sequence[str | int]
"""SQL in pieces; a number is the place of a name."""

_OURS = "headway."
_LONGEST = 30
"""Longer names may be refused or cut off; no database has a lower limit."""


def install() -> None:
    """Lets the operations that have a shape take the shortcut where there is one."""
    for kind, general, shape in (
        (columns.AddColumnOp, columns.add_column, _shape_of_added_column),
        (columns.DropColumnOp, columns.drop_column, _shape_of_dropped_column),
        (indexes.CreateIndexOp, indexes.create_index, _shape_of_created_index),
        (indexes.DropIndexOp, indexes.drop_index, _shape_of_dropped_index),
        (tables.DropTableOp, tables.drop_table, _shape_of_dropped_table),
    ):
        implementations.register(kind, _shortened(kind, general, shape), replace=True)


def is_open(operations: AbstractOperations) -> bool:
    """Whether nobody else takes part in what these operations execute."""
    impl = operations.impl
    if not type(impl).__module__.startswith(_OURS) or impl is not operations.migration_context.impl:
        return False
    if not impl.as_sql and not is_unwatched(impl.connection):
        return False
    listeners, own = _listeners()
    return sum([len(found) for found in listeners]) == own


# -- the long way and the short one -----------------------------------------------------------------------------


def _shortened(
    kind: type[MigrateOperation], general: Callable[..., Any], shape: Callable[[Any], Shape | None]
) -> Callable[..., Any]:
    """The function ``general`` that carries out operations of this kind, with a shortcut."""

    def carry_out(operations: AbstractOperations, operation: Any) -> Any:
        found = shape(operation) if type(operation) is kind and is_open(operations) else None
        if found is None or not _are_plain(found[1], operations.impl) or not _is_as_written(operations.impl):
            return general(operations, operation)
        (key, names), known = found, operations.impl.templates
        if key not in known:
            known[key] = _learn(operations, operation, len(names), general)
        template: Template | None = known[key]
        if template is None:
            return general(operations, operation)
        if isinstance(operation, columns.AddColumnOp):
            # As on the long way it now belongs to a table: another one gets a copy of it.
            column: Any = operation.column
            table(operation.table_name).append_column(column)
        quote = operations.impl.dialect.identifier_preparer.quote
        sql = "".join([piece if isinstance(piece, str) else quote(names[piece]) for piece in template])
        operations.impl._exec(Printed(sql) if operations.impl.as_sql else Ready(sql))
        return None

    carry_out.__doc__ = general.__doc__
    return carry_out


def _learn(operations: AbstractOperations, operation: Any, count: int, general: Callable[..., Any]) -> Template | None:
    """The template of a shape; None when it has none."""
    impl = operations.impl
    noted: list[Any] = []
    notes = copy.copy(impl)
    notes._exec = noted.append
    stand_ins = [f"headway_name_{number}" for number in range(count)]
    quote = impl.dialect.identifier_preparer.quote
    try:
        general(Operations(operations.migration_context, impl=notes), _STAND_INS[type(operation)](operation, stand_ins))
        sql = [str(one.compile(dialect=impl.dialect)) for one in noted]
    except Exception:  # noqa: BLE001  # anything that a type or a default may raise
        return None  # it fails with the real names as well, and then says so with them
    if (
        len(sql) != 1
        or any(quote(name) != name for name in stand_ins)
        or _is_compiled_elsewhere(impl.dialect.name, noted[0], operation)
    ):
        return None
    pieces = re.split(r"\bheadway_name_(\d+)\b", sql[0])
    if any("headway_name" in piece for piece in pieces[::2]):
        return None  # a name that is made of another
    return [p for pair in zip_longest(pieces[::2], map(int, pieces[1::2])) for p in pair if p is not None]


def _is_as_written(impl: Any) -> bool:
    """Whether nobody has put a function of theirs in the place of one of ours, on the object or its class."""
    kind = type(impl)
    methods = (kind.add_column, kind.drop_column, kind.create_index, kind.drop_index, kind.drop_table)
    return _are_ours(methods) and True not in map(callable, vars(impl).values())


@cache
def _are_ours(functions: tuple[Callable[..., Any], ...]) -> bool:
    return all(function.__module__.startswith(_OURS) for function in functions)


def _is_compiled_elsewhere(dialect: str, *constructs: Any) -> bool:
    """Whether somebody else's ``@compiles`` writes a construct or, of an operation that adds a column, its type."""
    kinds = [type(one) for one in constructs]
    kinds += [type(one.column.type) for one in constructs if isinstance(one, columns.AddColumnOp)]
    for kind in kinds:
        written_by = getattr(kind, "_compiler_dispatcher", None)  # where SQLAlchemy keeps them
        specs: dict[str, Any] = {} if written_by is None else written_by.specs
        if not all(specs[name].__module__.startswith(_OURS) for name in (dialect, "default") if name in specs):
            return True
    return False


@cache
def _listeners() -> tuple[Sequence[Any], int]:
    """The collections of those who listen to every table or index, and how many of them are SQLAlchemy itself."""
    tables_, indexes_ = Table("bystander", MetaData()).dispatch, Index("bystander").dispatch
    columns_ = Column("bystander").dispatch
    events = (tables_.before_parent_attach, tables_.after_parent_attach, tables_.before_drop, tables_.after_drop)
    attached = (columns_.before_parent_attach, columns_.after_parent_attach)
    found: Sequence[Any] = (*events, *attached, indexes_.before_parent_attach, indexes_.after_parent_attach)
    modules = [getattr(function, "__module__", "") for listeners in found for function in listeners]
    return found, sum(module.startswith("sqlalchemy.") for module in modules)


# -- shapes, and operations of the same shape with other names --------------------------------------------------


def _shape_of_added_column(operation: columns.AddColumnOp) -> Shape | None:
    column = operation.column
    options = (operation.if_not_exists, operation.inline_references, operation.inline_primary_key)
    if operation.schema is not None or operation.kw or options != (None, None, None) or type(column) is not Column:
        return None
    type_, default = _shape_of_type(column.type), _shape_of_default(column.server_default)
    if type_ is None or default is None or not _is_plain(column):
        return None
    return ("add column", type_, default, column.nullable), (operation.table_name, column.name)


def _shape_of_dropped_column(operation: columns.DropColumnOp) -> Shape | None:
    if operation.schema is not None or operation.kw or operation.if_exists is not None or operation._reverse:
        return None
    return ("drop column",), (operation.table_name, operation.column_name)


def _shape_of_created_index(operation: indexes.CreateIndexOp) -> Shape | None:
    if operation.schema is not None or operation.kw or operation.if_not_exists is not None:
        return None
    if type(operation.columns) not in (list, tuple) or operation.index_name is None:
        return None
    if not all(type(name) is str for name in operation.columns):
        return None
    of_convention = isinstance(operation.index_name, conv)
    key = ("create index", len(operation.columns), bool(operation.unique), of_convention)
    names = (operation.table_name, operation.index_name, *operation.columns)
    return (key, names) if len({*operation.columns}) == len(operation.columns) else None


def _shape_of_dropped_index(operation: indexes.DropIndexOp) -> Shape | None:
    if operation.schema is not None or operation.kw or operation.if_exists is not None or operation._reverse:
        return None
    of_convention = isinstance(operation.index_name, conv)
    if operation.table_name is None:
        return ("drop index", of_convention), (operation.index_name,)
    return ("drop index of table", of_convention), (operation.table_name, operation.index_name)


def _shape_of_dropped_table(operation: tables.DropTableOp) -> Shape | None:
    options = (operation.schema, operation.if_exists, operation.comment, operation.prefixes, operation._reverse)
    if any(option is not None for option in options) or operation.table_kw or operation._info:
        return None
    return ("drop table",), (operation.table_name,)


def _added_column(operation: columns.AddColumnOp, names: Names) -> columns.AddColumnOp:
    default: Any = operation.column.server_default
    column: Column[Any] = Column(
        names[1],
        operation.column.type,
        nullable=operation.column.nullable,
        server_default=None if default is None else default.arg,
    )
    return columns.AddColumnOp(names[0], column)


def _dropped_column(operation: columns.DropColumnOp, names: Names) -> columns.DropColumnOp:
    return columns.DropColumnOp(*names)


def _created_index(operation: indexes.CreateIndexOp, names: Names) -> indexes.CreateIndexOp:
    of, index, *fields = names
    return indexes.CreateIndexOp(_like(operation.index_name, index), of, fields, unique=operation.unique)


def _dropped_index(operation: indexes.DropIndexOp, names: Names) -> indexes.DropIndexOp:
    *of, index = names
    return indexes.DropIndexOp(_like(operation.index_name, index), *of)


def _dropped_table(operation: tables.DropTableOp, names: Names) -> tables.DropTableOp:
    return tables.DropTableOp(*names)


_STAND_INS: dict[type, Callable[[Any, Names], MigrateOperation]] = {
    columns.AddColumnOp: _added_column,
    columns.DropColumnOp: _dropped_column,
    indexes.CreateIndexOp: _created_index,
    indexes.DropIndexOp: _dropped_index,
    tables.DropTableOp: _dropped_table,
}


def _like(example: Any, name: str) -> Any:
    return conv(name) if isinstance(example, conv) else name


# -- what is plain ----------------------------------------------------------------------------------------------


def _are_plain(names: Names, impl: Any) -> bool:
    """Whether quoting is all that happens to these names."""
    longest = min(_LONGEST, impl.dialect.max_identifier_length)
    for name in names:
        if type(name) is not str and (type(name) not in (conv, quoted_name) or name.quote is not None):  # type: ignore[attr-defined]
            return False
        if not 0 < len(name) <= longest or "." in name or "%" in name:
            return False
    return True


_VARIES = (
    "key",
    "name",
    "type",
    "nullable",
    "_user_defined_nullable",
    "server_default",
    "dispatch",
    "doc",
    "_creation_order",
)


def _is_plain(column: Column[Any]) -> bool:
    """Whether a column has nothing but a name, a type, a default and whether it takes NULL, and nobody listens to it."""
    if _fixed(column) != _fixed_of_plain():
        return False
    attached: Any = column.dispatch.after_parent_attach
    own = 1 if isinstance(column.type, Boolean) else 0  # its type has to know the table, for a check that is not wanted
    return column.key == column.name and len(attached) == own and not column.dispatch.before_parent_attach


def _fixed(column: Column[Any]) -> dict[str, Any]:
    """The attributes of a column that are the same in every plain one."""
    fixed = dict(vars(column))
    for name in _VARIES:
        fixed.pop(name, None)
    return fixed


@cache
def _fixed_of_plain() -> dict[str, Any]:
    return _fixed(Column("plain", Integer()))


_REMEMBERED = frozenset(["_create_events", "_static_cache_key", "_type_affinity", "_is_impl_for_variant"])
"""What SQLAlchemy keeps on a type that its DDL does not depend on."""


def _shape_of_type(type_: Any) -> tuple[Any, ...] | None:
    """The class and arguments of a type of SQLAlchemy's whose DDL depends on nothing else."""
    kind, arguments = type(type_), vars(type_)
    if not kind.__module__.startswith("sqlalchemy.") or "_variant_mapping" in arguments:
        return None
    if isinstance(type_, SchemaType) and not (kind is Boolean and vars(type_).get("create_constraint") is False):
        return None
    shape: list[Any] = [kind]
    for name, value in arguments.items():
        if name[0] == "_" and name not in _REMEMBERED:
            return None
        if name[0] != "_" and name != "dispatch":  # who listens
            if value is not None and type(value) not in (str, int, bool):
                return None
            shape += (name, value)
    return tuple(shape)


def _shape_of_default(default: Any) -> tuple[Any, ...] | None:
    """The kind and text of a server default that is a literal or SQL without parameters."""
    if default is None:
        return ("none",)
    argument = default.arg if type(default) is DefaultClause else None
    if type(argument) is str:
        return ("text", argument)
    if type(argument) is TextClause and not argument._bindparams:
        return ("sql", argument.text)
    return None
