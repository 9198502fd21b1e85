"""The sequences of PostgreSQL that belong to a column, as SERIAL makes them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text


def owned_sequences(inspector: Any) -> set[tuple[str, str | None, str, str]]:
    """Sequence, schema (None for the default one), table and column of every sequence that goes with a column."""
    found = inspector.info_cache.get("headway_owned_sequences")
    if found is None:
        default = inspector.default_schema_name
        with inspector._operation_context() as connection:
            rows = connection.execute(text(_OWNED_SEQUENCES)).fetchall()
        found = {(s, None if schema == default else schema, table, column) for s, schema, table, column in rows}
        inspector.info_cache["headway_owned_sequences"] = found
    return found  # type: ignore[no-any-return]


# One query for the whole database; see https://www.postgresql.org/docs/current/catalog-pg-depend.html
_OWNED_SEQUENCES = """
    SELECT s.relname, n.nspname, t.relname, a.attname
    FROM pg_depend d
    JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
    JOIN pg_class t ON t.oid = d.refobjid
    JOIN pg_namespace n ON n.oid = t.relnamespace
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'a'
"""
