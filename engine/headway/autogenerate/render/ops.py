"""Each operation as the call that makes it."""

from __future__ import annotations

from typing import Any
from warnings import warn

from sqlalchemy import Computed, Identity

from headway.autogenerate.context import AutogenContext
from headway.autogenerate.render.registry import prefix, renderers
from headway.autogenerate.render.schema import (
    ident,
    render_column,
    render_constraint,
    render_default,
    render_index_element,
    render_name,
    render_potential,
    render_sql,
)
from headway.autogenerate.render.types import render_type
from headway.errors import NotSupported, UsageError
from headway.operations.alter_column import AlterColumnOp
from headway.operations.columns import AddColumnOp, DropColumnOp
from headway.operations.constraint_base import DropConstraintOp
from headway.operations.constraints import (
    CreateCheckConstraintOp,
    CreateForeignKeyOp,
    CreatePrimaryKeyOp,
    CreateUniqueConstraintOp,
)
from headway.operations.data import ExecuteSQLOp
from headway.operations.indexes import CreateIndexOp, DropIndexOp
from headway.operations.naming import final_name
from headway.operations.tables import (
    CreateTableCommentOp,
    CreateTableOp,
    DropTableCommentOp,
    DropTableOp,
    RenameTableOp,
)
from headway.operations.views import CreateViewOp, DropViewOp

MOST_ARGUMENTS = 255  # more are given as a starred list, which older Pythons could not take otherwise


def _call(context: AutogenContext, name: str, *arguments: str) -> str:
    return f"{prefix(context)}{name}({', '.join(arguments)})"


def _schema(context: AutogenContext, schema: str | None) -> list[str]:
    """The schema as a keyword; a batch has it already."""
    return [f"schema={ident(schema)!r}"] if schema and not context._within_batch else []


def _table(context: AutogenContext, name: str) -> list[str]:
    """The table as an argument; a batch has it already."""
    return [] if context._within_batch else [repr(ident(name))]


def _options(options: Any, context: AutogenContext) -> list[str]:
    return [f"{key}={render_potential(value, context)}" for key, value in options.items() if value is not None]


@renderers.dispatch_for(CreateTableOp)
def create_table(context: AutogenContext, op: CreateTableOp) -> str:
    table = op.to_table(context.migration_context)
    columns = [item for item in op.columns if item.__visit_name__ == "column"]
    constraints = [item for item in op.columns if item.__visit_name__ != "column"]
    parts = [render_column(column, context) for column in columns if column.name]
    ordered = sorted(
        constraints, key=lambda item: (_CONSTRAINT_ORDER.get(item.__visit_name__, 9), str(final_name(item)))
    )
    parts += [text for item in ordered if (text := render_constraint(item, context)) is not None]
    body = ",\n".join(parts)
    if len(parts) > MOST_ARGUMENTS:
        body = f"*[{body}]"
    keywords = [f"schema={ident(op.schema)!r}"] if op.schema else []
    if table.comment:
        keywords.append(f"comment={ident(table.comment)!r}")
    if table.info:
        keywords.append(f"info={table.info!r}") if op.info else None
    # MySQL reports options such as "default charset", which no keyword can be called.
    keywords += [f"{key.replace(' ', '_')}={value!r}" for key, value in sorted(op.kw.items())]
    if op.prefixes:
        keywords.append(f"prefixes={list(op.prefixes)!r}")
    if op.if_not_exists is not None:
        keywords.append(f"if_not_exists={bool(op.if_not_exists)!r}")
    tail = "".join(f",\n{keyword}" for keyword in keywords)
    return f"{prefix(context)}create_table({ident(op.table_name)!r},\n{body}{tail}\n)"


@renderers.dispatch_for(DropTableOp)
def drop_table(context: AutogenContext, op: DropTableOp) -> str:
    return _call(context, "drop_table", repr(ident(op.table_name)), *_schema(context, op.schema))


@renderers.dispatch_for(RenameTableOp)
def rename_table(context: AutogenContext, op: RenameTableOp) -> str:
    names = (repr(ident(op.table_name)), repr(ident(op.new_table_name)))
    return _call(context, "rename_table", *names, *_schema(context, op.schema))


@renderers.dispatch_for(CreateTableCommentOp)
def create_table_comment(context: AutogenContext, op: CreateTableCommentOp) -> str:
    existing = f"existing_comment={op.existing_comment!r}"
    schema = [] if context._within_batch else [f"schema={ident(op.schema)!r}"]
    arguments = [*_table(context, op.table_name), repr(op.comment), existing, *schema]
    return f"{prefix(context)}create_table_comment(\n    " + ",\n    ".join(arguments) + "\n)"


