"""How large the tables of a MySQL or MariaDB database are, out of its statistics: one query, which reads no table."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, text

from headway.dialects.size import Size

# Of InnoDB the number of rows is a guess. See https://dev.mysql.com/doc/refman/8.4/en/information-schema-tables-table.html
_QUERY = """
SELECT table_name, table_rows, data_length + index_length FROM information_schema.tables
WHERE table_schema = database() AND table_type = 'BASE TABLE'
"""


def sizes(connection: Connection) -> Iterator[Size]:
    """Each table's size."""
    for name, rows, size in connection.execute(text(_QUERY)):
        yield Size(None, name, None if rows is None else int(rows), None if size is None else int(size))
