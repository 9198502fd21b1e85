"""Server defaults: only compared when ``compare_server_default`` asks for it."""

from __future__ import annotations

import warnings
from typing import Any

from sqlalchemy import Column, Computed, DefaultClause, FetchedValue, Identity, Table

from headway.autogenerate.context import AutogenContext
from headway.autogenerate.priorities import PriorityDispatchResult
from headway.dialects.differences import normal_sql
from headway.logs import logger
from headway.operations.alter_column import AlterColumnOp

log = logger("alembic.autogenerate.compare.server_defaults")

STOP, CONTINUE = PriorityDispatchResult.STOP, PriorityDispatchResult.CONTINUE


def ask_for_default(
    context: AutogenContext,
    operation: AlterColumnOp,
    schema: str | None,
    table_name: str,
    name: str,
    reflected: Column[Any],
    wanted: Column[Any],
) -> PriorityDispatchResult:
    """What ``compare_server_default`` says, when it is a function with an opinion.

    Of an identity there is no SQL text; the function finds it on the columns. A generated column cannot be altered.
    """
    option = context.opts.get("compare_server_default", False)
    ours, theirs = wanted.server_default, reflected.server_default
    if (
        isinstance(ours, Computed)
        or isinstance(theirs, Computed)
        or not callable(option)
        or (ours is None and theirs is None)
    ):
        return CONTINUE
    rendered, existing = render_default(context, ours), render_default(context, theirs)
    answer = option(context.migration_context, reflected, wanted, existing, ours, rendered)
    if answer is None:
        return CONTINUE
    if answer:
        _set_default(operation, wanted)
    return STOP


def compare_special_default(
    context: AutogenContext,
    operation: AlterColumnOp,
    schema: str | None,
    table_name: str,
    name: str,
    reflected: Column[Any],
    wanted: Column[Any],
) -> PriorityDispatchResult:
    """Sets a changed identity; a changed generated column only warns, because no database can alter it.

    What the models leave to the database is not compared.
    """
    ours, theirs = wanted.server_default, reflected.server_default
    if is_left_to_database(ours):
        return STOP
    if isinstance(ours, Computed) or isinstance(theirs, Computed):
        _warn_of_computed(context, reflected, wanted)
        return STOP
    if not (isinstance(ours, Identity) or isinstance(theirs, Identity)):
        return CONTINUE
    if context.opts.get("compare_server_default", False) and _identity_differs(ours, theirs):
        _set_default(operation, wanted)
    return STOP


def compare_plain_default(
    context: AutogenContext,
    operation: AlterColumnOp,
    schema: str | None,
    table_name: str,
    name: str,
    reflected: Column[Any],
    wanted: Column[Any],
) -> PriorityDispatchResult:
    """Sets the column's new default where the database tells the two apart, and the comparison is asked for."""
    if not context.opts.get("compare_server_default", False):
        return CONTINUE
    rendered, existing = (
        render_default(context, wanted.server_default),
        render_default(context, reflected.server_default),
    )
    impl = context.migration_context.impl
    if not impl.compare_server_default(reflected, wanted, rendered, existing):
        return CONTINUE
    _set_default(operation, wanted)
    return STOP


def is_left_to_database(default: Any) -> bool:
    """Whether the models say of a default no more than that there is one, as ``sa.FetchedValue()`` does."""
    return isinstance(default, FetchedValue) and not isinstance(default, DefaultClause | Computed | Identity)


def render_default(context: AutogenContext, default: Any) -> str | None:
    """A server default as SQL text; a plain text is quoted."""
    if default is None or not isinstance(default, DefaultClause):
        return None
    if default.reflected:  # the database's own text, in which a colon is a colon
        arg: Any = default.arg
        return arg if isinstance(arg, str) else str(arg.text)
    if isinstance(default.arg, str):
        return "'" + default.arg.replace("'", "''") + "'"
    return str(context.migration_context.impl.render_ddl_sql_expr(default.arg, is_server_default=True))


def same_sql(context: AutogenContext, ours: Any, theirs: Any, table: Table) -> bool:
    """Whether two expressions over the columns of ``table`` are the same, by their text or to the database.

    A text is SQL, as SQLAlchemy reflects it.
    """
    impl = context.migration_context.impl
    first, second = (
        expression if isinstance(expression, str) else str(impl.render_ddl_sql_expr(expression))
        for expression in (ours, theirs)
    )
    return normal_sql(first) == normal_sql(second) or impl.same_expression(first, second, table) is True


def _set_default(operation: AlterColumnOp, wanted: Column[Any]) -> None:
    operation.modify_server_default = wanted.server_default
    log.info("Detected server default on column '%s.%s'", wanted.table.name, wanted.name)


def _identity_differs(ours: Any, theirs: Any) -> bool:
    if not (isinstance(ours, Identity) and isinstance(theirs, Identity)):
        return True
    if bool(ours.always) != bool(theirs.always):
        return True
    options = ("start", "increment", "minvalue", "maxvalue", "cycle", "cache")
    return any(getattr(ours, o) is not None and getattr(ours, o) != getattr(theirs, o) for o in options)


def _warn_of_computed(context: AutogenContext, reflected: Column[Any], wanted: Column[Any]) -> None:
    ours, theirs = wanted.server_default, reflected.server_default
    both = isinstance(ours, Computed) and isinstance(theirs, Computed)
    if not (both and same_sql(context, ours.sqltext, theirs.sqltext, reflected.table)):  # type: ignore[union-attr]
        warnings.warn(f"Computed default on {wanted.table.name}.{wanted.name} cannot be modified", stacklevel=2)
