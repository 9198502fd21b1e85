"""Each operation as the call that makes it."""

from __future__ import annotations

from typing import Any
from warnings import warn

from sqlalchemy import CheckConstraint, Column, Computed, Identity

from headway.autogenerate.context import AutogenContext
from headway.autogenerate.render.named_types import reusing
from headway.autogenerate.render.registry import prefix, renderers
from headway.autogenerate.render.schema import (
    checks_of,
    creation_order,
    exclude_elements,
    exclude_options,
    render_column,
    render_constraint,
    render_default,
    render_ident,
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
    CreateExcludeConstraintOp,
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
    return [f"schema={render_ident(context, schema)}"] if schema and not context._within_batch else []


def _table(context: AutogenContext, name: str) -> list[str]:
    """The table as an argument; a batch has it already."""
    return [] if context._within_batch else [render_ident(context, name)]


def _options(options: Any, context: AutogenContext) -> list[str]:
    return [f"{key}={render_potential(value, context)}" for key, value in options.items() if value is not None]


def _given(op: Any, *names: str) -> list[str]:
    """What an operation was told of these keywords."""
    return [f"{name}={value!r}" for name in names if (value := getattr(op, name)) is not None]


@renderers.dispatch_for(CreateTableOp)
def create_table(context: AutogenContext, op: CreateTableOp) -> str:
    table = op.to_table(context.migration_context)
    # The types as they were given: SQLAlchemy 2.0 loses options of a DOMAIN when it copies one.
    types = {item.name: item.type for item in op.columns if isinstance(item, Column)}
    found = [_column_of_table(column, types[column.name], op, context) for column in table.columns]
    parts = [text for text in found if text is not None]
    # MariaDB takes no name for a CHECK inside a column; beside the columns every database does.
    constraints = [*table.constraints, *(item for column in table.columns for item in checks_of(column))]
    written = [render_constraint(item, context) for item in sorted(constraints, key=creation_order)]
    parts += sorted({text for text in written if text is not None})  # one that is said twice is made once
    body = ",\n".join(parts)
    if len(parts) > MOST_ARGUMENTS:
        body = f"*[{body}]"
    keywords = [f"schema={render_ident(context, op.schema)}"] if op.schema else []
    if table.comment is not None:
        keywords.append(f"comment={render_ident(context, table.comment)}")
    if op.info:
        keywords.append(f"info={table.info!r}")
    # MySQL reports options such as "default charset", which no keyword can be called.
    keywords += [f"{key.replace(' ', '_')}={value!r}" for key, value in sorted(op.kw.items())]
    if op.prefixes:
        keywords.append(f"prefixes={list(op.prefixes)!r}")
    keywords += _given(op, "if_not_exists")
    tail = "".join(f",\n{keyword}" for keyword in keywords)
    return f"{prefix(context)}create_table({render_ident(context, op.table_name)},\n{body}{tail}\n)"


def _column_of_table(column: Any, type_: Any, op: CreateTableOp, context: AutogenContext) -> str | None:
    """A column; the index that its flag makes is written as the flag, unless an operation of its own makes it."""
    own = ("unique", "index") if column.index and not op._constraints_included else ()
    flags = _unmade(op, column, own, context)
    type_ = reusing(type_, context.reused_types.get(id(op), set()), context)
    return render_column(column, context, flags=flags, type_=type_)


def _unmade(op: Any, column: Any, flags: tuple[str, ...], context: AutogenContext) -> tuple[str, ...]:
    """The flags without those that an operation of its own stands for; hooks make copies of the models' columns."""
    place = (op.schema, op.table_name, str(column.name))
    if column.index and place in context.separate_indexes:
        return tuple(flag for flag in flags if flag not in ("unique", "index"))
    if column.unique and place in context.separate_uniques:
        return tuple(flag for flag in flags if flag != "unique")
    return flags


@renderers.dispatch_for(DropTableOp)
def drop_table(context: AutogenContext, op: DropTableOp) -> str:
    arguments = [render_ident(context, op.table_name), *_schema(context, op.schema), *_given(op, "if_exists")]
    return _call(context, "drop_table", *arguments)


@renderers.dispatch_for(RenameTableOp)
def rename_table(context: AutogenContext, op: RenameTableOp) -> str:
    names = (render_ident(context, op.table_name), render_ident(context, op.new_table_name))
    return _call(context, "rename_table", *names, *_schema(context, op.schema))


@renderers.dispatch_for(CreateTableCommentOp)
def create_table_comment(context: AutogenContext, op: CreateTableCommentOp) -> str:
    existing = f"existing_comment={op.existing_comment!r}"
    schema = [] if context._within_batch else [f"schema={render_ident(context, op.schema)}"]
    arguments = [*_table(context, op.table_name), repr(op.comment), existing, *schema]
    return f"{prefix(context)}create_table_comment(\n    " + ",\n    ".join(arguments) + "\n)"


@renderers.dispatch_for(DropTableCommentOp)
def drop_table_comment(context: AutogenContext, op: DropTableCommentOp) -> str:
    existing = f"existing_comment={op.existing_comment!r}"
    schema = [] if context._within_batch else [f"schema={render_ident(context, op.schema)}"]
    arguments = [*_table(context, op.table_name), existing, *schema]
    return f"{prefix(context)}drop_table_comment(\n    " + ",\n    ".join(arguments) + "\n)"


@renderers.dispatch_for(AddColumnOp)
def add_column(context: AutogenContext, op: AddColumnOp) -> str:
    # A column of the models has its keys and indexes added by operations of their own.
    own = ("primary_key", "unique", "index") if op.column.table is None else ()
    flags = _unmade(op, op.column, own, context)
    place = (op.schema, op.table_name)
    checks = [item for item in checks_of(op.column) if (*place, str(final_name(item))) not in context.separate_checks]
    # SQLite adds a CHECK only with its column, MariaDB takes no name for it there.
    late = checks if context.dialect.name in ("mysql", "mariadb") else []
    column = render_column(op.column, context, flags=flags, inside=[] if late else checks)
    if column is None:
        return ""
    given = _given(op, "if_not_exists", "inline_references", "inline_primary_key")
    arguments = [*_table(context, op.table_name), column, *_schema(context, op.schema), *given]
    text = _call(context, "add_column", *arguments, *_options(op.kw, context))
    return "\n".join([text, *(_late_check(context, op, check) for check in late)])  # add-ons edit one text


def _late_check(context: AutogenContext, op: AddColumnOp, check: CheckConstraint) -> str:
    name = final_name(check)
    return str(create_check(context, CreateCheckConstraintOp(name, op.table_name, check.sqltext, schema=op.schema)))


@renderers.dispatch_for(DropColumnOp)
def drop_column(context: AutogenContext, op: DropColumnOp) -> str:
    arguments = [*_table(context, op.table_name), render_ident(context, op.column_name), *_schema(context, op.schema)]
    return _call(context, "drop_column", *arguments, *_given(op, "if_exists"), *_options(op.kw, context))


@renderers.dispatch_for(AlterColumnOp)
def alter_column(context: AutogenContext, op: AlterColumnOp) -> str:
    indent = " " * 11
    text = f"{prefix(context)}alter_column({', '.join([*_table(context, op.table_name), render_ident(context, op.column_name)])}"
    parts: list[str] = []
    if op.existing_type is not None:
        parts.append(f"existing_type={render_type(op.existing_type, context)}")
    if op.modify_server_default is not False:
        parts.append(f"server_default={_default(op.modify_server_default, context)}")
    if op.modify_name is not None:
        parts.append(f"new_column_name={render_ident(context, op.modify_name)}")
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
    # Add-ons put other options into ``kw`` and write them into this text themselves.
    if "autoincrement" in op.kw:
        parts.append(f"autoincrement={op.kw['autoincrement']!r}")
    # An identity or generated column is altered in another way than one that becomes it.
    special = isinstance(op.existing_server_default, Identity | Computed)
    if (op.modify_server_default is False or special) and op.existing_server_default not in (False, None):
        parts.append(f"existing_server_default={_default(op.existing_server_default, context)}")
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
    return _call(context, "create_index", *arguments, *_given(op, "if_not_exists"))


@renderers.dispatch_for(DropIndexOp)
def drop_index(context: AutogenContext, op: DropIndexOp) -> str:
    index = op.to_index(context.migration_context)
    table = [] if context._within_batch else [f"table_name={render_ident(context, op.table_name)}"]
    options = [*_options(index.dialect_kwargs, context), *_given(op, "if_exists")]
    return _call(
        context, "drop_index", render_name(context, index.name), *table, *_schema(context, op.schema), *options
    )


@renderers.dispatch_for(CreateUniqueConstraintOp)
def create_unique(context: AutogenContext, op: CreateUniqueConstraintOp) -> str:
    constraint = op.to_constraint(context.migration_context)
    columns = ", ".join(render_ident(context, column.name) for column in constraint.columns)
    arguments = [render_name(context, final_name(constraint)), *_table(context, op.table_name), f"[{columns}]"]
    return _call(
        context, "create_unique_constraint", *arguments, *_schema(context, op.schema), *_options(op.kw, context)
    )


@renderers.dispatch_for(CreatePrimaryKeyOp)
def create_primary_key(context: AutogenContext, op: CreatePrimaryKeyOp) -> str:
    columns = ", ".join(render_ident(context, column) for column in op.columns)
    arguments = [render_name(context, op.constraint_name), *_table(context, op.table_name), f"[{columns}]"]
    return _call(context, "create_primary_key", *arguments, *_schema(context, op.schema), *_options(op.kw, context))


@renderers.dispatch_for(CreateForeignKeyOp)
def create_foreign_key(context: AutogenContext, op: CreateForeignKeyOp) -> str:
    local = ", ".join(render_ident(context, column) for column in op.local_cols)
    remote = ", ".join(render_ident(context, column) for column in op.remote_cols)
    options = {key: value for key, value in op.kw.items() if value is not None and key != "use_alter"}
    if context._within_batch:
        options.pop("source_schema", None)
    arguments = [
        render_name(context, final_name(op.to_constraint(context.migration_context))),
        *_table(context, op.source_table),
        render_ident(context, op.referent_table),
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
    return _call(
        context, "create_check_constraint", *arguments, *_schema(context, op.schema), *_options(op.kw, context)
    )


@renderers.dispatch_for(CreateExcludeConstraintOp)
def create_exclude(context: AutogenContext, op: CreateExcludeConstraintOp) -> str:
    constraint = op.to_constraint(context.migration_context)
    arguments = [render_name(context, op.constraint_name), *_table(context, op.table_name)]
    arguments += exclude_elements(constraint, context)
    return _call(
        context,
        "create_exclude_constraint",
        *arguments,
        *exclude_options(constraint, context),
        *_schema(context, op.schema),
    )


@renderers.dispatch_for(DropConstraintOp)
def drop_constraint(context: AutogenContext, op: DropConstraintOp) -> str:
    kind = [f"type_={op.constraint_type!r}"] if op.constraint_type else []
    arguments = [render_name(context, op.constraint_name), *_table(context, op.table_name)]
    arguments += [*_schema(context, op.schema), *kind, *_given(op, "if_exists")]
    text = _call(context, "drop_constraint", *arguments)
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


def _default(default: Any, context: AutogenContext) -> str:
    return "None" if default is None else str(render_default(default, context))
