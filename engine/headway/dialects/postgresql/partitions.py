"""Foreign keys that PostgreSQL makes by itself for partitions: nobody wrote them, and nobody can drop them alone."""

from __future__ import annotations

from sqlalchemy import Table, text
from sqlalchemy.engine import Connection

_INHERITED_KEYS = text(
    "SELECT c.relname::text, o.conname::text FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid"
    " JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = coalesce(:schema, current_schema()) AND o.contype = 'f' AND o.conparentid <> 0"
)


def leave_out_inherited_keys(connection: Connection, schema: str | None, tables: dict[str, Table]) -> None:
    """Takes from the reflected tables the foreign keys that are a part of one that somebody wrote.

    Those of a partition, and those to each partition of the table that is referred to.
    """
    inherited = {tuple(row) for row in connection.execute(_INHERITED_KEYS, {"schema": schema})}
    for name, table in tables.items():
        for key in list(table.foreign_key_constraints):
            if (name, key.name) in inherited:
                table.constraints.discard(key)
                for element in key.elements:
                    table.foreign_keys.discard(element)
                    element.parent.foreign_keys.discard(element)
