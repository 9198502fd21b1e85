"""Rows of ``op.bulk_insert`` as an INSERT that a script can hold: values written out, no parameters left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, MetaData, Table
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.elements import ClauseElement, TextClause, literal_column

from headway.operations.inline_literal import InlineLiteral


def check_rows(rows: Any) -> None:
    """Raises TypeError for anything but a list of dictionaries."""
    if not isinstance(rows, list):
        raise TypeError("List expected")
    if rows and not isinstance(rows[0], dict):
        raise TypeError("List of dictionaries expected")


def literal_insert(table: Any, row: Mapping[str, Any], dialect: Dialect) -> Any:
    """The INSERT of one row. Raises KeyError for a column that the table has not."""
    values = {key: _literal(table.c[key], value, dialect) for key, value in row.items()}
    for column in table.c:
        default = getattr(column, "default", None)
        if column.key in values or default is None or not (default.is_scalar or default.is_callable):
            continue
        # SQLAlchemy would put a parameter here for the driver to fill in.
        value = default.arg(None) if default.is_callable else default.arg
        values[column.key] = _literal(column, value, dialect)
    return table.insert().inline().values(**values)


def translatable(table: Any, connection: Any) -> Any:
    """``table`` as one whose schema the connection's ``schema_translate_map`` replaces, which it does not for sa.table()."""
    if isinstance(table, Table) or not hasattr(connection, "get_execution_options"):
        return table  # of what only stands in for a connection, such as create_mock_engine() makes, nobody set any
    if not connection.get_execution_options().get("schema_translate_map"):
        return table
    columns = [Column(column.name, column.type, key=column.key) for column in table.c]
    return Table(table.name, MetaData(), *columns, schema=table.schema)


def _literal(column: Any, value: Any, dialect: Dialect) -> Any:
    if isinstance(value, InlineLiteral | TextClause) or not isinstance(value, ClauseElement):
        return value if isinstance(value, ClauseElement) else InlineLiteral(value, column.type)
    return literal_column(str(value.compile(dialect=dialect, compile_kwargs={"literal_binds": True})))
