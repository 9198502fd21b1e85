"""How large the tables of a SQLite database are: SQLite keeps no statistics of that, so that their rows are counted."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, func, inspect, select, table

from headway.dialects.size import Size


def sizes(connection: Connection) -> Iterator[Size]:
    """Each table's rows."""
    for name in inspect(connection).get_table_names():
        yield Size(None, name, connection.scalar(select(func.count()).select_from(table(name))))
