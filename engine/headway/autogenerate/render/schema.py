"""Columns, constraints and defaults as Python text."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Computed,
    Constraint,
    DefaultClause,
    FetchedValue,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    PrimaryKeyConstraint,
    UniqueConstraint,
)
from sqlalchemy.sql.elements import ClauseElement, Label, TextClause, conv, quoted_name

from headway.autogenerate.context import AutogenContext
from headway.autogenerate.render.registry import no_parameters, prefix, sqlalchemy_prefix
from headway.autogenerate.render.types import render_type, user_rendering
from headway.operations.naming import final_name
from headway.operations.schemaobj import referent


def render_ident(context: AutogenContext, name: Any) -> str:
    """A name; with ``sa.quoted_name()`` when the models say whether it is quoted.

    One in capitals that is not to be quoted is another one in the database, and compared as if it were quoted.
    """
    if isinstance(name, quoted_name) and (name.quote or (name.quote is False and name == str(name).lower())):
        return f"{sqlalchemy_prefix(context)}quoted_name({str(name)!r}, quote={name.quote!r})"
    return repr(str(name)) if isinstance(name, str) else repr(name)


def render_name(context: AutogenContext, name: Any) -> str:
    """A constraint's or index's name; ``op.f()`` when a convention made it."""
    if name is None or not isinstance(name, str):
        return "None"
    return f"{prefix(context)}f({str(name)!r})" if isinstance(name, conv) else repr(str(name))


def render_column(
    column: Column[Any],
    context: AutogenContext,
    *,
    flags: tuple[str, ...] = (),
    inside: Sequence[Constraint] = (),
    type_: Any = None,
) -> str | None:
    """``sa.Column(…)``, or None when env.py leaves it out.

    ``flags`` (unique, index …) are those that no other text says, ``inside`` are CHECKs to be written into the column,
    ``type_`` stands for its own.
    Foreign keys of a column that belongs to no table are written.
    """
    if (custom := user_rendering("column", column, context)) is not False:
        return None if custom is None else str(custom)
    positional = [render_ident(context, column.name), render_type(column.type if type_ is None else type_, context)]
    keywords: list[str] = []
    if column.server_default is not None:
        rendered = render_default(column.server_default, context)
        if rendered is not None and isinstance(column.server_default, Computed | Identity):
            positional.append(rendered)
        elif rendered is not None:
            keywords.append(f"server_default={rendered}")
    positional += [text for item in inside if (text := render_constraint(item, context)) is not None]
    positional += sorted(_reference(key, context) for key in column.foreign_keys if key.constraint is None)
    keywords += [f"{flag}=True" for flag in flags if getattr(column, flag)]
    if column.autoincrement not in ("auto", "ignore_fk"):
        keywords.append(f"autoincrement={column.autoincrement!r}")
    if column.nullable is not None:
        keywords.append(f"nullable={column.nullable!r}")
    if column.system:
        keywords.append("system=True")
    if column.comment is not None:
        keywords.append(f"comment={column.comment!r}")
    arguments = [*positional, *keywords, *dialect_options(column, context)]
    return f"{sqlalchemy_prefix(context)}Column({', '.join(arguments)})"


def checks_of(column: Column[Any]) -> list[CheckConstraint]:
    """The CHECKs that were written into the column; no table lists them."""
    return sorted((item for item in column.constraints if isinstance(item, CheckConstraint)), key=creation_order)


def creation_order(constraint: Constraint) -> int:
    """A key to sort by."""
    return int(constraint._creation_order)


def _reference(key: ForeignKey, context: AutogenContext) -> str:
    """``sa.ForeignKey(…)`` of a column that belongs to no table yet."""
    options = [f"name={render_name(context, key.name)}"] if key.name is not None else []
    options += _key_options(key) + dialect_options(key, context)
    return f"{sqlalchemy_prefix(context)}ForeignKey({', '.join([repr(key._get_colspec()), *options])})"


def render_default(default: Any, context: AutogenContext) -> str | None:
    """A server default: a text, ``sa.text()``, ``sa.Computed()``, ``sa.Identity()`` or ``sa.FetchedValue()``.

    None when env.py leaves it out.
    """
    if (custom := user_rendering("server_default", default, context)) is not False:
        return None if custom is None else str(custom)
    sa = sqlalchemy_prefix(context)
    if isinstance(default, Computed):
        text = render_sql(default.sqltext, context)
        persisted = "" if default.persisted is None else f"persisted={default.persisted}"
        return f"{sa}Computed({text}, {persisted})"
    if isinstance(default, Identity):
        return f"{sa}Identity({', '.join([*_identity_options(default), *dialect_options(default, context)])})"
    if isinstance(default, DefaultClause):
        if default.reflected:  # the database knows of no parameters
            arg: Any = default.arg
            return f"{sa}text({no_parameters(arg if isinstance(arg, str) else arg.text)!r})"
        if isinstance(default.arg, str):
            return repr(default.arg)
        return f"{sa}text({render_sql(default.arg, context, is_server_default=True)})"
    if isinstance(default, FetchedValue):
        return f"{sa}FetchedValue()"
    return repr(default)


def render_sql(expression: Any, context: AutogenContext, *, is_server_default: bool = False) -> str:
    """An expression as the repr of its SQL, for an argument that is read as ``sa.text()`` is."""
    if isinstance(expression, str):
        return repr(expression)
    if isinstance(expression, TextClause):
        return repr(expression.text)
    return repr(no_parameters(_sql(expression, context, is_server_default=is_server_default)))


def _sql(expression: Any, context: AutogenContext, **kw: Any) -> str:
    impl = context.migration_context.impl
    return str(impl.render_ddl_sql_expr(expression, **kw))


def render_index_element(element: Any, context: AutogenContext) -> str:
    """An element of an index: a column's name or ``sa.literal_column()``, with the label that options know it by."""
    if isinstance(element, str):
        return repr(element)
    if isinstance(element, Column):
        return render_ident(context, element.name)
    label = f".label({str(element.name)!r})" if isinstance(element, Label) else ""
    inner = element.element if isinstance(element, Label) else element
    return f"{sqlalchemy_prefix(context)}literal_column({_sql(inner, context, is_index=True)!r}){label}"


