"""What the database holds, read in as few statements as SQLAlchemy can, as one MetaData."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Index, MetaData, Table, event
from sqlalchemy import exc as sa_exc
from sqlalchemy.sql.elements import conv

from headway.autogenerate.context import AutogenContext
from headway.process import ignoring

Name = tuple[str | None, str]
"""Schema (None for the default one) and table."""


def schemas(context: AutogenContext) -> set[str | None]:
    """The schemas to compare: the default one (None), and the others when ``include_schemas`` is set."""
    names: set[str | None] = {None}
    if context.opts.get("include_schemas"):
        default = context.dialect.default_schema_name
        names |= set(context.inspector.get_schema_names()) - {"information_schema", default}
    ordered = sorted(names, key=lambda name: name or "")
    return {name for name in ordered if context.run_name_filters(name, "schema", {})}


def table_names(context: AutogenContext, schemas: Iterable[str | None]) -> set[Name]:
    """The tables of these schemas that take part, without the version table."""
    migration = context.migration_context
    version = (migration.version_table_schema, migration.version_table)
    found: set[Name] = set()
    for schema in schemas:
        names = context.inspector.get_table_names(schema=schema)
        found |= {
            (schema, name)
            for name in names
            if (schema, name) != version and context.run_name_filters(name, "table", {"schema_name": schema})
        }
    return found


def reflect(context: AutogenContext, names: set[Name]) -> dict[Name, Table]:
    """The tables, with columns, constraints and indexes."""
    metadata = MetaData()
    connection: Any = context.connection
    impl = context.migration_context.impl

    def adjust(inspector: Any, table: Any, column_info: Any) -> None:
        impl.autogen_column_reflect(inspector, table, column_info)

    event.listen(metadata, "column_reflect", adjust)
    for schema in {schema for schema, _ in names}:
        wanted = sorted(name for owner, name in names if owner == schema)
        # What SQLAlchemy warns that it leaves out (an expression index on SQLite) is added below.
        with ignoring(sa_exc.SAWarning):
            metadata.reflect(bind=connection, schema=schema, only=wanted, resolve_fks=False, extend_existing=False)
    tables = {(table.schema, table.name): table for table in metadata.tables.values()}
    for schema in {schema for schema, _ in tables}:
        of_schema = {name: table for (owner, name), table in tables.items() if owner == schema}
        impl.complete_reflected(context.inspector, schema, of_schema)
    for table in tables.values():
        _settle(table, impl)
    return {name: tables[name] for name in names if name in tables}


def _settle(table: Table, impl: Any) -> None:
    """Names in a database are final, whatever naming convention there is; options that say nothing are left out."""
    named: list[Any] = [*table.constraints, *table.indexes]
    for item in named:
        if isinstance(item.name, str):
            item.name = conv(item.name)
        kind = "index" if isinstance(item, Index) else item.__visit_name__
        kept = impl.adjust_reflected_dialect_options({"dialect_options": dict(item.dialect_kwargs)}, kind)
        for option in item.dialect_kwargs.keys() - kept.keys():
            del item.dialect_kwargs[option]
