"""What the body of a loop does to the loop: leaves it, binds names, changes what it walks. Told from syntax alone.

Kept for each statement: one loop is read many times, in helpers that many revisions call.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import lru_cache

from headway.reading.syntax import KEPT, nodes_of

_INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def assigned(body: Sequence[ast.stmt]) -> set[str]:
    """The names that it binds."""
    return set().union(*map(_assigned, body))


@lru_cache(KEPT)
def _assigned(statement: ast.stmt) -> frozenset[str]:
    found = nodes_of(statement)
    return frozenset(node.id for node in found if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))


def returns(body: Sequence[ast.stmt]) -> bool:
    """Whether it may end what the loop stands in."""
    return any(map(_returns, body))


@lru_cache(KEPT)
def _returns(statement: ast.stmt) -> bool:
    return any(isinstance(node, ast.Return | ast.Raise) for node in nodes_of(statement))


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
    each = [_changed_and_used(statement) for statement in body]
    return set().union(*(changed for changed, _ in each)) & set().union(*(used for _, used in each))


@lru_cache(KEPT)
def _changed_and_used(statement: ast.stmt) -> tuple[frozenset[str], frozenset[str]]:
    found = nodes_of(statement)
    receivers = {id(receiver) for node in found for receiver in _receivers(node)}
    names = [node for node in found if isinstance(node, ast.Name)]
    changed = frozenset(node.id for node in names if id(node) in receivers)
    return changed, frozenset(node.id for node in names if id(node) not in receivers)


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