def render_potential(value: Any, context: AutogenContext) -> str:
    """A keyword's value, which may be an SQL expression or hold columns."""
    if isinstance(value, Column):
        return render_ident(context, value.name)
    if isinstance(value, ClauseElement):
        return f"{sqlalchemy_prefix(context)}text({render_sql(value, context)})"
    if isinstance(value, list | tuple):
        return f"[{', '.join(render_potential(item, context) for item in value)}]"
    if isinstance(value, dict):
        inner = ", ".join(f"{render_ident(context, k)}: {render_potential(v, context)}" for k, v in value.items())
        return f"{{{inner}}}"
    return render_ident(context, value) if isinstance(value, str) else repr(value)


def render_constraint(constraint: Any, context: AutogenContext) -> str | None:
    """``sa.…Constraint(…)`` inside a table or column; None for one that needs no text.

    One that nothing here can write is marked, so that the migration cannot run without it.
    """
    if getattr(constraint, "_type_bound", False):
        return None  # made by the column's type
    kind, function = _RENDERERS.get(constraint.__visit_name__, ("", _unknown))
    if kind and (custom := user_rendering(kind, constraint, context)) is not False:
        return None if custom is None else str(custom)
    return function(constraint, context)


def timing(constraint: Any) -> list[str]:
    """``deferrable`` and ``initially`` as keywords."""
    return [
        f"{n}={getattr(constraint, n)!r}" for n in ("deferrable", "initially") if getattr(constraint, n) is not None
    ]


def dialect_options(item: Any, context: AutogenContext) -> list[str]:
    """Dialect options as keywords."""
    options = getattr(item, "dialect_kwargs", {})  # SQLAlchemy 2.0 has none for Identity
    return [f"{key}={render_potential(value, context)}" for key, value in options.items()]


def _primary_key(constraint: PrimaryKeyConstraint, context: AutogenContext) -> str | None:
    if not constraint.columns:
        return None
    parts = [render_ident(context, column.name) for column in constraint.columns]
    return _call("PrimaryKeyConstraint", parts + timing(constraint), constraint, context)


def _unique(constraint: UniqueConstraint, context: AutogenContext) -> str:
    parts = [render_ident(context, column.name) for column in constraint.columns]
    return _call("UniqueConstraint", parts + timing(constraint), constraint, context)