@renderers.dispatch_for(DropTableCommentOp)
def drop_table_comment(context: AutogenContext, op: DropTableCommentOp) -> str:
    existing = f"existing_comment={op.existing_comment!r}"
    schema = [] if context._within_batch else [f"schema={ident(op.schema)!r}"]
    arguments = [*_table(context, op.table_name), existing, *schema]
    return f"{prefix(context)}drop_table_comment(\n    " + ",\n    ".join(arguments) + "\n)"


@renderers.dispatch_for(AddColumnOp)
def add_column(context: AutogenContext, op: AddColumnOp) -> str:
    column = render_column(op.column, context)
    return _call(context, "add_column", *_table(context, op.table_name), column, *_schema(context, op.schema))


@renderers.dispatch_for(DropColumnOp)
def drop_column(context: AutogenContext, op: DropColumnOp) -> str:
    name = repr(ident(op.column_name))
    return _call(context, "drop_column", *_table(context, op.table_name), name, *_schema(context, op.schema))


@renderers.dispatch_for(AlterColumnOp)
def alter_column(context: AutogenContext, op: AlterColumnOp) -> str:
    indent = " " * 11
    text = f"{prefix(context)}alter_column({', '.join([*_table(context, op.table_name), repr(ident(op.column_name))])}"
    parts: list[str] = []
    if op.existing_type is not None:
        parts.append(f"existing_type={render_type(op.existing_type, context)}")
    if op.modify_server_default is not False:
        parts.append(f"server_default={_default(op.modify_server_default, context)}")
    if op.modify_type is not None:
        parts.append(f"type_={render_type(op.modify_type, context)}")
    if op.modify_nullable is not None:
        parts.append(f"nullable={op.modify_nullable!r}")
    if op.modify_comment is not False:
        parts.append(f"comment={op.modify_comment!r}")
    if op.existing_comment is not None:
        parts.append(f"existing_comment={op.existing_comment!r}")
    if op.modify_nullable is None and op.existing_nullable is not None:
        parts.append(f"existing_nullable={op.existing_nullable!r}")
    # An identity or generated column is altered in another way than one that becomes it.
    special = isinstance(op.existing_server_default, Identity | Computed)
    if (op.modify_server_default is False or special) and op.existing_server_default not in (False, None):
        parts.append(f"existing_server_default={_default(op.existing_server_default, context)}")
    if "autoincrement" in op.kw:
        parts.append(f"autoincrement={op.kw['autoincrement']!r}")
    parts += _schema(context, op.schema)
    return text + "".join(f",\n{indent}{part}" for part in parts) + ")"


@renderers.dispatch_for(CreateIndexOp)
def create_index(context: AutogenContext, op: CreateIndexOp) -> str:
    index = op.to_index(context.migration_context)
    elements = ", ".join(render_index_element(element, context) for element in index.expressions)
    arguments = [
        render_name(context, index.name),
        *_table(context, op.table_name),
        f"[{elements}]",
        f"unique={bool(index.unique)!r}",
        *_schema(context, op.schema),
        *_options(index.dialect_kwargs, context),
    ]
    if op.if_not_exists is not None:
        arguments.append(f"if_not_exists={op.if_not_exists!r}")
    return _call(context, "create_index", *arguments)


@renderers.dispatch_for(DropIndexOp)
def drop_index(context: AutogenContext, op: DropIndexOp) -> str:
    index = op.to_index(context.migration_context)
    table = [] if context._within_batch else [f"table_name={ident(op.table_name)!r}"]
    options = _options(index.dialect_kwargs, context)
    if op.if_exists is not None:
        options.append(f"if_exists={op.if_exists!r}")
    return _call(
        context, "drop_index", render_name(context, index.name), *table, *_schema(context, op.schema), *options
    )


@renderers.dispatch_for(CreateUniqueConstraintOp)
def create_unique(context: AutogenContext, op: CreateUniqueConstraintOp) -> str:
    constraint = op.to_constraint(context.migration_context)
    columns = ", ".join(repr(ident(column.name)) for column in constraint.columns)
    arguments = [render_name(context, final_name(constraint)), *_table(context, op.table_name), f"[{columns}]"]
    return _call(
        context, "create_unique_constraint", *arguments, *_schema(context, op.schema), *_options(op.kw, context)
    )


