"""Columns, constraints and defaults as Python text."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Computed,
    DefaultClause,
    FetchedValue,
    ForeignKeyConstraint,
    Identity,
    PrimaryKeyConstraint,
    UniqueConstraint,
)
from sqlalchemy.sql.elements import ClauseElement, TextClause, conv, quoted_name

from headway.autogenerate.context import AutogenContext
from headway.autogenerate.render.registry import prefix, sqlalchemy_prefix
from headway.autogenerate.render.types import render_type, user_rendering
from headway.operations.naming import final_name


def ident(name: Any) -> Any:
    """A plain text for a name, so that its repr is one."""
    return None if name is None else str(name) if isinstance(name, quoted_name | str) else name


def render_name(context: AutogenContext, name: Any) -> str:
    """A constraint's or index's name; ``op.f()`` when a convention made it."""
    if name is None or not isinstance(name, str):
        return "None"
    return f"{prefix(context)}f({str(name)!r})" if isinstance(name, conv) else repr(str(name))


def render_column(column: Column[Any], context: AutogenContext) -> str:
    """``sa.Column(…)``."""
    if (custom := user_rendering("column", column, context)) is not False:
        return str(custom)
    sa = sqlalchemy_prefix(context)
    positional = [repr(ident(column.name)), render_type(column.type, context)]
    keywords: list[str] = []
    if column.server_default is not None:
        rendered = render_default(column.server_default, context)
        if isinstance(column.server_default, Computed | Identity):
            positional.append(rendered)
        else:
            keywords.append(f"server_default={rendered}")
    if column.autoincrement not in ("auto", "ignore_fk"):
        keywords.append(f"autoincrement={column.autoincrement!r}")
    if column.nullable is not None:
        keywords.append(f"nullable={column.nullable!r}")
    if column.system:
        keywords.append("system=True")
    if column.comment:
        keywords.append(f"comment={column.comment!r}")
    return f"{sa}Column({', '.join([*positional, *keywords])})"


def render_default(default: Any, context: AutogenContext) -> str:
    """A server default: a text, ``sa.text()``, ``sa.Computed()``, ``sa.Identity()`` or ``sa.FetchedValue()``."""
    if (custom := user_rendering("server_default", default, context)) is not False:
        return str(custom)
    sa = sqlalchemy_prefix(context)
    if isinstance(default, Computed):
        text = render_sql(default.sqltext, context)
        persisted = "" if default.persisted is None else f"persisted={default.persisted}"
        return f"{sa}Computed({text}, {persisted})"
    if isinstance(default, Identity):
        return f"{sa}Identity({', '.join(_identity_options(default))})"
    if isinstance(default, DefaultClause):
        if isinstance(default.arg, str):
            return repr(default.arg) if not default.reflected else f"{sa}text({default.arg!r})"
        return f"{sa}text({render_sql(default.arg, context, is_server_default=True)})"
    if isinstance(default, FetchedValue):
        return f"{sa}FetchedValue()"
    return repr(default)


def render_sql(expression: Any, context: AutogenContext, *, is_server_default: bool = False) -> str:
    """An expression as the repr of its SQL."""
    if isinstance(expression, str):
        return repr(expression)
    if isinstance(expression, TextClause):
        return repr(re.sub(r"\\:", ":", expression.text))
    impl = context.migration_context.impl
    sql = str(impl.render_ddl_sql_expr(expression, is_server_default=is_server_default))
    return repr(sql.replace("%%", "%"))


def render_index_element(element: Any, context: AutogenContext) -> str:
    """An element of an index: a column's name or ``sa.literal_column()``."""
    if isinstance(element, str):
        return repr(element)
    if isinstance(element, Column):
        return repr(ident(element.name))
    return f"{sqlalchemy_prefix(context)}literal_column({render_sql(element, context)})"


