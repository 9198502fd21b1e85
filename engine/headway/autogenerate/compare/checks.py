"""CHECK constraints, by name only: databases rewrite their text, so that two texts say nothing. Only when asked for."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, Column, Table

from headway.autogenerate.context import AutogenContext
from headway.logs import logger
from headway.operations.constraint_base import DropConstraintOp
from headway.operations.constraints import CreateCheckConstraintOp
from headway.operations.containers import ModifyTableOps
from headway.operations.naming import stored_name

log = logger("alembic.autogenerate.compare.constraints")


def compare_checks_by_name(
    context: AutogenContext,
    changes: ModifyTableOps,
    schema: str | None,
    name: str,
    reflected: Table | None,
    wanted: Table | None,
) -> None:
    """Appends what adds named CHECKs that the database lacks and drops those that the models lack."""
    if reflected is None or wanted is None:
        return  # they come and go with the table
    parents = {"table_name": wanted.name, "schema_name": wanted.schema}
    existing = {
        key: check
        for key, check in _named(context, reflected).items()
        if context.run_name_filters(key, "check_constraint", dict(parents))
    }
    needed = {key: check for key, check in _named(context, wanted).items() if not _comes_along(check, reflected)}
    for key in sorted(existing.keys() - needed.keys()):
        if context.run_object_filters(existing[key], key, "check_constraint", True, None):
            changes.ops.append(DropConstraintOp.from_constraint(existing[key]))
            log.info("Detected removed check constraint %r on %r", key, name)
    for key in sorted(existing.keys() & needed.keys()):
        # An implementation of a project's own may know how its database writes them.
        comparison = context.migration_context.impl.compare_check_constraint(needed[key], existing[key])
        if comparison.is_different and context.run_object_filters(
            needed[key], key, "check_constraint", False, existing[key]
        ):
            changes.ops.append(DropConstraintOp.from_constraint(existing[key]))
            changes.ops.append(CreateCheckConstraintOp.from_constraint(needed[key]))
            log.info("Detected changed check constraint %r on %r: %s", key, name, comparison.message)
    for key in sorted(needed.keys() - existing.keys()):
        if context.run_object_filters(needed[key], key, "check_constraint", False, None):
            changes.ops.append(CreateCheckConstraintOp.from_constraint(needed[key]))
            log.info("Detected added check constraint %r on %r", key, name)


def _comes_along(check: CheckConstraint, reflected: Table) -> bool:
    """Whether it is written in a column that is added, and added with it."""
    return isinstance(check.parent, Column) and check.parent.name not in reflected.c


def checks_of(context: AutogenContext, table: Table) -> list[CheckConstraint]:
    """The CHECKs of a table and of its columns, without those of a type (Boolean, Enum) that this database needs none
    for."""
    impl = context.migration_context.impl
    places = (table.constraints, *(column.constraints for column in table.columns))
    found = {check for place in places for check in place if isinstance(check, CheckConstraint)}
    return [check for check in found if impl.wants_type_check(check)]


def _named(context: AutogenContext, table: Table) -> dict[str, Any]:
    """By the names in the database; those written in a column too."""
    named = {stored_name(check, context.dialect): check for check in checks_of(context, table)}
    return {name: check for name, check in named.items() if name is not None}
