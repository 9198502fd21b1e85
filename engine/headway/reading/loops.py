"""What the body of a loop does to the loop: leaves it, binds names, changes what it walks. Told from syntax alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

_INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def assigned(body: Sequence[ast.stmt]) -> set[str]:
    """The names that it binds."""
    return {node.id for node in _nodes(body) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def returns(body: Sequence[ast.stmt]) -> bool:
    """Whether it may end what the loop stands in."""
    return any(isinstance(node, ast.Return | ast.Raise) for node in _nodes(body))


def breaks(body: Sequence[ast.stmt]) -> bool:
    """Whether a ``break`` in it may end the loop; one of a loop inside ends the inner one."""
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Break):
            return True
        if isinstance(node, ast.For | ast.AsyncFor | ast.While):
            waiting += node.orelse
        elif isinstance(node, ast.stmt | ast.excepthandler | ast.match_case) and not isinstance(node, _INNER):
            waiting += [each for each in ast.iter_child_nodes(node) if not isinstance(each, ast.expr)]
    return False


def changed_while_used(body: Sequence[ast.stmt]) -> set[str]:
    """The names of what one round may change and another one look at, such as a list that is walked and appended to."""
    receivers = {id(node) for node in _nodes(body) for node in _receivers(node)}
    used: set[str] = set()
    changed: set[str] = set()
    for node in _nodes(body):
        if isinstance(node, ast.Name):
            (changed if id(node) in receivers else used).add(node.id)
    return changed & used


def _receivers(node: ast.AST) -> Iterator[ast.AST]:
    """What a node changes in place."""
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=receiver))):
            yield receiver
        case ast.Call(func=ast.Attribute(value=receiver, attr="pop" | "popitem" | "setdefault")):
            yield receiver
        case ast.Subscript(value=receiver, ctx=ast.Store() | ast.Del()):
            yield receiver
        case ast.AugAssign(target=target):
            yield target.value if isinstance(target, ast.Subscript) else target


def _nodes(body: Sequence[ast.stmt]) -> Iterator[ast.AST]:
    for statement in body:
        yield from ast.walk(statement)
