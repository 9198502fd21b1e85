"""The parameters of every directive of ``op``: one table for those who carry a directive out and those who read one.

The names and their order are Alembic's (https://alembic.sqlalchemy.org/en/latest/ops.html).
"""

from __future__ import annotations

from collections.abc import Mapping

from headway.valueclass import valueclass


@valueclass(frozen=True, slots=True)
class Signature:
    """How a directive is called."""

    parameters: tuple[str, ...]
    """Those that may be given by position, in their order."""
    keywords: tuple[str, ...] = ()
    """Those that are given by name only."""
    rest: bool = False
    """Whether any number of positional arguments may follow."""
    options: bool = False
    """Whether it takes keywords of dialects as well."""
    in_batch: tuple[str, ...] | None = None
    """The positional parameters inside ``batch_alter_table``; None where there is no such directive."""
    optional: tuple[str, ...] = ()
    """Those of the positional parameters that may be left out."""


def _signature(
    parameters: str,
    keywords: str = "",
    *,
    rest: bool = False,
    options: bool = False,
    batch: bool = False,
    optional: tuple[str, ...] = (),
) -> Signature:
    names = tuple(parameters.split())
    inside = tuple(name for name in names if name not in TABLE_PARAMETERS) if batch else None
    return Signature(names, tuple(keywords.split()), rest, options, inside, optional)


TABLE_PARAMETERS = frozenset({"table_name", "source_table"})
"""Left out inside ``batch_alter_table``, where the table is the batch's."""

SIGNATURES: Mapping[str, Signature] = {
    "create_table": _signature("table_name", "if_not_exists", rest=True, options=True),
    "drop_table": _signature("table_name", "schema if_exists", options=True),
    "rename_table": _signature("old_table_name new_table_name", "schema"),
    "create_table_comment": _signature("table_name comment", "existing_comment schema", batch=True),
    "drop_table_comment": _signature("table_name", "existing_comment schema", batch=True),
    "add_column": _signature(
        "table_name column", "schema if_not_exists inline_references inline_primary_key", batch=True
    ),
    "drop_column": _signature("table_name column_name", "schema if_exists", options=True, batch=True),
    "alter_column": _signature(
        "table_name column_name",
        "nullable comment server_default new_column_name type_ existing_type existing_server_default "
        "existing_nullable existing_comment schema",
        options=True,
        batch=True,
    ),
    "create_index": _signature(
        "index_name table_name columns", "schema unique if_not_exists", options=True, batch=True
    ),
    "drop_index": Signature(
        ("index_name", "table_name"),
        ("schema", "if_exists"),
        options=True,
        in_batch=("index_name",),
        optional=("table_name",),
    ),
    "create_primary_key": _signature("constraint_name table_name columns", "schema", options=True, batch=True),
    "create_unique_constraint": _signature("constraint_name table_name columns", "schema", options=True, batch=True),
    "create_check_constraint": _signature("constraint_name table_name condition", "schema", options=True, batch=True),
    "create_foreign_key": _signature(
        "constraint_name source_table referent_table local_cols remote_cols",
        "onupdate ondelete deferrable initially match source_schema referent_schema",
        options=True,
        batch=True,
    ),
    "create_exclude_constraint": _signature("constraint_name table_name", rest=True, options=True, batch=True),
    "drop_constraint": _signature(
        "constraint_name table_name type_", "schema if_exists", batch=True, optional=("type_",)
    ),
    "bulk_insert": _signature("table rows", "multiinsert"),
    "execute": _signature("sqltext", "execution_options", batch=True),
    "create_view": _signature("view_name definition", "schema columns replace materialized"),
    "drop_view": _signature("view_name", "schema materialized if_exists"),
}
