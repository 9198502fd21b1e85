"""The comparisons that headway brings, as the plugins by whose names env.py can choose them."""

from __future__ import annotations

from headway.autogenerate.compare.checks import compare_checks_by_name
from headway.autogenerate.compare.columns import ask_for_type, compare_nullable, compare_type, note_autoincrement
from headway.autogenerate.compare.comments import compare_column_comment, compare_table_comment
from headway.autogenerate.compare.defaults import ask_for_default, compare_plain_default, compare_special_default
from headway.autogenerate.compare.foreign_keys import compare_foreign_keys
from headway.autogenerate.compare.indexes import compare_indexes_and_uniques
from headway.autogenerate.compare.tables import compare_schemas, compare_tables
from headway.autogenerate.plugins import Plugin
from headway.autogenerate.priorities import DispatchPriority

FIRST, LAST = DispatchPriority.FIRST, DispatchPriority.LAST


def set_up_schemas(plugin: Plugin) -> None:
    """Which schemas are compared at all."""
    plugin.add_autogenerate_comparator(compare_schemas, "autogenerate")


def set_up_tables(plugin: Plugin) -> None:
    """Tables and columns that one side lacks."""
    plugin.add_autogenerate_comparator(compare_tables, "schema", "tables")


def set_up_types(plugin: Plugin) -> None:
    """Types of columns."""
    plugin.add_autogenerate_comparator(ask_for_type, "column", "types", priority=FIRST)
    plugin.add_autogenerate_comparator(compare_type, "column", "types", priority=LAST)


def set_up_constraints(plugin: Plugin) -> None:
    """Indexes, unique constraints, foreign keys and NOT NULL."""
    plugin.add_autogenerate_comparator(compare_indexes_and_uniques, "table", "indexes")
    plugin.add_autogenerate_comparator(compare_foreign_keys, "table", "foreignkeys")
    plugin.add_autogenerate_comparator(compare_nullable, "column", "nullable")


def set_up_defaults(plugin: Plugin) -> None:
    """Server defaults, identities and computed expressions."""
    plugin.add_autogenerate_comparator(ask_for_default, "column", "server_default", priority=FIRST)
    plugin.add_autogenerate_comparator(compare_special_default, "column", "server_default")
    plugin.add_autogenerate_comparator(compare_plain_default, "column", "server_default", priority=LAST)
    # In a chain of its own: what MySQL must be told does not depend on who compared the default.
    plugin.add_autogenerate_comparator(note_autoincrement, "column", "autoincrement")


def set_up_comments(plugin: Plugin) -> None:
    """Comments of tables and columns."""
    plugin.add_autogenerate_comparator(compare_column_comment, "column", "comments")
    plugin.add_autogenerate_comparator(compare_table_comment, "table", "comments")


def set_up_checks(plugin: Plugin) -> None:
    """CHECK constraints by name; only when env.py asks for them."""
    plugin.add_autogenerate_comparator(compare_checks_by_name, "table", "checkconstraints")


set_up_schemas(Plugin("alembic.autogenerate.schemas"))
set_up_tables(Plugin("alembic.autogenerate.tables"))
set_up_types(Plugin("alembic.autogenerate.types"))
set_up_constraints(Plugin("alembic.autogenerate.constraints"))
set_up_defaults(Plugin("alembic.autogenerate.defaults"))
set_up_comments(Plugin("alembic.autogenerate.comments"))
set_up_checks(Plugin("alembic.ext.checkconstraint_byname"))