def _check(constraint: CheckConstraint, context: AutogenContext) -> str:
    return _call("CheckConstraint", [render_sql(constraint.sqltext, context), *timing(constraint)], constraint, context)


def _foreign_key(constraint: ForeignKeyConstraint, context: AutogenContext) -> str:
    local = ", ".join(render_ident(context, column.name) for column in constraint.columns)
    remote = ", ".join(repr(_spelled(*referent(element))) for element in constraint.elements)
    options = _key_options(constraint)
    sa = sqlalchemy_prefix(context)
    name = final_name(constraint)
    named = [f"name={render_name(context, name)}"] if name is not None else []
    inside = ", ".join([f"[{local}]", f"[{remote}]", *named, *options, *dialect_options(constraint, context)])
    return f"{sa}ForeignKeyConstraint({inside}, )" if not (named or options) else f"{sa}ForeignKeyConstraint({inside})"


def _key_options(key: ForeignKey | ForeignKeyConstraint) -> list[str]:
    options = [f"{n}={getattr(key, n)!r}" for n in ("onupdate", "ondelete") if getattr(key, n)]
    options += [f"{n}={getattr(key, n)!r}" for n in ("initially", "deferrable") if getattr(key, n) is not None]
    return options + [f"{n}={getattr(key, n)!r}" for n in ("use_alter", "match") if getattr(key, n)]


def _spelled(schema: str | None, table: str, column: str) -> str:
    return ".".join([*([schema] if schema else []), table, column])


def _exclude(constraint: Any, context: AutogenContext) -> str:
    context.imports.add("from sqlalchemy.dialects import postgresql")
    parts = [*exclude_elements(constraint, context), *exclude_options(constraint, context)]
    if (name := final_name(constraint)) is not None:
        parts.append(f"name={render_name(context, name)}")
    return f"postgresql.ExcludeConstraint({', '.join(parts)})"


def exclude_elements(constraint: Any, context: AutogenContext) -> list[str]:
    """The ``(column or expression, operator)`` pairs of an exclude constraint."""
    sa = sqlalchemy_prefix(context)
    return [
        f"({f'{sa}column({str(name)!r})' if name is not None else f'{sa}text({render_sql(element, context)})'}, {by!r})"
        for element, name, by in constraint._render_exprs
    ]


def exclude_options(constraint: Any, context: AutogenContext) -> list[str]:
    """Everything else of it, as keywords."""
    options = []
    if constraint.where is not None:
        options.append(f"where={sqlalchemy_prefix(context)}text({render_sql(constraint.where, context)})")
    options += timing(constraint)
    options.append(f"using={constraint.using!r}")
    return options + ([f"ops={constraint.ops!r}"] if constraint.ops else [])


def _unknown(constraint: Any, context: AutogenContext) -> str:
    said = repr(constraint).replace("\n", " ")
    warnings.warn(f"No renderer is established for object {said}", stacklevel=2)
    return f"[Unknown Python object {said}]"


def _call(name: str, parts: list[str], constraint: Any, context: AutogenContext) -> str:
    final = final_name(constraint)
    named = [f"name={render_name(context, final)}"] if final is not None else []
    options = dialect_options(constraint, context)
    return f"{sqlalchemy_prefix(context)}{name}({', '.join([*parts, *named, *options])})"


def _identity_options(identity: Identity) -> list[str]:
    names = _IDENTITY_OPTIONS if hasattr(identity, "dialect_kwargs") else (*_IDENTITY_OPTIONS, "on_null", "order")
    values = {name: getattr(identity, name, None) for name in names}
    return [
        f"always={identity.always!r}",
        *(f"{name}={value!r}" for name, value in values.items() if value is not None),
    ]


_IDENTITY_OPTIONS = ("start", "increment", "minvalue", "maxvalue", "nominvalue", "nomaxvalue", "cycle", "cache")

_RENDERERS: dict[str, tuple[str, Callable[[Any, AutogenContext], str | None]]] = {
    "primary_key_constraint": ("primary_key", _primary_key),
    "unique_constraint": ("unique", _unique),
    "check_constraint": ("check", _check),
    "table_or_column_check_constraint": ("check", _check),
    "column_check_constraint": ("check", _check),
    "foreign_key_constraint": ("foreign_key", _foreign_key),
    "exclude_constraint": ("exclude", _exclude),
}
