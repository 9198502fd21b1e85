"""In which order a file's own code is come to when the revision runs: through the functions that it calls. Reads syntax,
judges nothing."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

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


class _Order:
    def __init__(self, nodes: Sequence[ast.AST]) -> None:
        self.found: dict[int, int] = {}
        self._entered: set[int] = set()
        self._surely = True
        self._functions: dict[str, list[ast.FunctionDef | ast.AsyncFunctionDef]] = {}
        for node in nodes:
            if isinstance(node, _FUNCTIONS) and node.name not in _OUTSIDE:
                self._functions.setdefault(node.name, []).append(node)

    def start(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for self._surely in (True, False):
            self._entered.clear()
            self._enter(function)

    def _enter(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        if id(function) not in self._entered:
            self._entered.add(id(function))
            self._walk(function.body)

    def _walk(self, nodes: Sequence[ast.AST | None]) -> None:
        for node in nodes:
            if node is not None:
                self._come_to(node)

    def _come_to(self, node: ast.AST) -> None:
        """What stands within a node comes before the node itself, in the order in which Python looks at it."""
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                return  # its body runs where it is called
            case ast.If(test=test) | ast.Match(subject=test) if self._surely:
                self._walk([test])
            case ast.Try() | ast.TryStar() if self._surely:
                self._walk([*node.body, *node.orelse, *node.finalbody])
            case ast.For(iter=walked) | ast.AsyncFor(iter=walked):
                self._walk([walked])
                self._put(node)
                self._walk([*node.body, *node.orelse])
                return
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                first, *others = node.generators
                self._walk([first.iter])
                self._put(node)
                elements = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
                self._walk([*first.ifs, *others, *elements])
                return
            case ast.Call(func=ast.Name(id=name) as function):
                self._walk([*node.args, *node.keywords])
                self._put(function)
                self._put(node)
                self._enter_named(name)
                return
            case ast.Call(func=ast.Attribute(value=receiver, attr=name) as function):
                self._walk([receiver, *node.args, *node.keywords])
                self._put(function)
                self._put(node)
                self._enter_named(name)
                return
            case ast.Name(id=name, ctx=ast.Load()):
                self._put(node)
                self._enter_named(name)
                return
            case ast.Assign(targets=targets, value=value):
                self._walk([value, *targets])
            case _:
                self._walk(list(ast.iter_child_nodes(node)))
        self._put(node)

    def _put(self, node: ast.AST) -> None:
        self.found.setdefault(id(node), len(self.found))

    def _enter_named(self, name: str) -> None:
        for function in self._functions.get(name, ()):
            self._enter(function)
