"""Operations and schema objects as comparable values, whichever library made them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ExcludeConstraint


def described(value: Any) -> Any:
    """Nested tuples of plain values."""
    if isinstance(value, sa.Table):
        constraints = sorted((described(item) for item in value.constraints), key=repr)
        indexes = sorted((described(item) for item in value.indexes), key=repr)
        columns = tuple(described(column) for column in value.c)
        extra = (value.schema, value.comment, tuple(value._prefixes), dict(value.info), dict(value.kwargs))
        return ("table", value.name, columns, tuple(constraints), tuple(indexes), extra)
    if isinstance(value, sa.Column):
        keys = tuple(sorted(key._get_colspec() for key in value.foreign_keys))
        return ("column", str(value.name), repr(value.type), value.nullable, _default(value), value.comment, keys)
    if isinstance(value, sa.Index):
        parts = tuple(str(part.name) if isinstance(part, sa.Column) else str(part) for part in value.expressions)
        return ("index", _name(value), parts, bool(value.unique), _home(value), _options(value))
    if isinstance(value, sa.Constraint):
        return _constraint(value)
    if isinstance(value, dict):
        return {key: described(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return tuple(described(item) for item in value)
    if isinstance(value, sa.types.TypeEngine | sa.ClauseElement):
        return str(value)
    if type(value).__name__.endswith(("Op", "Ops")):
        return operation(value)
    return value


def operation(value: Any) -> Any:
    """An operation by its class and everything public in it."""
    shown = {
        name: _part(name, item, of_index="Index" in type(value).__name__)
        for name, item in vars(value).items()
        if not name.startswith("_") and name not in {"info", "info_", "table_info"}
    }
    filled = {name: item for name, item in shown.items() if item not in (None, {}, ())}
    return (type(value).__name__, tuple(sorted(filled.items(), key=lambda pair: pair[0])))


def _part(name: str, item: Any, *, of_index: bool) -> Any:
    if name == "columns" and of_index:
        return tuple(str(getattr(part, "name", part)) for part in item)
    if name == "columns":  # of a table: its constraints come in any order
        parts = list(item)
        constraints = [part for part in parts if isinstance(part, sa.Constraint)]
        return (
            *(described(part) for part in parts if not isinstance(part, sa.Constraint)),
            *sorted((described(part) for part in constraints), key=repr),
        )
    if name == "kw":  # Alembic notes there what an index or constraint has not, too
        return {key: described(part) for key, part in item.items() if part is not None and key != "unique"}
    return described(item)


def _constraint(value: Any) -> Any:
    timing = (value.deferrable, value.initially)
    start = (type(value).__name__, _name(value), _home(value), timing, _options(value))
    if isinstance(value, sa.ForeignKeyConstraint):
        targets = tuple(element._get_colspec() for element in value.elements)
        return (*start, tuple(value.column_keys), targets, value.ondelete, value.onupdate, value.match, value.use_alter)
    if isinstance(value, sa.CheckConstraint):
        return (*start, str(value.sqltext))
    if isinstance(value, ExcludeConstraint):
        return (
            *start,
            tuple((str(part), str(sign)) for part, _, sign in value._render_exprs),
            value.using,
            str(value.where),
        )
    return (*start, tuple(column.name for column in value.columns))


def _name(value: Any) -> str | None:
    return str(value.name) if isinstance(value.name, str) else None


def _home(value: Any) -> Any:
    table = getattr(value, "parent", None) if isinstance(value, sa.Constraint) else value.table
    return None if table is None else (table.name, table.schema)


def _options(value: Any) -> Any:
    return {key: str(item) for key, item in value.dialect_kwargs.items()}


def _default(column: sa.Column[Any]) -> Any:
    default: Any = column.server_default
    return (
        None
        if default is None
        else (type(default).__name__, str(getattr(default, "arg", getattr(default, "sqltext", ""))))
    )
