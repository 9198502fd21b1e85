"""Tables: which are new, which are gone, and those on both sides; what is inside is compared by functions of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import ForeignKeyConstraint, Table
from sqlalchemy.schema import sort_tables_and_constraints

from headway.autogenerate.compare.columns import compare_columns
from headway.autogenerate.compare.order import drop_order, in_runnable_order
from headway.autogenerate.context import AutogenContext
from headway.autogenerate.reflect import Name, reflect, schemas, table_names
from headway.logs import logger
from headway.operations.base import MigrateOperation
from headway.operations.constraint_base import DropConstraintOp
from headway.operations.constraints import CreateForeignKeyOp
from headway.operations.containers import ModifyTableOps, UpgradeOps
from headway.operations.tables import CreateTableOp, DropTableOp

log = logger("alembic.autogenerate.compare.tables")


def compare_schemas(context: AutogenContext, upgrade_ops: UpgradeOps) -> None:
    """Has the schemas compared that take part."""
    context.compare("schema")(context, upgrade_ops, schemas(context))


def compare_tables(context: AutogenContext, upgrade_ops: UpgradeOps, schemas: Collection[str | None]) -> None:
    """Appends what brings the database's tables to the models', in an order in which it can run."""
    default = context.dialect.default_schema_name
    existing = table_names(context, schemas)
    wanted = {_name(table, default): table for table in context.sorted_tables}
    version = (context.migration_context.version_table_schema, context.migration_context.version_table)
    wanted.pop(version, None)
    reflected = reflect(context, existing)
    upgrade_ops.ops += _new_tables(context, [table for name, table in wanted.items() if name not in existing])
    removed = [reflected[name] for name in sorted(existing - wanted.keys(), key=_sort_key) if name in reflected]
    upgrade_ops.ops += _removed_tables(context, removed)
    for name in sorted(existing & wanted.keys(), key=_sort_key):
        if name in reflected:
            upgrade_ops.ops += _changed_table(context, name[0], reflected[name], wanted[name])


def _inside(
    context: AutogenContext, schema: str | None, reflected: Table | None, wanted: Table | None, changes: ModifyTableOps
) -> None:
    """Appends the changes of what a table consists of, its columns excepted."""
    context.compare("table")(context, changes, schema, changes.table_name, reflected, wanted)


def _new_tables(context: AutogenContext, tables: list[Table]) -> Iterable[MigrateOperation]:
    accepted = [t for t in tables if context.run_object_filters(t, t.name, "table", False, None)]
    late = _keys_in_a_circle(accepted)
    default = context.dialect.default_schema_name
    for table in accepted:
        log.info("Detected added table %r", table.key)
        operation = CreateTableOp.from_table(table)
        operation.columns = [item for item in operation.columns if item not in late]
        yield operation
        changes = ModifyTableOps(table.name, [], schema=table.schema)
        _inside(context, _name(table, default)[0], None, table, changes)
        if changes.ops:
            yield changes
    for table in accepted:
        # Tables that refer to each other can only be tied together when both are there.
        keys = [CreateForeignKeyOp.from_constraint(key) for key in _by_columns(table) if key in late]
        if keys:
            yield ModifyTableOps(table.name, keys, schema=table.schema)


def _removed_tables(context: AutogenContext, tables: list[Table]) -> Iterable[MigrateOperation]:
    accepted = [t for t in tables if context.run_object_filters(t, t.name, "table", True, None)]
    ordered, early = drop_order(accepted)
    for key in early:
        yield ModifyTableOps(key.parent.name, [DropConstraintOp.from_constraint(key)], schema=key.parent.schema)
    for table in ordered:
        log.info("Detected removed table %r", table.key)
        changes = ModifyTableOps(table.name, [], schema=table.schema)
        _inside(context, table.schema, table, None, changes)
        if changes.ops:
            yield changes
        yield DropTableOp.from_table(table)


def _changed_table(
    context: AutogenContext, schema: str | None, reflected: Table, wanted: Table
) -> Iterable[MigrateOperation]:
    if not context.run_object_filters(wanted, wanted.name, "table", False, reflected):
        return
    context.both.append((reflected, wanted))
    changes = ModifyTableOps(wanted.name, [], schema=wanted.schema)
    dropped_columns = compare_columns(context, changes, schema, reflected, wanted)
    _inside(context, schema, reflected, wanted, changes)
    changes.ops = [*in_runnable_order(changes.ops), *dropped_columns]
    if changes.ops:
        yield changes


def _keys_in_a_circle(tables: list[Table]) -> set[ForeignKeyConstraint]:
    """Foreign keys that no order of CREATE TABLE can satisfy."""
    ordered = sort_tables_and_constraints(tables)  # type: ignore[no-untyped-call,unused-ignore]  # by SQLAlchemy version
    return {key for table, keys in ordered if table is None for key in keys}


def _by_columns(table: Table) -> list[ForeignKeyConstraint]:
    return sorted(table.foreign_key_constraints, key=lambda key: (str(key.name or ""), key.column_keys))


def _name(table: Table, default: str | None) -> Name:
    return (None if table.schema == default else table.schema), table.name


def _sort_key(name: Name) -> tuple[str, str]:
    return name[0] or "", name[1]
