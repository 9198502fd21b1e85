"""Types as Python text, with the imports they need."""

from __future__ import annotations

from typing import Any

from sqlalchemy import types as sqltypes
from sqlalchemy.dialects import postgresql

from headway.autogenerate.context import AutogenContext
from headway.autogenerate.render.registry import sqlalchemy_prefix


def render_type(type_: Any, context: AutogenContext) -> str:
    """The expression that makes the type; adds what must be imported to ``context.imports``."""
    if (custom := user_rendering("type", type_, context)) is not False:
        return str(custom)
    own = context.migration_context.impl.render_type(type_, context)
    if own not in (False, None):
        return str(own)
    text = _composed(type_, context) if isinstance(type_, _COMPOSED) else _plain(type_, context)
    for dialect, variant in sorted(getattr(type_, "_variant_mapping", {}).items()):
        text += f".with_variant({render_type(variant, context)}, {dialect!r})"
    return text


def user_rendering(kind: str, object_: Any, context: AutogenContext) -> Any:
    """What env.py's ``render_item`` makes of an object, or False for the usual text."""
    render_item = context.opts.get("render_item")
    return render_item(kind, object_, context) if render_item is not None else False


_COMPOSED = (postgresql.ARRAY, postgresql.HSTORE, postgresql.JSON)


def _composed(type_: Any, context: AutogenContext) -> str:
    """PostgreSQL's ARRAY, JSON, JSONB and HSTORE, which hold types that a repr would not import."""
    context.imports.add("from sqlalchemy.dialects import postgresql")
    start = f"postgresql.{type(type_).__name__}("
    parts: list[str] = []
    if isinstance(type_, postgresql.ARRAY):
        parts.append(render_type(type_.item_type, context))
        if type_.dimensions is not None:
            parts.append(f"dimensions={type_.dimensions!r}")
    elif isinstance(type_, postgresql.HSTORE):
        parts.append(f"text_type={render_type(type_.text_type, context)}")
    else:
        if getattr(type_, "none_as_null", False):
            parts.append("none_as_null=True")
        astext = getattr(type_, "astext_type", None)
        if astext is not None:
            parts.append(f"astext_type={render_type(astext, context)}")
    return start + ", ".join(parts) + ")"


def _plain(type_: Any, context: AutogenContext) -> str:
    module = type(type_).__module__
    written = repr(_without_variants(type_))
    if module.startswith("sqlalchemy.dialects"):
        dialect = module.split(".")[2]
        context.imports.add(f"from sqlalchemy.dialects import {dialect}")
        return f"{dialect}.{written}"
    if module.startswith("sqlalchemy."):
        if isinstance(type_, sqltypes.Enum | sqltypes.Boolean):
            written = _schema_type(type_, written)
        return f"{sqlalchemy_prefix(context)}{written}"
    return f"{context.opts.get('user_module_prefix') or f'{module}.'}{written}"


def _without_variants(type_: Any) -> Any:
    if not getattr(type_, "_variant_mapping", None):
        return type_
    copy = type_.copy()
    copy._variant_mapping = type_._variant_mapping.__class__()
    return copy


def _schema_type(type_: Any, written: str) -> str:
    """An Enum is written with its values, not with the Python class they came from."""
    if not isinstance(type_, sqltypes.Enum):
        return written
    parts = [repr(value) for value in type_.enums]
    if type_.name:
        parts.append(f"name={type_.name!r}")
    for name, usual in (("schema", None), ("native_enum", True), ("create_constraint", False)):
        if (value := getattr(type_, name, usual)) != usual:
            parts.append(f"{name}={value!r}")
    if type_.length and not type_.native_enum and type_.length != max(map(len, type_.enums), default=0):
        parts.append(f"length={type_.length!r}")
    return f"Enum({', '.join(parts)})"
