"""Completes a reflected SQLite table by the text of its CREATE TABLE: keys and generated columns written in a column.

SQLAlchemy reads ON DELETE, ON UPDATE, DEFERRABLE and the name of a foreign key only where it is written behind the
columns, and takes two generated columns for one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from sqlalchemy import Computed, ForeignKeyConstraint, Table

from headway.dialects.sqlite.table_text import definitions, written_key, written_keys

ListedKey = tuple[int, int, str, str, str | None, str, str, str]
"""A row of ``PRAGMA foreign_key_list``: id, seq, table, from, to, on_update, on_delete, match.
See https://www.sqlite.org/pragma.html#pragma_foreign_key_list"""


def complete(
    table: Table, create_table: str, listed: Iterable[ListedKey], stored: Collection[str], given: Collection[str]
) -> None:
    """Gives ``table`` what its CREATE TABLE says of keys and generated columns.

    ``listed`` are its foreign keys as the pragma tells them, ``stored`` the names, in lower case, of the generated
    columns that are stored, ``given`` those of the columns that the migration itself declares, which stay as they are.
    """
    parts = list(definitions(create_table))
    by_number: dict[int, list[ListedKey]] = {}
    for row in sorted(listed, key=lambda row: row[:2]):
        by_number.setdefault(row[0], []).append(row)
    written = list(written_keys(parts))
    left = [one for one in table.constraints if isinstance(one, ForeignKeyConstraint)]
    # A key that names only the table could be any of those to it: the others find theirs first.
    for number, rows in sorted(by_number.items(), key=lambda item: item[1][0][4] is None):
        columns = tuple(row[3].lower() for row in rows)
        said = written_key(written, number, len(by_number), columns)
        fitting = [one for one in left if _is(one, rows)]
        key = next((one for one in fitting if said is not None and one.name == said.name), next(iter(fitting), None))
        if key is None:
            continue
        left.remove(key)
        if set(columns) & set(given):
            continue
        key.onupdate, key.ondelete = _action(rows[0][5]), _action(rows[0][6])
        if said is not None and said.in_column:
            if "fk" not in table.metadata.naming_convention:  # a batch that names keys by it knows them by that name
                key.name = said.name
            key.deferrable, key.initially = (True, "DEFERRED") if said.deferrable else (None, None)
    generated = {part.column.lower(): part.generated_as for part in parts if part.column}
    for column in table.c:
        name = column.name.lower()
        text = generated.get(name)
        if text is not None and column.computed is not None and name not in given:
            column.server_default = column.server_onupdate = None
            Computed(_without_parameters(text), persisted=name in stored)._set_parent(column)


def _is(key: ForeignKeyConstraint, rows: list[ListedKey]) -> bool:
    """Whether a reflected key is the listed one."""
    if [name.lower() for name in key.column_keys] != [row[3].lower() for row in rows]:
        return False
    ends = [element.target_fullname.rpartition(".") for element in key.elements]
    targets = {end[0].rpartition(".")[2].lower() for end in ends}
    named = [(row[4] or "").lower() for row in rows]
    return targets == {rows[0][2].lower()} and (not named[0] or [end[2].lower() for end in ends] == named)


def _action(word: str) -> str | None:
    return None if word == "NO ACTION" else word


def _without_parameters(text: str) -> str:
    """SQL whose colons name no parameters of SQLAlchemy's."""
    return re.sub(r"(?<![:\w\\]):(?=\w)", r"\:", text)
