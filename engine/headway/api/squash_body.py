"""What a squash of a whole beginning does, written from what it leads to: the tables, and the rows that are in them.

Only for what begins at base: where tables were there before, users' rows are in them, and no empty scratch database
tells what the replaced revisions did to those.
"""

from __future__ import annotations

import datetime
import decimal
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Constraint, Index, MetaData, Table, select
from sqlalchemy.engine import Connection
from sqlalchemy.sql.elements import conv

from headway.api.project import Project
from headway.api.squash_proof import begun, up
from headway.autogenerate.api import fill
from headway.autogenerate.context import AutogenContext
from headway.autogenerate.render.registry import render_body
from headway.autogenerate.render.types import render_type
from headway.dialects.inspection import inspect_schema
from headway.errors import UsageError
from headway.operations.containers import DowngradeOps, MigrationScript, ModifyTableOps, UpgradeOps
from headway.operations.indexes import CreateIndexOp
from headway.operations.tables import CreateTableOp
from headway.revision.route import Step
from headway.runtime.context import MigrationContext
from headway.scratch.rows import held
from headway.script.revision_text import RevisionBody

KEEP = "Give --keep-operations: the squash then does what the replaced revisions do, one after another."

_MAKES = (CreateTableOp, CreateIndexOp, ModifyTableOps)
"""What can be missing in an empty database; the indexes of a table come for themselves, or in its batch."""

_PLAIN = (bool, int, float, str, bytes, type(None))
_BY_MODULE: dict[type, str] = {
    decimal.Decimal: "decimal",
    uuid.UUID: "uuid",
    datetime.datetime: "datetime",
    datetime.date: "datetime",
    datetime.time: "datetime",
    datetime.timedelta: "datetime",
}
"""The module that the name of a type's repr() lies in."""


@dataclass
class Reached:
    """What a database holds at the end of what is replaced."""

    metadata: MetaData
    rows: list[tuple[Table, list[dict[str, Any]]]] = field(default_factory=list)
    positions: Mapping[str, str] = field(default_factory=dict)
    """Where its sequences stand."""


def compact_body(project: Project, kind: str, end: str) -> RevisionBody:
    """The operations that make of an empty database of ``kind`` what it is at ``end``.

    Raises UsageError where that cannot be written down, HeadwayError where the old revisions fail.
    """
    reached = _reached(project, kind, end)
    bodies: list[RevisionBody] = []

    def write(heads: tuple[str, ...], context: MigrationContext) -> Iterable[Step]:
        bodies.append(_written(context, reached))
        return ()

    with begun(project, kind) as rehearsal:
        rehearsal.run(write)
    return bodies[0]


# -- reading ----------------------------------------------------------------------------------------------------


def _reached(project: Project, kind: str, end: str) -> Reached:
    found: list[Reached] = []

    def read(heads: tuple[str, ...], context: MigrationContext) -> Iterable[Step]:
        found.append(_read(context.connection, context.version_table))
        return ()

    with begun(project, kind) as rehearsal:
        up(rehearsal, (end,))
        rehearsal.run(read)
    if len(found) != 1:
        raise UsageError(f"env.py migrates {len(found)} databases, and one file cannot be written from them", hint=KEEP)
    return found[0]


def _read(connection: Connection, version_table: str) -> Reached:
    schema = inspect_schema(connection, leave_out=[version_table])
    metadata = MetaData()
    for name in dict.fromkeys(("", *(table.schema for table in schema.tables))):
        tables = [str(table.name) for table in schema.tables if table.schema == name]
        if tables:
            metadata.reflect(connection, schema=name or None, only=tables)
    for table in metadata.tables.values():
        parts: list[Constraint | Index] = [*table.constraints, *table.indexes]
        for part in parts:
            if isinstance(part.name, str):
                part.name = conv(part.name)  # as it is: no naming convention of the models has a say in it
    rows = []
    for table in metadata.sorted_tables:
        columns = [column for column in table.columns if column.computed is None]
        found = [dict(row._mapping) for row in connection.execute(select(*columns))] if columns else []
        if found:
            rows.append((table, [{str(key): value for key, value in row.items()} for row in found]))
    return Reached(metadata, rows, held(connection, schema).positions)


