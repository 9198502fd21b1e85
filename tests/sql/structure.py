"""A database's structure and rows as text lines that do not depend on how its definitions were spelled.

Two tables are the same here when they have the same columns in the same order, the same constraints, indexes,
triggers and options and the same rows, whatever the order in which CREATE TABLE named the constraints.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from sql.servers import SIDE


def structure(connection: sa.Connection) -> list[str]:
    """One line for each thing, sorted."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Skipped unsupported reflection of expression-based index")
        return sorted(_lines(connection))


def _lines(connection: sa.Connection) -> list[str]:
    inspector = sa.inspect(connection)
    lines: list[str] = []
    for schema in (None, SIDE):
        for name in inspector.get_table_names(schema=schema):
            where = f"{schema}.{name}" if schema else name
            lines += [f"{where}: {line}" for line in _table(inspector, name, schema)]
            table = sa.table(name, schema=schema)
            lines += [
                f"{where}: row {tuple(row)}" for row in connection.execute(sa.select(sa.text("*")).select_from(table))
            ]
        lines += [f"view {name}" for name in inspector.get_view_names(schema=schema)]
    if connection.dialect.name == "sqlite":
        lines += _sqlite(connection)
    return lines


def _table(inspector: Any, name: str, schema: str | None) -> Iterator[str]:
    for position, column in enumerate(inspector.get_columns(name, schema=schema)):
        described = {key: value for key, value in column.items() if key != "type" and value is not None}
        yield f"column {position} {column['type'].compile(dialect=inspector.dialect)} {sorted(described.items())}"
    key = inspector.get_pk_constraint(name, schema=schema)
    yield f"primary key {key.get('name')} {key['constrained_columns']}"
    for key in inspector.get_foreign_keys(name, schema=schema):
        yield f"foreign key {sorted((k, str(v)) for k, v in key.items())}"
    for unique in inspector.get_unique_constraints(name, schema=schema):
        yield f"unique {unique.get('name')} {unique['column_names']}"
    for check in inspector.get_check_constraints(name, schema=schema):
        yield f"check {check.get('name')} {' '.join(check['sqltext'].split())}"
    for index in () if inspector.dialect.name == "sqlite" else inspector.get_indexes(name, schema=schema):
        yield f"index {sorted((k, str(v)) for k, v in index.items() if v)}"
    if inspector.dialect.supports_comments:
        yield f"comment {inspector.get_table_comment(name, schema=schema)['text']}"


def _sqlite(connection: sa.Connection) -> Iterator[str]:
    """What only SQLite's own catalog shows: expression and partial indexes, triggers, views, table options."""
    for schema in ("main", SIDE):
        query = f"SELECT type, name, tbl_name, sql FROM {schema}.sqlite_master WHERE sql IS NOT NULL"
        for kind, name, table, sql in connection.exec_driver_sql(query).fetchall():
            if kind == "table":
                tail = " ".join(sql[sql.rfind(")") + 1 :].split())
                autoincrement = "AUTOINCREMENT" in sql.upper()
                yield f"{schema} options of {name}: {tail} autoincrement={autoincrement}"
            else:
                yield f"{schema} {kind} {name} on {table}: {' '.join(sql.split())}"
