"""What of a revision exists although this run has not made it: traces of an earlier run that stopped inside it.

Reads the revision's file as text and asks the database which of its objects are there; changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.engine import Connection

from headway.effects import model as fx
from headway.script.calls import read_migration


def leftovers(connection: Connection, path: str, *, upgrade: bool) -> tuple[str, ...]:
    """In words, which changes of the revision at ``path`` the database shows already; nothing where none is.

    Raises whatever the database or the file raises.
    """
    with open(path, "rb") as file:
        migration = read_migration(path, file.read().decode("utf-8", "replace"))
    body = migration.upgrade if upgrade else migration.downgrade
    if body is None:
        return ()
    seen = _Seen(connection)
    return tuple(dict.fromkeys(words for effect in body.effects for words in _trace(effect, seen)))


class _Seen:
    """The objects of a database, each kind asked for once a table."""

    def __init__(self, connection: Connection) -> None:
        self._inspector = inspect(connection)
        self._tables: dict[str | None, set[str]] = {}

    def has_table(self, name: str, schema: str | None) -> bool:
        if schema not in self._tables:
            self._tables[schema] = set(self._inspector.get_table_names(schema=schema))
        return name in self._tables[schema]

    def has_column(self, table: str, name: str, schema: str | None) -> bool:
        return any(column["name"] == name for column in self._inspector.get_columns(table, schema=schema))

    def has_index(self, table: str, name: str, schema: str | None) -> bool:
        return any(index["name"] == name for index in self._inspector.get_indexes(table, schema=schema))


def _trace(effect: fx.Effect, seen: _Seen) -> Iterator[str]:
    if not isinstance(effect, fx.TableEffect) or not isinstance(effect.table, str) or effect.conditional:
        return
    schema = effect.schema if isinstance(effect.schema, str) else None
    there = seen.has_table(effect.table, schema)
    table = f"{schema}.{effect.table}" if schema else effect.table
    yield from _of_table(effect, seen, table, there, schema)
    if there:
        yield from _in_table(effect, seen, table, schema)


def _of_table(effect: fx.TableEffect, seen: _Seen, table: str, there: bool, schema: str | None) -> Iterator[str]:
    match effect:
        case fx.CreatesTable() if there:
            yield f"table {table} is there"
        case fx.DropsTable() if not there:
            yield f"table {table} is gone"
        case fx.RenamesTable(new_name=str(new)) if not there and seen.has_table(new, schema):
            yield f"table {table} is called {new}"
        case _:
            pass


def _in_table(effect: fx.TableEffect, seen: _Seen, table: str, schema: str | None) -> Iterator[str]:
    name: Any = effect.table
    match effect:
        case fx.AddsColumn(column=fx.Column(name=str(column))) if seen.has_column(name, column, schema):
            yield f"column {table}.{column} is there"
        case fx.DropsColumn(column=str(column)) if not seen.has_column(name, column, schema):
            yield f"column {table}.{column} is gone"
        case fx.AltersColumn(column=str(old), new_name=str(new)) if seen.has_column(name, new, schema) and old != new:
            yield f"column {table}.{old} is called {new}"
        case fx.CreatesIndex(name=str(index)) if seen.has_index(name, index, schema):
            yield f"index {index} is there"
        case _:
            pass
