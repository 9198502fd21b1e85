"""Server defaults on MySQL and MariaDB: which change repeats the whole definition, and when two are the same."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Column, DefaultClause, Table, text
from sqlalchemy import types as sqltypes
from sqlalchemy.engine import Connection

from headway.dialects.differences import normal_sql
from headway.dialects.index_text import single_percents
from headway.dialects.mysql.same import are_same, are_same_values


def repeats_default(type_: Any, server_default: Any) -> bool:
    """Whether SET DEFAULT will not do: date and time columns take functions only in a whole definition."""
    return (
        server_default is not None
        and type_ is not None
        and sqltypes.to_instance(type_)._type_affinity is sqltypes.DateTime
    )


def complete_defaults(connection: Connection, schema: str | None, tables: dict[str, Table]) -> None:
    """Gives reflected columns the defaults that SQLAlchemy does not recognise: calls, and bits."""
    mariadb: bool = connection.dialect.is_mariadb  # type: ignore[attr-defined]
    for row in connection.execute(_DEFAULTS, {"schema": schema}):
        table, name, default, extra = (str(value) for value in row)
        column = tables[table].c.get(name) if table in tables else None
        if column is None or column.server_default is not None or default == "NULL":
            continue
        if not mariadb and "DEFAULT_GENERATED" not in extra and not default.startswith("b'"):
            continue  # MySQL tells literals without their quotes; SQLAlchemy knows those
        sql = default if mariadb or default.startswith("b'") else f"({default})"
        DefaultClause(text(sql), _reflected=True)._set_parent(column)


_DEFAULTS = text(
    "SELECT table_name, column_name, column_default, extra FROM information_schema.columns"
    " WHERE table_schema = coalesce(:schema, DATABASE()) AND column_default IS NOT NULL"
)


def defaults_differ(
    impl: Any, reflected: Column[Any], wanted: Column[Any], ours: str | None, theirs: str | None
) -> bool:
    """Whether the models' default is another one than the column's; the server is asked where the texts differ."""
    if normal_default(ours) == normal_default(theirs):
        return False
    if ours is None or theirs is None:
        return True
    default = wanted.server_default
    if isinstance(default, DefaultClause) and isinstance(default.arg, str):
        # As the server must be given it: a backslash is written twice.
        literal = single_percents(_literal(impl.dialect, default.arg), impl.dialect)
    else:
        literal = ours
    return not (
        are_same_values(impl.connection, literal, theirs, reflected.type) or are_same(impl.connection, literal, theirs)
    )


def _literal(dialect: Any, value: str) -> str:
    return str(dialect.statement_compiler(dialect, None).render_literal_value(value, sqltypes.STRINGTYPE))


def normal_default(default: str | None) -> str | None:
    """A default in one notation, as far as its text goes."""
    if default is None:
        return None
    sql = normal_sql(re.sub(r"\bcurrent_timestamp\(\)|\bnow\(\)", "current_timestamp", default, flags=re.I))
    sql = {"true": "1", "false": "0"}.get(sql, sql)
    return None if sql == "null" else re.sub(r"^'(-?[\d.]+)'$", r"\1", sql)
