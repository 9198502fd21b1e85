"""What the text of a CREATE TABLE of SQLite declares and reflection does not tell: options, and types of any name.

SQLite takes every name for a type and keeps it; SQLAlchemy makes NUMERIC of those that it does not know. Reads only.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy import types as sqltypes
from sqlalchemy.engine import Connection

from headway.dialects.autogen import OPTIONS
from headway.dialects.elements import type_ddl
from headway.dialects.sqlite.create_text import table_options

_TYPE = "headway_declared_type"


class Declared(sqltypes.UserDefinedType[Any]):
    """A type by the name that the table gives it; ``taken_for`` is what reflection made of it."""

    cache_ok = True

    def __init__(self, name: str, taken_for: sqltypes.TypeEngine[Any]) -> None:
        self.name = name
        self.taken_for = taken_for

    def get_col_spec(self, **kw: Any) -> str:
        bare = self.name if re.fullmatch(r"[\w ]*(\([\w\s,.+-]*\))?", self.name) else f'"{self.name}"'
        collation = getattr(self.taken_for, "collation", None)
        return f'{bare} COLLATE "{collation}"' if collation else bare

    @property
    def _type_affinity(self) -> Any:
        return self.taken_for._type_affinity


def note_declared(connection: Connection, schema: str | None, prefix: str, tables: dict[str, Table]) -> None:
    """Notes on reflected tables their STRICT, WITHOUT ROWID and AUTOINCREMENT, on their columns the declared types."""
    master = f"{prefix}sqlite_master"
    for name, sql in connection.exec_driver_sql(f"SELECT name, sql FROM {master} WHERE type = 'table'").fetchall():
        if name in tables and sql is not None:
            found = table_options(sql)
            options = tables[name].metadata.info.setdefault(OPTIONS, {})
            options[tables[name].key] = {option.removeprefix("sqlite_"): value for option, value in found.items()}
    query = f"SELECT m.name, c.name, c.type FROM {master} m, pragma_table_xinfo(m.name, ?) c WHERE m.type = 'table'"
    for name, column, type_ in connection.exec_driver_sql(query, (schema or "main",)).fetchall():
        if name in tables and column in tables[name].c:
            reflected = tables[name].c[column]
            reflected.info[_TYPE] = _plain(type_)
            reflected.type = _known(_plain(type_)) or reflected.type


def is_declared(column: Column[Any], type_: sqltypes.TypeEngine[Any], dialect: Any) -> bool:
    """Whether a reflected column was declared with this type, whatever SQLAlchemy took it for."""
    declared = str(column.info.get(_TYPE) or "")
    return declared != "" and _same(declared, type_ddl(dialect, type_))


def keep_declared(table: Table, declared: dict[str, str], reflected: dict[str, Any], dialect: Any) -> None:
    """Gives the columns of a table the types that they were declared with, where reflection lost them.

    ``reflected`` are the types that it gives by itself; those that a migration puts in their place stay.
    """
    for column in table.c:
        if type(column.type) is not type(reflected.get(column.name)):
            continue
        name = _plain(declared.get(column.name, ""))
        known = not isinstance(column.type, sqltypes.NullType)
        if known and (not name or _same(name, type_ddl(dialect, column.type).partition(" COLLATE ")[0])):
            continue
        if not (column.primary_key and isinstance(column.type, sqltypes.Integer)):  # an id counts as INTEGER alone
            column.type = Declared(name, column.type)


def _known(name: str) -> sqltypes.TypeEngine[Any] | None:
    """SQLAlchemy's type of that name, where reflection takes it for another."""
    match = re.fullmatch(r"([a-z ]+?)\s*(?:\((\d+)\))?", name.lower())
    if match is None or match[1] not in _KNOWN:
        return None
    kind = _KNOWN[match[1]]
    return kind(int(match[2])) if match[2] else kind()


_KNOWN: dict[str, Callable[..., sqltypes.TypeEngine[Any]]] = {
    "uuid": sqltypes.UUID,
    "binary": sqltypes.BINARY,
    "varbinary": sqltypes.VARBINARY,
    "clob": sqltypes.CLOB,
    "double precision": sqltypes.DOUBLE_PRECISION,
}


def _plain(name: str) -> str:
    return re.sub(r"(?i)\s*generated always$", "", name.strip())


def _same(first: str, second: str) -> bool:
    return "".join(first.split()).lower() == "".join(second.split()).lower()
