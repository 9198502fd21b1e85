"""A live database as a schema, whichever database it is. How each is asked stands in its own folder."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.engine import Connection

from headway.catalog.schema import Schema


def inspect_schema(connection: Connection, *, leave_out: Iterable[str] = ()) -> Schema:
    """Everything of its users' own that the database at the other end holds.

    ``leave_out`` are names of tables, such as the version table's. Takes the same number of queries however many tables
    there are.
    """
    left_out = frozenset(leave_out)
    # One at a time: importing all of SQLAlchemy's dialects takes longer than many a migration.
    match connection.dialect.name:
        case "postgresql":
            from headway.dialects.postgresql import inspect as postgresql

            return postgresql.inspect_schema(connection, left_out)
        case "mysql" | "mariadb":
            from headway.dialects.mysql import inspect as mysql

            return mysql.inspect_schema(connection, left_out)
        case "sqlite":
            from headway.dialects.sqlite import inspect as sqlite

            return sqlite.inspect_schema(connection, left_out)
        case _:
            from headway.dialects import reflected

            return reflected.inspect_schema(connection, left_out)


def name_of(connection: Connection) -> str:
    """What tells the database at the other end from others, whatever URL its engine was made with."""
    sql = _NAMES.get(connection.dialect.name)
    if sql is None:
        return connection.engine.url.render_as_string()
    return f"{connection.dialect.name} {connection.exec_driver_sql(sql).scalar()}"


_NAMES = {
    "sqlite": "SELECT file FROM pragma_database_list WHERE name = 'main'",
    "postgresql": "SELECT current_database()",
    "mysql": "SELECT DATABASE()",
    "mariadb": "SELECT DATABASE()",
}
