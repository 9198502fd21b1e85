"""Walks through syntax trees that are made for thousands of files: nothing but nodes, each once. Judges nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache, cached_property, lru_cache
from typing import Any, TypeVar

Node = TypeVar("Node", bound=ast.AST)

KEPT = 32_768
"""Of how many nodes is kept what a walk through them tells: modules of a project are read again for each revision."""

_MARKS: tuple[type[ast.AST], ...] = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)
_ENDS = frozenset({ast.Name, ast.Constant, ast.alias})
"""The most frequent kinds of nodes that hold no others."""


@lru_cache(maxsize=256)
def parsed(text: str) -> ast.Module:
    """The syntax of a module that many revisions import; nothing that reads it changes it."""
    return ast.parse(text)


class Nodes(list[ast.AST]):
    """Nodes of one tree in the order of a walk, which also tell those of one kind apart."""

    @cached_property
    def _kinds(self) -> dict[type[ast.AST], list[ast.AST]]:
        kinds: dict[type[ast.AST], list[ast.AST]] = {}
        for node in self:
            kinds.setdefault(node.__class__, []).append(node)
        return kinds

    def of(self, kind: type[Node]) -> list[Node]:
        """The nodes of this kind, which has no kinds below it."""
        return self._kinds.get(kind, [])  # type: ignore[return-value]  # it holds nothing else

    def of_any(self, *kinds: type[ast.AST]) -> list[ast.AST]:
        """The nodes of these kinds."""
        found = self._kinds.keys() & set(kinds)
        if len(found) > 1:
            return [node for node in self if node.__class__ in found]
        return self.of(*found) if found else []


def nodes_of(tree: ast.AST, closed: tuple[type[ast.AST], ...] = ()) -> Nodes:
    """``tree`` and every node below it, those of one level together, without the marks for operators and contexts.

    Below ``tree``, nodes of the types in ``closed`` are left out with what they hold.
    """
    # What ast.walk() does, in a quarter of its time: it was a fifth of lint's.
    kinds = _kinds(closed)
    found = Nodes([tree])
    for node in found:
        if node.__class__ in _ENDS:
            continue
        values = node.__dict__
        for name in node._fields:
            value = values.get(name)
            if value.__class__ is list:
                if value:
                    found += [one for one in value if one.__class__ in kinds]
            elif value.__class__ in kinds:
                found.append(value)
    return found


@cache
def _kinds(closed: tuple[type[ast.AST], ...]) -> frozenset[type[ast.AST]]:
    """The kinds of nodes that a walk goes on to."""
    found: list[type[ast.AST]] = [ast.AST]
    for kind in found:
        found += kind.__subclasses__()
    return frozenset(kind for kind in found if not issubclass(kind, (*_MARKS, *closed)))


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
