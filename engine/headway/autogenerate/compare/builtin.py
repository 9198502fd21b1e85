"""The comparisons that headway brings, as the plugins by whose names env.py can choose them."""

from __future__ import annotations

from headway.autogenerate.compare.checks import compare_checks_by_name
from headway.autogenerate.compare.columns import ask_for_type, compare_nullable, compare_type, note_autoincrement
from headway.autogenerate.compare.comments import compare_column_comment, compare_table_comment
from headway.autogenerate.compare.defaults import ask_for_default, compare_plain_default, compare_special_default
from headway.autogenerate.compare.foreign_keys import compare_foreign_keys
from headway.autogenerate.compare.indexes import compare_indexes_and_uniques
from headway.autogenerate.compare.tables import compare_schemas, compare_tables
from headway.autogenerate.dispatch import DispatchPriority
from headway.autogenerate.plugins import Plugin

FIRST, LAST = DispatchPriority.FIRST, DispatchPriority.LAST

schemas = Plugin("alembic.autogenerate.schemas")
schemas.add_autogenerate_comparator(compare_schemas, "autogenerate")

tables = Plugin("alembic.autogenerate.tables")
tables.add_autogenerate_comparator(compare_tables, "schema", "tables")

types = Plugin("alembic.autogenerate.types")
types.add_autogenerate_comparator(ask_for_type, "column", "types", priority=FIRST)
types.add_autogenerate_comparator(compare_type, "column", "types", priority=LAST)

constraints = Plugin("alembic.autogenerate.constraints")
constraints.add_autogenerate_comparator(compare_indexes_and_uniques, "table", "indexes")
constraints.add_autogenerate_comparator(compare_foreign_keys, "table", "foreignkeys")
constraints.add_autogenerate_comparator(compare_nullable, "column", "nullable")

defaults = Plugin("alembic.autogenerate.defaults")
defaults.add_autogenerate_comparator(ask_for_default, "column", "server_default", priority=FIRST)
defaults.add_autogenerate_comparator(compare_special_default, "column", "server_default")
defaults.add_autogenerate_comparator(compare_plain_default, "column", "server_default", priority=LAST)
# In a chain of its own: what MySQL must be told does not depend on who compared the default.
defaults.add_autogenerate_comparator(note_autoincrement, "column", "autoincrement")

comments = Plugin("alembic.autogenerate.comments")
comments.add_autogenerate_comparator(compare_column_comment, "column", "comments")
comments.add_autogenerate_comparator(compare_table_comment, "table", "comments")

checks = Plugin("alembic.ext.checkconstraint_byname")
checks.add_autogenerate_comparator(compare_checks_by_name, "table", "checkconstraints")
