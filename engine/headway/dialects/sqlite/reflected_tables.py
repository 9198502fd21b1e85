"""Notes on reflected tables what SQLite has stored and SQLAlchemy does not tell. Reads, changes nothing."""

from __future__ import annotations

from sqlalchemy import Table
from sqlalchemy.engine import Connection

from headway.dialects.autogen import OPTIONS
from headway.dialects.sqlite.create_text import table_options


def note_options(connection: Connection, prefix: str, tables: dict[str, Table]) -> None:
    """STRICT, WITHOUT ROWID and AUTOINCREMENT, which stand in the text of CREATE TABLE alone."""
    rows = connection.exec_driver_sql(f"SELECT name, sql FROM {prefix}sqlite_master WHERE type = 'table'")
    for name, sql in rows.fetchall():
        if name in tables and sql is not None:
            found = table_options(sql)
            tables[name].info[OPTIONS] = {option.removeprefix("sqlite_"): value for option, value in found.items()}
