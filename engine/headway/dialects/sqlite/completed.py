"""Completes a reflected SQLite table by the text of its CREATE TABLE: keys and generated columns written in a column.

SQLAlchemy reads ON DELETE, ON UPDATE, DEFERRABLE and the name of a foreign key only where it is written behind the
columns, and takes two generated columns for one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import Computed, ForeignKeyConstraint, Table

from headway.dialects.sqlite.table_text import Definition, definitions
from headway.effects.model import ConstraintKind

ListedKey = tuple[int, int, str, str, str | None, str, str, str]
"""A row of ``PRAGMA foreign_key_list``: id, seq, table, from, to, on_update, on_delete, match.
See https://www.sqlite.org/pragma.html#pragma_foreign_key_list"""


def complete(table: Table, create_table: str, listed: Iterable[ListedKey], stored: frozenset[str]) -> None:
    """Gives ``table`` what its CREATE TABLE says of keys and generated columns.

    ``listed`` are its foreign keys as the pragma tells them, ``stored`` the names, in lower case, of the generated
    columns that are stored.
    """
    said = list(definitions(create_table))
    keys = [one for one in table.constraints if isinstance(one, ForeignKeyConstraint)]
    for columns, target, on_update, on_delete in _keys(listed):
        key = next((one for one in keys if _is(one, columns, target)), None)
        if key is None:
            continue
        keys.remove(key)
        key.ondelete, key.onupdate = _action(on_delete), _action(on_update)
        written = _inline(said, columns)
        if written is not None:
            key.name = key.name or written.name
            key.deferrable, key.initially = (True, "DEFERRED") if written.deferrable else (None, None)
    generated = {part.column.lower(): part.generated for part in said if part.column and part.generated is not None}
    for column in table.c:
        text = generated.get(column.name.lower())
        if text is not None and column.computed is not None:
            column.server_default = column.server_onupdate = None
            Computed(text, persisted=column.name.lower() in stored)._set_parent(column)


def _keys(listed: Iterable[ListedKey]) -> Iterator[tuple[list[str], str, str, str]]:
    """Columns in lower case, target, ON UPDATE and ON DELETE of each key."""
    found: dict[int, tuple[list[str], str, str, str]] = {}
    for id_, _, target, column, _, on_update, on_delete, _ in sorted(listed, key=lambda row: row[:2]):
        found.setdefault(id_, ([], target, on_update, on_delete))[0].append(column.lower())
    yield from found.values()


def _is(key: ForeignKeyConstraint, columns: list[str], target: str) -> bool:
    own = [name.lower() for name in key.column_keys]
    return own == columns and key.elements[0].target_fullname.split(".")[-2].lower() == target.lower()


def _action(word: str) -> str | None:
    return None if word == "NO ACTION" else word


def _inline(said: Iterable[Definition], columns: list[str]) -> Definition | None:
    """The key as it is written in its column, if it is."""
    for part in said:
        if part.column is not None and [part.column.lower()] == columns:
            return next((one for one in part.inner if one.kind is ConstraintKind.FOREIGN_KEY), None)
    return None
