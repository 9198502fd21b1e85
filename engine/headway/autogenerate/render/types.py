"""Types as Python text, with the imports they need."""

from __future__ import annotations

import ast
import inspect
from typing import Any

import sqlalchemy
from sqlalchemy import types as sqltypes
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.elements import TextClause
from sqlalchemy.types import TypeDecorator, TypeEngine

from headway.autogenerate.context import AutogenContext
from headway.autogenerate.render.registry import sqlalchemy_prefix


def render_type(type_: Any, context: AutogenContext) -> str:
    """The expression that makes the type; adds what must be imported to ``context.imports``."""
    if (custom := user_rendering("type", type_, context)) is not False:
        return str(custom)
    own = context.migration_context.impl.render_type(type_, context)
    if own not in (False, None):
        return str(own)
    text = _qualified(type_, context)
    for dialect, variant in sorted(getattr(type_, "_variant_mapping", {}).items()):
        text += f".with_variant({render_type(variant, context)}, {dialect!r})"
    return text


def user_rendering(kind: str, object_: Any, context: AutogenContext) -> Any:
    """What env.py's ``render_item`` makes of an object, or False for the usual text."""
    render_item = context.opts.get("render_item")
    return render_item(kind, object_, context) if render_item is not None else False


def _qualified(type_: Any, context: AutogenContext) -> str:
    module = type(type_).__module__
    written = _call(type_, context)
    if module.startswith("sqlalchemy.dialects"):
        dialect = module.split(".")[2]
        context.imports.add(f"from sqlalchemy.dialects import {dialect}")
        return f"{dialect}.{written}"
    if module.startswith("sqlalchemy."):
        place = "" if hasattr(sqlalchemy, type(type_).__name__) else "types."
        return f"{sqlalchemy_prefix(context)}{place}{written}"
    return f"{context.opts.get('user_module_prefix') or f'{module}.'}{written}"


def _call(type_: Any, context: AutogenContext) -> str:
    """The call of the type's class, without what the class is called in."""
    if isinstance(type_, sqltypes.Enum) and type(type_).__module__ == sqltypes.Enum.__module__:
        return _enum(type_)
    if _says_little(type_) and (arguments := _own_arguments(type_, context)) is not None:
        return f"{type(type_).__name__}({', '.join(arguments)})"
    written = repr(_with_written_types(type_, context))
    if isinstance(type_, postgresql.ENUM) and not type_.create_type and "create_type=" not in written:
        return f"{written[:-1]}, create_type=False)"  # SQLAlchemy 2.0 does not say so
    return written


def _enum(type_: sqltypes.Enum) -> str:
    """An Enum is written with its values, not with the Python class they came from."""
    parts = [repr(value) for value in type_.enums]
    if type_.name:
        parts.append(f"name={type_.name!r}")
    for name, usual in (("schema", None), ("native_enum", True), ("create_constraint", False)):
        if (value := getattr(type_, name, usual)) != usual:
            parts.append(f"{name}={value!r}")
    if type_.length and not type_.native_enum and type_.length != max(map(len, type_.enums), default=0):
        parts.append(f"length={type_.length!r}")
    return f"Enum({', '.join(parts)})"


class _Written:
    """In the place of a type that a repr would write without what it is called in."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def _with_written_types(type_: Any, context: AutogenContext) -> Any:
    """A copy whose repr is Python that can run: the types inside it are written as this module writes them."""
    copy = type_.__class__.__new__(type_.__class__)
    copy.__dict__.update(type_.__dict__)
    if isinstance(type_, TypeDecorator):
        copy.__dict__.pop("impl_instance", None)
        copy.impl = _with_written_types(type_.impl, context)
        return copy
    # Some hold the usual inner type in their class: JSONB its ``astext_type``.
    for name in dict.fromkeys([*vars(type_), *inspect.signature(type(type_).__init__).parameters]):
        value = getattr(type_, name, None)
        if isinstance(value, TypeEngine):
            copy.__dict__[name] = _Written(render_type(value, context))
        elif isinstance(value, list | tuple) and any(isinstance(item, TypeEngine) for item in value):
            copy.__dict__[name] = [_Written(render_type(item, context)) for item in value]
    return copy


def _says_little(type_: Any) -> bool:
    """Whether the repr tells nothing of what the type's own constructor takes.

    That of a TypeDecorator has the arguments of the type it wraps, which is right where it hands them on.
    """
    if isinstance(type_, postgresql.DOMAIN):
        return True
    if not isinstance(type_, TypeDecorator) or type(type_).__repr__ is not TypeDecorator.__repr__:
        return False
    kinds = {parameter.kind for parameter in inspect.signature(type(type_).__init__).parameters.values()}
    return inspect.Parameter.VAR_KEYWORD not in kinds


def _own_arguments(type_: Any, context: AutogenContext) -> list[str] | None:
    """What the constructor of the type's class takes, read from attributes of the same names.

    None when one of them must be given and cannot be read.
    """
    arguments: list[str] = []
    for name, parameter in list(inspect.signature(type(type_).__init__).parameters.items())[1:]:
        if parameter.kind is parameter.VAR_KEYWORD:
            continue
        if parameter.kind is parameter.VAR_POSITIONAL:
            arguments += [text for item in getattr(type_, name, ()) if (text := _value(item, context)) is not None]
            continue
        text = _value(vars(type_)[name], context) if name in vars(type_) else None
        if parameter.default is parameter.empty:
            if text is None:
                return None
            arguments.append(text)
        elif text is not None and not _usual(type_, name, parameter.default):
            # A DOMAIN makes a text() of its check in any case.
            arguments.append(f"{name}={vars(type_)[name].text!r}" if name == "check" else f"{name}={text}")
    if isinstance(type_, postgresql.DOMAIN) and type_.schema:
        arguments.append(f"schema={type_.schema!r}")
    return arguments


def _usual(type_: Any, name: str, default: Any) -> bool:
    """Whether an attribute is what it would be without the argument."""
    value = vars(type_)[name]
    if name == "impl":
        return repr(value) == repr(sqltypes.to_instance(type(type_).impl))
    return value is default or repr(value) == repr(default) or (default is None and value is False)


def _value(value: Any, context: AutogenContext) -> str | None:
    """Python for an argument, or None for what no text can say, such as a function."""
    if isinstance(value, TypeEngine):
        return render_type(value, context)
    if isinstance(value, TextClause):
        return f"{sqlalchemy_prefix(context)}text({value.text!r})"
    written = repr(value)
    try:
        ast.parse(written, mode="eval")
    except SyntaxError:
        return None
    return written