def render_potential(value: Any, context: AutogenContext) -> str:
    """A keyword's value, which may be an SQL expression or hold columns."""
    if isinstance(value, Column):
        return repr(ident(value.name))
    if isinstance(value, ClauseElement):
        return f"{sqlalchemy_prefix(context)}text({render_sql(value, context)})"
    if isinstance(value, list | tuple):
        return f"[{', '.join(render_potential(item, context) for item in value)}]"
    if isinstance(value, dict):
        inner = ", ".join(f"{ident(k)!r}: {render_potential(v, context)}" for k, v in value.items())
        return f"{{{inner}}}"
    return repr(ident(value)) if isinstance(value, str) else repr(value)


def render_constraint(constraint: Any, context: AutogenContext) -> str | None:
    """``sa.…Constraint(…)`` inside a table; None for one that needs no text."""
    renderer = _RENDERERS.get(constraint.__visit_name__)
    if renderer is None:
        return None
    kind, function = renderer
    if (custom := user_rendering(kind, constraint, context)) is not False:
        return None if custom is None else str(custom)
    return function(constraint, context)  # type: ignore[no-any-return]


def timing(constraint: Any) -> list[str]:
    """``deferrable`` and ``initially`` as keywords."""
    return [
        f"{n}={getattr(constraint, n)!r}" for n in ("deferrable", "initially") if getattr(constraint, n) is not None
    ]


def dialect_options(item: Any, context: AutogenContext) -> list[str]:
    """Dialect options as keywords."""
    return [f"{key}={render_potential(value, context)}" for key, value in item.dialect_kwargs.items()]


def _primary_key(constraint: PrimaryKeyConstraint, context: AutogenContext) -> str | None:
    if not constraint.columns:
        return None
    parts = [repr(ident(column.name)) for column in constraint.columns]
    return _call("PrimaryKeyConstraint", parts, constraint, context)


def _unique(constraint: UniqueConstraint, context: AutogenContext) -> str:
    parts = [repr(ident(column.name)) for column in constraint.columns]
    return _call("UniqueConstraint", parts + timing(constraint), constraint, context)


def _check(constraint: CheckConstraint, context: AutogenContext) -> str | None:
    if getattr(constraint, "_type_bound", False):
        return None  # made by the column's type
    return _call("CheckConstraint", [render_sql(constraint.sqltext, context)], constraint, context)


def _foreign_key(constraint: ForeignKeyConstraint, context: AutogenContext) -> str:
    local = ", ".join(repr(ident(column.name)) for column in constraint.columns)
    remote = ", ".join(repr(e._get_colspec()) for e in constraint.elements)
    options = [f"{n}={getattr(constraint, n)!r}" for n in ("onupdate", "ondelete") if getattr(constraint, n)]
    options += timing(constraint)
    if constraint.use_alter:
        options.append("use_alter=True")
    sa = sqlalchemy_prefix(context)
    name = final_name(constraint)
    named = [f"name={render_name(context, name)}"] if name is not None else []
    inside = ", ".join([f"[{local}]", f"[{remote}]", *named, *options, *dialect_options(constraint, context)])
    return f"{sa}ForeignKeyConstraint({inside}, )" if not (named or options) else f"{sa}ForeignKeyConstraint({inside})"


def _call(name: str, parts: list[str], constraint: Any, context: AutogenContext) -> str:
    final = final_name(constraint)
    named = [f"name={render_name(context, final)}"] if final is not None else []
    options = dialect_options(constraint, context)
    return f"{sqlalchemy_prefix(context)}{name}({', '.join([*parts, *named, *options])})"


def _identity_options(identity: Identity) -> list[str]:
    names = (
        "always",
        "on_null",
        "start",
        "increment",
        "minvalue",
        "maxvalue",
        "nominvalue",
        "nomaxvalue",
        "cycle",
        "cache",
        "order",
    )
    values = {name: getattr(identity, name, None) for name in names}
    parts = [f"always={bool(values.pop('always'))!r}"]
    return parts + [f"{name}={value!r}" for name, value in values.items() if value is not None]


_RENDERERS: dict[str, tuple[str, Any]] = {
    "primary_key_constraint": ("primary_key", _primary_key),
    "unique_constraint": ("unique", _unique),
    "check_constraint": ("check", _check),
    "table_or_column_check_constraint": ("check", _check),
    "column_check_constraint": ("check", _check),
    "foreign_key_constraint": ("foreign_key", _foreign_key),
}
