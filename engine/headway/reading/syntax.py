"""Walks through syntax trees that are made for thousands of files: nothing but nodes, each once. Judges nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

KEPT = 32_768
"""Of how many nodes is kept what a walk through them tells: modules of a project are read again for each revision."""

_MARKS: tuple[type[ast.AST], ...] = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)


@lru_cache(maxsize=256)
def parsed(text: str) -> ast.Module:
    """The syntax of a module that many revisions import; nothing that reads it changes it."""
    return ast.parse(text)


def nodes_of(tree: ast.AST, closed: tuple[type[ast.AST], ...] = ()) -> list[ast.AST]:
    """``tree`` and every node below it, those of one level together, without the marks for operators and contexts.

    Below ``tree``, nodes of the types in ``closed`` are left out with what they hold.
    """
    # What ast.walk() does, in half its time: it was a fifth of lint's.
    left_out = (*_MARKS, *closed)
    found = [tree]
    for node in found:
        for value in node.__dict__.values():
            if isinstance(value, list):
                found.extend([one for one in value if isinstance(one, ast.AST) and not isinstance(one, left_out)])
            elif isinstance(value, ast.AST) and not isinstance(value, left_out):
                found.append(value)
    return found


@lru_cache(KEPT)
def names_in(node: ast.AST) -> frozenset[str]:
    """The names that stand in ``node``."""
    return frozenset(found.id for found in nodes_of(node) if isinstance(found, ast.Name))


@lru_cache(KEPT)
def has_call(node: ast.AST) -> bool:
    """Whether something in ``node`` is called."""
    return any(isinstance(found, ast.Call) for found in nodes_of(node))


def statements_in(tree: ast.Module) -> Iterator[ast.stmt]:
    """Every statement of a module, also those within others, in no order to rely on; no expression is looked into."""
    todo: list[ast.AST] = list(tree.body)
    for node in todo:
        if isinstance(node, ast.stmt):
            yield node
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            held = getattr(node, name, None)
            if isinstance(held, list):  # the body of a conditional expression is none
                todo.extend(held)


_DEEP = 120
"""Levels of an expression."""


def without_depths(tree: ast.Module) -> ast.Module:
    """The same tree, changed in place, with None for every expression that lies deeper than Python functions can follow."""
    todo: list[tuple[ast.AST, int]] = [(tree, 0)]
    for node, depth in todo:
        for name, value in ast.iter_fields(node):
            if isinstance(value, list):
                value[:] = [_cut(one, depth) for one in value]
            else:
                setattr(node, name, _cut(value, depth))
            inside = value if isinstance(value, list) else [getattr(node, name)]
            todo += [(one, 0 if isinstance(one, ast.stmt) else depth + 1) for one in inside if isinstance(one, ast.AST)]
    return tree


def _cut(value: Any, depth: int) -> Any:
    is_deep = isinstance(value, ast.expr) and depth >= _DEEP
    return ast.copy_location(ast.Constant(None), value) if is_deep else value
