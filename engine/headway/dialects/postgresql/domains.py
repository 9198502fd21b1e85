"""What a column of a PostgreSQL domain says itself; SQLAlchemy reports the domain's NOT NULL and default as its own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import DOMAIN


def without_domain(inspector: Any, table: Any, column_info: Any) -> None:
    """Takes out of a reflected column's description what comes from its domain."""
    type_ = column_info["type"]
    if not isinstance(type_, DOMAIN) or not (type_.not_null or type_.default):
        return
    place = {"table": table.name, "schema": table.schema, "column": column_info["name"]}
    with inspector._operation_context() as connection:
        row = connection.execute(text(_OWN), place).one()
    column_info["nullable"], column_info["default"] = not row[0], row[1]


# See https://www.postgresql.org/docs/current/catalog-pg-attribute.html
_OWN = """
    SELECT a.attnotnull, pg_get_expr(d.adbin, d.adrelid)
    FROM pg_attribute a
    JOIN pg_class t ON t.oid = a.attrelid
    JOIN pg_namespace n ON n.oid = t.relnamespace
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE t.relname = :table AND a.attname = :column
      AND n.nspname = coalesce(CAST(:schema AS text), current_schema())
"""
