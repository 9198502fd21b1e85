"""A database's schema as plain text lines, so that two states can be compared and the difference shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.engine import Connection

Snapshot = frozenset[str]


def take(connection: Connection, *, leave_out: Iterable[str] = ()) -> Snapshot:
    """Every table, column, key, constraint, index and enum type of the default schema, one line each.

    ``leave_out`` are table names, such as the version table's.
    """
    inspector = inspect(connection)
    inspector.clear_cache()
    left_out = set(leave_out)
    names = [name for name in inspector.get_table_names() if name not in left_out]
    return frozenset(line for name in names for line in _table(inspector, name)) | frozenset(_types(inspector))


def difference(before: Snapshot, after: Snapshot) -> list[str]:
    """What is missing (-) and what is left over (+), sorted by what it is about."""
    lines = [(line, f"- {line}") for line in before - after] + [(line, f"+ {line}") for line in after - before]
    return [shown for _, shown in sorted(lines)]


def _table(inspector: Any, name: str) -> Iterator[str]:
    yield f"table {name}"
    for column in inspector.get_columns(name):
        kind = column["type"].compile(dialect=inspector.dialect)
        null = "NULL" if column["nullable"] else "NOT NULL"
        default = f" DEFAULT {column['default']}" if column.get("default") is not None else ""
        yield f"column {name}.{column['name']} {kind} {null}{default}"
    primary = inspector.get_pk_constraint(name)
    if primary and primary["constrained_columns"]:
        yield f"primary key {name}({', '.join(primary['constrained_columns'])}) {primary.get('name') or ''}".rstrip()
    for key in inspector.get_foreign_keys(name):
        target = f"{key['referred_table']}({', '.join(key['referred_columns'])})"
        options = " ".join(f"{k}={v}" for k, v in sorted(key.get("options", {}).items()) if v)
        columns = ", ".join(key["constrained_columns"])
        yield f"foreign key {name}({columns}) -> {target} {key.get('name') or ''} {options}".rstrip()
    for unique in inspector.get_unique_constraints(name):
        yield f"unique {name}({', '.join(unique['column_names'])}) {unique.get('name') or ''}".rstrip()
    for check in inspector.get_check_constraints(name):
        yield f"check {name} {check.get('name') or ''}: {' '.join(check['sqltext'].split())}"
    for index in inspector.get_indexes(name):
        if index.get("duplicates_constraint"):
            continue
        columns = ", ".join(str(part) for part in index.get("expressions") or index["column_names"])
        yield f"index {name}({columns}) {index['name']}{' unique' if index['unique'] else ''}"


def _types(inspector: Any) -> Iterator[str]:
    if inspector.dialect.name == "postgresql":
        for enum in inspector.get_enums():
            yield f"enum {enum['name']}({', '.join(enum['labels'])})"
