"""The name that a constraint or index has in the database, once the naming convention has been applied."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Index
from sqlalchemy.sql import naming
from sqlalchemy.sql.base import _NoneName
from sqlalchemy.sql.elements import conv

NONE_NAME = _NoneName.NONE_NAME
"""What SQLAlchemy writes as a constraint's name where a convention has looked and found none."""


def conventional_name(item: Any, table: Any) -> Any:
    """The name of ``item`` on ``table``; ``conv`` marks one that a convention made, None is no name."""
    # SQLAlchemy offers no public way to ask; its own DDL compiler calls the same function.
    name = naming._constraint_name_for_table(item, table)  # type: ignore[no-untyped-call,unused-ignore]
    return name if isinstance(name, str) else None


def final_name(item: Any) -> Any:
    """The name of a constraint or index that may belong to a table: the convention's, else the written one."""
    written = item.name if isinstance(item.name, str) else None
    table = table_of(item)
    if isinstance(written, conv) or table is None:
        return written
    return conventional_name(item, table) or written


def table_of(item: Any) -> Any:
    """The table of a constraint or index; that of its column for a CHECK that is written in one."""
    parent = getattr(item, "parent", None)
    return parent.table if isinstance(parent, Column) else item.table


def stored_name(item: Any, dialect: Any) -> str | None:
    """The name as the database has it: one that a convention made is cut off where the database's names end."""
    name = item.name if isinstance(item, Index) and isinstance(item.name, str) else final_name(item)
    if not isinstance(name, str):
        return None
    if not isinstance(name, conv):
        return str(name)
    preparer = dialect.identifier_preparer
    cut = preparer.truncate_and_render_index_name if isinstance(item, Index) else None
    cut = cut or preparer.truncate_and_render_constraint_name
    return str(cut(name, _alembic_quote=False))
