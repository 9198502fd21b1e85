"""In which order a file's own code is come to when the revision runs: through the functions that it calls. Reads syntax,
judges nothing."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_OUTSIDE = frozenset({"upgrade", "downgrade"})


def running_order(tree: ast.Module, nodes: Sequence[ast.AST]) -> Mapping[int, int]:
    """The place of each node in the order in which ``upgrade()``, then ``downgrade()`` come to it, by its identity.

    ``nodes`` are those of ``tree``. What is come to without an ``if`` stands before what is not. Each function is entered
    once, where it is called or named first; what nothing comes to has no place. A loop stands where that is read which it
    walks along.
    """
    order = _Order(nodes)
    for name in ("upgrade", "downgrade"):
        for one in tree.body:
            if isinstance(one, _FUNCTIONS) and one.name == name:
                order.start(one)
    return order.found


_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Step = tuple[Callable[[Any], Iterable["_Step"]], Any]
"""What is to be done, and with what; it gives the steps that come in its place."""


class _Order:
    """Steps on a list of its own: how deep functions call each other is for the file to say."""

    def __init__(self, nodes: Sequence[ast.AST]) -> None:
        self.found: dict[int, int] = {}
        self._entered: set[str] = set()
        self._surely = True
        self._functions: dict[str, list[_Function]] = {}
        for node in nodes:
            if isinstance(node, _FUNCTIONS) and node.name not in _OUTSIDE:
                self._functions.setdefault(node.name, []).append(node)

    def start(self, function: _Function) -> None:
        for self._surely in (True, False):
            self._entered.clear()
            todo: list[_Step] = [(self._enter, function)]
            while todo:
                step, what = todo.pop()
                todo += reversed(list(step(what)))

    def _enter(self, function: _Function) -> Iterable[_Step]:
        return self._each(function.body)

    def _enter_named(self, name: str) -> Iterable[_Step]:
        if name in self._entered:
            return ()
        self._entered.add(name)
        return [(self._enter, function) for function in self._functions.get(name, ())]

    def _each(self, nodes: Iterable[ast.AST | None]) -> list[_Step]:
        return [(self._come_to, node) for node in nodes if node is not None]

    def _put(self, node: ast.AST) -> Iterable[_Step]:
        self.found.setdefault(id(node), len(self.found))
        return ()

    def _come_to(self, node: ast.AST) -> Iterable[_Step]:
        """What stands within a node comes before the node itself, in the order in which Python looks at it."""
        itself: _Step = (self._put, node)
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                return ()  # its body runs where it is called
            case ast.If(test=test) | ast.Match(subject=test) if self._surely:
                return [*self._each([test]), itself]
            case ast.Try() | ast.TryStar() if self._surely:
                return [*self._each([*node.body, *node.orelse, *node.finalbody]), itself]
            case ast.For(iter=walked) | ast.AsyncFor(iter=walked):
                return [*self._each([walked]), itself, *self._each([*node.body, *node.orelse])]
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                first, *others = node.generators
                elements = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
                return [*self._each([first.iter]), itself, *self._each([*first.ifs, *others, *elements])]
            case ast.Call(func=ast.Name(id=name) as function):
                called: list[_Step] = [(self._put, function), itself, (self._enter_named, name)]
                return [*self._each([*node.args, *node.keywords]), *called]
            case ast.Call(func=ast.Attribute(value=receiver, attr=name) as function):
                called = [(self._put, function), itself, (self._enter_named, name)]
                return [*self._each([receiver, *node.args, *node.keywords]), *called]
            case ast.Name(id=name, ctx=ast.Load()):
                return [itself, (self._enter_named, name)]
            case ast.Assign(targets=targets, value=value):
                return [*self._each([value, *targets]), itself]
        return [*self._each(ast.iter_child_nodes(node)), itself]
