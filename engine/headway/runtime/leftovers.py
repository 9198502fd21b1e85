"""What of a revision exists although this run has not made it: traces of an earlier run that stopped inside it.

Reads the revision's file as text and asks the database which of its objects are there; changes nothing. What it takes
for a trace, a person may delete: where the source leaves a doubt about an object, nothing is said of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.engine import Connection

from headway.effects import model as fx
from headway.operations.rewrite.table import temporary_name
from headway.reading.migration import read_migration
from headway.source_text import read_source

_Change = fx.TableEffect | fx.DropsIndex


def leftovers(connection: Connection, path: str, *, upgrade: bool, rolls_back_ddl: bool) -> tuple[str, ...]:
    """In words, which changes of the revision at ``path`` the database shows already; nothing where none is.

    Where the database rolls DDL back (``rolls_back_ddl``), only an autocommit block can have left anything. Raises whatever the database or the file raises.
    """
    migration = read_migration(path, read_source(path))
    body = migration.upgrade if upgrade else migration.downgrade
    if body is None:
        return ()
    effects = [effect for effect in _plain_changes(body.effects) if effect.autocommit or not rolls_back_ddl]
    if not effects:
        return ()
    seen = _Seen(connection)
    return tuple(dict.fromkeys(words for effect in effects for words in _trace(effect, seen)))


def _plain_changes(effects: Iterable[fx.Effect]) -> Iterator[_Change]:
    """The changes whose result can only come from the revision: those of objects that it has not touched before.

    An index that is dropped and made anew is there before the revision as well as after it.
    """
    touched: set[_Object] = set()
    for effect in effects:
        if _may_touch_anything(effect):
            return
        objects = set(_objects_of(effect))
        if isinstance(effect, _Change) and not touched.intersection(objects):
            yield effect
        whole_table = isinstance(effect, fx.CreatesTable | fx.DropsTable | fx.RenamesTable)
        touched |= {one for one in objects if whole_table or one[0] != "table"}


_Object = tuple[str, ...]
"""A kind, and names in lower case; of no schema, because a body may write it at one place and leave it out at another."""


def _objects_of(effect: fx.Effect) -> Iterator[_Object]:
    """What an effect is about, the table that it is in included."""
    table = fx.known(getattr(effect, "table", None))
    if table is not None and not isinstance(effect, fx.ChangesData):
        yield "table", table.lower()
    names: tuple[tuple[str, object], ...] = ()
    match effect:
        case fx.RenamesTable():
            names = (("table", effect.new_name),)
        case fx.AddsColumn():
            names = ((f"column of {table}", effect.column.name),)
        case fx.DropsColumn() | fx.AltersColumn():
            names = ((f"column of {table}", effect.column), (f"column of {table}", getattr(effect, "new_name", None)))
        case fx.CreatesIndex() | fx.DropsIndex() | fx.AddsConstraint() | fx.DropsConstraint():
            names = (("index", effect.name),)  # some constraints are indexes of that name
        case _:
            pass
    yield from ((kind.lower(), name.lower()) for kind, name in names if isinstance(name, str))


def _may_touch_anything(effect: fx.Effect) -> bool:
    """Whether the source does not tell which objects an effect is about."""
    match effect:
        case fx.NotAnalysed() | fx.RunsSql(understood=False):
            return True
        case fx.RenamesTable(table=old, new_name=new):
            return not (isinstance(old, str) and isinstance(new, str))
        case fx.DropsTable(table=name):
            return not isinstance(name, str)
        case fx.DropsIndex(name=name) | fx.DropsConstraint(name=name):
            return not isinstance(name, str)
        case _:
            return False


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


def _trace(effect: _Change, seen: _Seen) -> Iterator[str]:
    if not isinstance(effect.table, str) or effect.conditional:
        return
    schema = effect.schema if isinstance(effect.schema, str) else None
    there = seen.has_table(effect.table, schema)
    table = f"{schema}.{effect.table}" if schema else effect.table
    copy = temporary_name(effect.table)
    if seen.has_table(copy, schema):
        yield f"table {copy} is there, the copy that a batch of {table} makes"
        if not there:
            yield f"table {table} is gone, and its rows are in the copy: rename that"
    yield from _of_table(effect, seen, table, there, schema)
    if there:
        yield from _in_table(effect, seen, table, schema)


def _of_table(effect: _Change, seen: _Seen, table: str, there: bool, schema: str | None) -> Iterator[str]:
    match effect:
        case fx.CreatesTable() if there:
            yield f"table {table} is there"
        case fx.DropsTable() if not there:
            yield f"table {table} is gone"
        case fx.RenamesTable(new_name=str(new)) if not there and seen.has_table(new, schema):
            yield f"table {table} is called {new}"
        case _:
            pass


def _in_table(effect: _Change, seen: _Seen, table: str, schema: str | None) -> Iterator[str]:
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
        case fx.DropsIndex(name=str(index), if_exists=False) if not seen.has_index(name, index, schema):
            yield f"index {index} is gone"
        case _:
            pass