# -- writing ----------------------------------------------------------------------------------------------------


def _written(context: MigrationContext, reached: Reached) -> RevisionBody:
    schemas = {table.schema for table in reached.metadata.tables.values()}

    def ours(name: str | None, kind: str, parents: Mapping[str, str | None]) -> bool:
        # A server has more schemas than the history's, and on MySQL those are other databases.
        if kind == "schema":
            return name in schemas
        return kind != "table" or parents["schema_qualified_table_name"] in reached.metadata.tables

    options = dict(context.opts)
    # What env.py leaves out of comparisons with the models is a part of the schema all the same.
    options |= {"include_object": None, "include_name": ours, "render_item": None}
    options["include_schemas"] = schemas != {None}
    autogen = AutogenContext(context, metadata=reached.metadata, opts=options)
    script = MigrationScript(rev_id=None, upgrade_ops=UpgradeOps([]), downgrade_ops=DowngradeOps([]))
    fill(autogen, script)
    if strange := [one for one in script.upgrade_ops_list[-1].ops if not isinstance(one, _MAKES)]:
        raise UsageError(f"an empty scratch database is not empty: {strange[0].to_diff_tuple()[0]}", hint=KEEP)
    upgrade = _lines(render_body(autogen, script.upgrade_ops_list[-1]))
    downgrade = _lines(render_body(autogen, script.downgrade_ops_list[-1]))
    for table, rows in reached.rows:
        upgrade += _insert(table, rows, autogen)
    if context.dialect.name == "postgresql":
        upgrade += [f'op.execute("SELECT setval({_sql(name)}, {at})")' for name, at in reached.positions.items()]
    imports = ("from alembic import op", "import sqlalchemy as sa", *sorted(autogen.imports))
    return RevisionBody("\n".join(upgrade), "\n".join(downgrade), imports)


def _lines(body: str) -> list[str]:
    """The statements of a body, without the words around them and their indentation."""
    return [line.removeprefix("    ") for line in body.split("\n") if not line.strip().startswith("# ###")]


def _insert(table: Table, rows: list[dict[str, Any]], autogen: AutogenContext) -> Iterator[str]:
    # A constraint or trigger of the database decides nothing here: the rows are those that passed it.
    columns = [table.columns[name] for name in rows[0]]
    schema = f", schema={table.schema!r}" if table.schema else ""
    yield "op.bulk_insert("
    yield f"    sa.table({table.name!r}, {', '.join(_column(column, autogen) for column in columns)}{schema}),"
    yield "    ["
    for row in rows:
        yield f"        {{{', '.join(f'{name!r}: {_value(value, table, name, autogen)}' for name, value in row.items())}}},"
    yield "    ],"
    yield ")"


def _column(column: Column[Any], autogen: AutogenContext) -> str:
    return f"sa.column({column.name!r}, {render_type(column.type, autogen)})"


def _value(value: Any, table: Table, column: str, autogen: AutogenContext) -> str:
    """A value as Python writes it. Raises UsageError for one that Python cannot write."""
    if type(value) in _BY_MODULE:
        module = _BY_MODULE[type(value)]
        autogen.imports.add(f"import {module}")
        text = repr(value)
        if "zoneinfo." in text:
            autogen.imports.add("import zoneinfo")
        return text if text.startswith(f"{module}.") else f"{module}.{text}"
    if isinstance(value, list):
        return f"[{', '.join(_value(item, table, column, autogen) for item in value)}]"
    if isinstance(value, dict):
        items = (f"{_value(k, table, column, autogen)}: {_value(v, table, column, autogen)}" for k, v in value.items())
        return f"{{{', '.join(items)}}}"
    if type(value) in _PLAIN and value == value and value not in (float("inf"), float("-inf")):
        return repr(value)
    raise UsageError(
        f"the rows of {table.name} hold in {column} what cannot be written as Python: {value!r}", hint=KEEP
    )


def _sql(name: str) -> str:
    schema, _, sequence = name.partition(".")
    quoted = ".".join('\\"' + part.replace('"', '""') + '\\"' for part in (schema, sequence))
    return f"'{quoted}'"
