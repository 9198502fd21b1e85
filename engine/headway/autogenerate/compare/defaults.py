"""Server defaults: only compared when ``compare_server_default`` asks for it."""

from __future__ import annotations

import warnings
from typing import Any

from sqlalchemy import Column, Computed, DefaultClause, Identity

from headway.autogenerate.context import AutogenContext
from headway.dialects.compare import normal_sql


def default_differs(context: AutogenContext, reflected: Column[Any], wanted: Column[Any]) -> bool:
    """Whether the defaults differ; a changed generated column only warns, because no database can alter it."""
    ours, theirs = wanted.server_default, reflected.server_default
    if isinstance(ours, Computed) or isinstance(theirs, Computed):
        _warn_of_computed(context, wanted, ours, theirs)
        return False
    option = context.opts.get("compare_server_default", False)
    if not option:
        return False
    if isinstance(ours, Identity) or isinstance(theirs, Identity):
        return _identity_differs(ours, theirs)
    rendered, existing = render_default(context, ours), render_default(context, theirs)
    if callable(option):
        answer = option(context.migration_context, reflected, wanted, existing, ours, rendered)
        if answer is not None:
            return bool(answer)
    impl = context.migration_context.impl
    return bool(impl.compare_server_default(reflected, wanted, rendered, existing))


def render_default(context: AutogenContext, default: Any) -> str | None:
    """A server default as SQL text; a plain text is quoted."""
    if default is None or not isinstance(default, DefaultClause):
        return None
    if isinstance(default.arg, str):
        return default.arg if default.reflected else "'" + default.arg.replace("'", "''") + "'"
    return str(context.migration_context.impl.render_ddl_sql_expr(default.arg, is_server_default=True))


def _identity_differs(ours: Any, theirs: Any) -> bool:
    if not (isinstance(ours, Identity) and isinstance(theirs, Identity)):
        return True
    if bool(ours.always) != bool(theirs.always):
        return True
    options = ("start", "increment", "minvalue", "maxvalue", "cycle", "cache")
    return any(getattr(ours, o) is not None and getattr(ours, o) != getattr(theirs, o) for o in options)


def _warn_of_computed(context: AutogenContext, wanted: Column[Any], ours: Any, theirs: Any) -> None:
    impl = context.migration_context.impl
    texts = [
        normal_sql(str(impl.render_ddl_sql_expr(item.sqltext))) if isinstance(item, Computed) else None
        for item in (ours, theirs)
    ]
    if texts[0] != texts[1]:
        warnings.warn(f"Computed default on {wanted.table.name}.{wanted.name} cannot be modified", stacklevel=2)
