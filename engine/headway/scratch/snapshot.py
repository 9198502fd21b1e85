"""A database's schema as plain text lines, so that two states can be compared and the difference shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.engine import Connection
from sqlalchemy.types import NullType

Snapshot = frozenset[str]

_ONE_SCHEMA = frozenset({"sqlite", "mysql", "mariadb"})
"""Where another schema is another database, which is nobody's business here."""


def take(connection: Connection, *, leave_out: Iterable[str] = ()) -> Snapshot:
    """Every table, column, key, constraint, index, view, trigger, sequence and enum type, one line each.

    ``leave_out`` are table names, such as the version table's. Takes a few statements for each schema, however many
    tables there are, where the database can be asked so.
    """
    inspector = inspect(connection)
    inspector.clear_cache()
    left_out = set(leave_out)
    lines: set[str] = set()
    for schema in _schemas(inspector):
        lines.update(_tables(inspector, schema, left_out))
        lines.update(_others(inspector, schema))
    lines.update(_triggers(connection))
    return frozenset(lines)


def name_of(connection: Connection) -> str:
    """What tells the database at the other end from others, whatever URL its engine was made with."""
    sql = _NAMES.get(connection.dialect.name)
    if sql is None:
        return connection.engine.url.render_as_string()
    return f"{connection.dialect.name} {connection.exec_driver_sql(sql).scalar()}"


def difference(before: Snapshot, after: Snapshot, *, made_by_server: Snapshot = frozenset()) -> list[str]:
    """What is missing (-) and what is left over (+), sorted by what it is about.

    With ``made_by_server``, the state in between, an index that MySQL made for a foreign key of that state and kept
    after the key had gone does not count.
    """
    left = {line for line in after - before if not _serves_a_key(line, made_by_server)}
    lines = [(line, f"- {line}") for line in before - after] + [(line, f"+ {line}") for line in left]
    return [shown for _, shown in sorted(lines)]


def _serves_a_key(line: str, state: Snapshot) -> bool:
    index = re.fullmatch(r"index (\S+\(.*\)) (\S+)", line)
    if index is None or line not in state:
        return False
    return any(other.startswith(f"foreign key {index[1]} -> ") and f" {index[2]}" in other for other in state)


def _schemas(inspector: Any) -> list[str | None]:
    if inspector.dialect.name in _ONE_SCHEMA:
        return [None]
    system = re.compile(r"information_schema|pg_.*|sys|INFORMATION_SCHEMA|db_.*|guest")
    names = {name for name in inspector.get_schema_names() if not system.fullmatch(name)}
    return [None, *sorted(names - {inspector.default_schema_name})]


def _tables(inspector: Any, schema: str | None, left_out: set[str]) -> Iterator[str]:
    kinds: dict[Callable[..., Iterator[str]], Any] = {
        _columns: inspector.get_multi_columns(schema=schema),
        _primary_key: inspector.get_multi_pk_constraint(schema=schema),
        _foreign_keys: inspector.get_multi_foreign_keys(schema=schema),
        _uniques: inspector.get_multi_unique_constraints(schema=schema),
        _checks: inspector.get_multi_check_constraints(schema=schema),
        _indexes: inspector.get_multi_indexes(schema=schema),
    }
    if inspector.dialect.supports_comments:
        kinds[_comment] = inspector.get_multi_table_comment(schema=schema)
    for lines, found in kinds.items():
        for (_, name), described in found.items():
            if name not in left_out:
                yield from lines(f"{schema}.{name}" if schema else name, described, inspector.dialect)
    yield from (f"table {schema}.{n}" if schema else f"table {n}" for _, n in kinds[_columns] if n not in left_out)


