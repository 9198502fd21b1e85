"""The constraints of the new table: those of the old one under their final names, with columns as they are called now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Constraint,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    Table,
)
from sqlalchemy import types as sqltypes

from headway.operations.naming import conventional_name
from headway.operations.rewrite.text import names_in, with_renamed

REFLECTED = "headway_reflected"
"""Marks a table that was read from the database, whose names are final."""

Render = Callable[[Any], str]
"""Writes an expression as the database's SQL."""


def belongs_to_type(constraint: Constraint) -> bool:
    """Whether a Boolean or Enum makes it, and will make it again."""
    return bool(getattr(constraint, "_type_bound", False))


def final_name(constraint: Constraint) -> str | None:
    """The name in the database: the written one, or what the naming convention makes of it."""
    written = str(constraint.name) if isinstance(constraint.name, str) else None
    table = getattr(constraint, "parent", None)
    if not isinstance(table, Table):
        return written  # it belongs to none, or is written into a column
    if written is not None and table.info.get(REFLECTED):
        return written  # the database's own
    name = conventional_name(constraint, table)
    return str(name) if name is not None else written


def needs_column(constraint: Constraint, column: str, render: Render) -> bool:
    """Whether the constraint cannot be without the column."""
    if isinstance(constraint, CheckConstraint):
        return column.lower() in names_in(render(constraint.sqltext))
    return column in [c.name for c in getattr(constraint, "columns", ())]


def copied(
    constraint: Constraint, old: Table, renamed: Mapping[str, str], render: Render, quote: Callable[[str], str]
) -> Constraint | None:
    """The same constraint for the new table; an empty primary key is none."""
    name = final_name(constraint)
    columns = [renamed.get(c.name, c.name) for c in getattr(constraint, "columns", ())]
    options: dict[str, Any] = dict(constraint.dialect_kwargs)
    if isinstance(constraint, PrimaryKeyConstraint):
        return PrimaryKeyConstraint(*columns, name=name, **options) if columns else None
    options |= {"deferrable": constraint.deferrable, "initially": constraint.initially, "name": name}
    if isinstance(constraint, ForeignKeyConstraint):
        return _foreign_key(constraint, old, renamed, options)
    if isinstance(constraint, CheckConstraint):
        return CheckConstraint(with_renamed(render(constraint.sqltext), renamed, quote), **options)
    kind: Any = type(constraint)
    return kind(*columns, **options)  # type: ignore[no-any-return]


def sketch_targets(new: Table) -> None:
    """Stand-ins for the tables that the foreign keys name, so that they can be compiled."""
    for constraint in new.foreign_key_constraints:
        for element in constraint.elements:
            full, _, column = element._get_colspec().rpartition(".")
            schema, _, name = full.rpartition(".")
            other = new.metadata.tables.get(full)
            if other is None:
                other = Table(name, new.metadata, schema=schema or None)
            if column not in other.c:
                other.append_column(Column(column, sqltypes.NULLTYPE))


def _foreign_key(
    key: ForeignKeyConstraint, old: Table, renamed: Mapping[str, str], options: dict[str, Any]
) -> ForeignKeyConstraint:
    targets = []
    for element in key.elements:
        table, _, column = element._get_colspec().rpartition(".")
        if table in (old.fullname, key.parent.fullname):
            column = renamed.get(column, column)
            table = old.fullname  # a table that refers to itself goes on doing so under its final name
        targets.append(f"{table}.{column}")
    return ForeignKeyConstraint(
        [renamed.get(column.name, column.name) for column in key.columns],
        targets,
        onupdate=key.onupdate,
        ondelete=key.ondelete,
        match=key.match,
        link_to_name=True,
        **options,
    )