@renderers.dispatch_for(CreatePrimaryKeyOp)
def create_primary_key(context: AutogenContext, op: CreatePrimaryKeyOp) -> str:
    columns = ", ".join(repr(ident(column)) for column in op.columns)
    arguments = [render_name(context, op.constraint_name), *_table(context, op.table_name), f"[{columns}]"]
    return _call(context, "create_primary_key", *arguments, *_schema(context, op.schema))


@renderers.dispatch_for(CreateForeignKeyOp)
def create_foreign_key(context: AutogenContext, op: CreateForeignKeyOp) -> str:
    local = ", ".join(repr(ident(column)) for column in op.local_cols)
    remote = ", ".join(repr(ident(column)) for column in op.remote_cols)
    options = {key: value for key, value in op.kw.items() if value is not None and key != "use_alter"}
    if context._within_batch:
        options.pop("source_schema", None)
    arguments = [
        render_name(context, final_name(op.to_constraint(context.migration_context))),
        *_table(context, op.source_table),
        repr(ident(op.referent_table)),
        f"[{local}]",
        f"[{remote}]",
    ]
    order = (
        "source_schema",
        "referent_schema",
        "onupdate",
        "ondelete",
        "initially",
        "deferrable",
        "use_alter",
        "match",
    )
    ordered = {key: options[key] for key in order if key in options} | options
    return _call(context, "create_foreign_key", *arguments, *_options(ordered, context))


@renderers.dispatch_for(CreateCheckConstraintOp)
def create_check(context: AutogenContext, op: CreateCheckConstraintOp) -> str:
    condition = render_sql(op.condition, context)
    arguments = [render_name(context, op.constraint_name), *_table(context, op.table_name), condition]
    return _call(context, "create_check_constraint", *arguments, *_schema(context, op.schema))


@renderers.dispatch_for(DropConstraintOp)
def drop_constraint(context: AutogenContext, op: DropConstraintOp) -> str:
    kind = [f"type_={op.constraint_type!r}"] if op.constraint_type else []
    name = render_name(context, op.constraint_name)
    text = _call(context, "drop_constraint", name, *_table(context, op.table_name), *_schema(context, op.schema), *kind)
    if op.constraint_name is None:
        warn(
            "Autogenerate rendered a drop_constraint() directive for an unnamed constraint on table "
            f"{op.table_name!r}; the migration will fail unless a constraint name is added to the directive.  Consider "
            "using a naming convention so that constraint names are known ahead of time.",
            stacklevel=2,
        )
        return (
            "# WARNING: this constraint has no name, so that this line cannot run as it is.\n"
            "# Name the constraint here, or give the MetaData a naming_convention\n"
            f"# that names it.\n{text}"
        )
    return text


@renderers.dispatch_for(ExecuteSQLOp)
def execute(context: AutogenContext, op: ExecuteSQLOp) -> str:
    if not isinstance(op.sqltext, str):
        raise NotSupported(
            "Autogenerate rendering of SQL Expression language constructs not supported here; please use a plain SQL string"
        )
    return f"{prefix(context)}execute({op.sqltext!r})"


@renderers.dispatch_for(CreateViewOp)
def create_view(context: AutogenContext, op: CreateViewOp) -> str:
    if not isinstance(op.definition, str):
        raise UsageError(f"view {op.view_name} cannot be written: its definition is no text", hint="Give it as text.")
    flags = [f"{name}=True" for name in ("replace", "materialized") if getattr(op, name)]
    columns = [f"columns={list(op.columns)!r}"] if op.columns else []
    arguments = [repr(op.view_name), repr(op.definition), *_schema(context, op.schema), *columns, *flags]
    return f"{prefix(context)}create_view({', '.join(arguments)})"


@renderers.dispatch_for(DropViewOp)
def drop_view(context: AutogenContext, op: DropViewOp) -> str:
    flags = [f"{name}=True" for name in ("materialized", "if_exists") if getattr(op, name)]
    arguments = [repr(op.view_name), *_schema(context, op.schema), *flags]
    return f"{prefix(context)}drop_view({', '.join(arguments)})"


_CONSTRAINT_ORDER = {
    "check_constraint": 0,
    "table_or_column_check_constraint": 0,
    "foreign_key_constraint": 1,
    "primary_key_constraint": 2,
    "unique_constraint": 3,
}


def _default(default: Any, context: AutogenContext) -> str:
    return "None" if default is None else render_default(default, context)