def _columns(table: str, columns: Iterable[Mapping[str, Any]], dialect: Any) -> Iterator[str]:
    for column in columns:
        known = not isinstance(
            column["type"], NullType
        )  # SQLAlchemy does not know every type, such as a range of one's own
        parts = [
            column["type"].compile(dialect=dialect) if known else "(another type)",
            "NULL" if column["nullable"] else "NOT NULL",
        ]
        if column.get("default") is not None:
            parts.append(f"DEFAULT {column['default']}")
        for extra in ("computed", "identity", "comment"):
            if column.get(extra):
                parts.append(f"{extra} {column[extra]}")
        yield f"column {table}.{column['name']} {' '.join(parts)}"


def _primary_key(table: str, key: Mapping[str, Any], dialect: Any) -> Iterator[str]:
    if key and key["constrained_columns"]:
        yield f"primary key {table}({', '.join(key['constrained_columns'])}) {key.get('name') or ''}".rstrip()


def _foreign_keys(table: str, keys: Iterable[Mapping[str, Any]], dialect: Any) -> Iterator[str]:
    for key in keys:
        target = f"{key['referred_table']}({', '.join(key['referred_columns'])})"
        options = " ".join(f"{k}={v}" for k, v in sorted(key.get("options", {}).items()) if v)
        columns = ", ".join(key["constrained_columns"])
        yield f"foreign key {table}({columns}) -> {target} {key.get('name') or ''} {options}".rstrip()


def _uniques(table: str, uniques: Iterable[Mapping[str, Any]], dialect: Any) -> Iterator[str]:
    for unique in uniques:
        yield f"unique {table}({', '.join(unique['column_names'])}) {unique.get('name') or ''}".rstrip()


def _checks(table: str, checks: Iterable[Mapping[str, Any]], dialect: Any) -> Iterator[str]:
    for check in checks:
        yield f"check {table} {check.get('name') or ''}: {' '.join(str(check['sqltext']).split())}"


def _indexes(table: str, indexes: Iterable[Mapping[str, Any]], dialect: Any) -> Iterator[str]:
    for index in indexes:
        if index.get("duplicates_constraint"):
            continue
        columns = ", ".join(str(part) for part in index.get("expressions") or index["column_names"])
        given = sorted((index.get("dialect_options") or {}).items())
        options = [f"{name}={value}" for name, value in given if str(value) not in ("None", "False", "[]", "{}", "")]
        words = [f"index {table}({columns})", str(index["name"]), "unique" if index["unique"] else "", *options]
        yield " ".join(filter(None, words))


def _comment(table: str, comment: Mapping[str, Any], dialect: Any) -> Iterator[str]:
    if comment.get("text"):
        yield f"comment on {table}: {comment['text']}"


def _others(inspector: Any, schema: str | None) -> Iterator[str]:
    prefix = f"{schema}." if schema else ""
    for view in inspector.get_view_names(schema=schema):
        definition = inspector.get_view_definition(view, schema=schema) or ""
        yield f"view {prefix}{view}: {' '.join(definition.split())}"
    if inspector.dialect.supports_sequences:
        yield from (f"sequence {prefix}{name}" for name in inspector.get_sequence_names(schema=schema))
    if inspector.dialect.name == "postgresql":
        for enum in inspector.get_enums(schema=schema):
            yield f"enum {prefix}{enum['name']}({', '.join(enum['labels'])})"


def _triggers(connection: Connection) -> Iterator[str]:
    sql = _TRIGGERS.get(connection.dialect.name)
    for row in connection.exec_driver_sql(sql) if sql else ():
        yield f"trigger {' '.join(' '.join(str(part) for part in row).split())}"


_TRIGGERS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "mysql": "SELECT trigger_name, event_manipulation, event_object_table, action_statement "
    "FROM information_schema.triggers WHERE trigger_schema = DATABASE()",
}
_TRIGGERS["mariadb"] = _TRIGGERS["mysql"]

_NAMES = {
    "sqlite": "SELECT file FROM pragma_database_list WHERE name = 'main'",
    "postgresql": "SELECT current_database()",
    "mysql": "SELECT DATABASE()",
}
_NAMES["mariadb"] = _NAMES["mysql"]
