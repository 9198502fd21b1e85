"""Values of Python expressions that can be told without running them; everything else is UNKNOWN."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from headway.effects.model import UNKNOWN

Scope = Mapping[str, object]
"""Names whose value is known, or bound to UNKNOWN where they hide one that is."""


def value_of(node: ast.expr | None, scope: Scope) -> object:
    """The value of ``node``: a constant, a list or tuple of values, or UNKNOWN."""
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return scope.get(name, UNKNOWN)
        case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
            return tuple(value_of(item, scope) for item in items)
        case ast.JoinedStr(values=parts):
            return _joined(parts, scope)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            first, second = value_of(left, scope), value_of(right, scope)
            return first + second if isinstance(first, str) and isinstance(second, str) else UNKNOWN
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return -number
        case ast.Call() as call if _is_text_wrapper(call):
            return value_of(call.args[0], scope)
        case _:
            return UNKNOWN


def text_of(node: ast.expr | None, scope: Scope) -> object:
    """The value of ``node`` when it is a text; UNKNOWN otherwise."""
    value = value_of(node, scope)
    return value if isinstance(value, str) else UNKNOWN


def flag_of(node: ast.expr | None, scope: Scope, default: bool) -> object:
    """The value of ``node`` when it is True or False, ``default`` when it is missing, UNKNOWN otherwise."""
    if node is None:
        return default
    value = value_of(node, scope)
    return value if isinstance(value, bool) else UNKNOWN


def dotted(node: ast.expr) -> str:
    """``a.b.c`` for a chain of attributes; calls in between are written ``()``; empty when it is anything else."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attribute):
            before = dotted(value)
            return f"{before}.{attribute}" if before else ""
        case ast.Call(func=function):
            before = dotted(function)
            return f"{before}()" if before else ""
        case _:
            return ""


def _joined(parts: list[ast.expr], scope: Scope) -> object:
    texts: list[str] = []
    for part in parts:
        inner = part.value if isinstance(part, ast.FormattedValue) else part
        value = value_of(inner, scope)
        if isinstance(part, ast.FormattedValue) and (part.format_spec is not None or part.conversion != -1):
            return UNKNOWN
        if not isinstance(value, str | int):
            return UNKNOWN
        texts.append(str(value))
    return "".join(texts)


# Calls that only mark a text: op.f("name"), sa.text("…"), textwrap.dedent("…"), quoted_name("x", …)
_TEXT_WRAPPERS = frozenset({"f", "text", "dedent", "quoted_name", "literal_column", "DDL", "conv"})


def _is_text_wrapper(call: ast.Call) -> bool:
    return bool(call.args) and dotted(call.func).rpartition(".")[2] in _TEXT_WRAPPERS
