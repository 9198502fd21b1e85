"""The header of an unusual revision file, from its syntax tree. Executes nothing and guesses nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from headway.errors import not_python, not_readable_as_python
from headway.reading.header import NAMES, Dynamic, Header

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.MatchAs, ast.MatchStar, ast.ExceptHandler)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def parse_header(text: str, path: str) -> Header:
    """The header of a source text. Raises ScriptError when it is not Python."""
    try:
        tree = ast.parse(text, filename=path)
    except SyntaxError as error:
        raise not_python(error, path) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise not_readable_as_python(error, path) from error
    try:
        return _Reader(tree).header()
    except RecursionError as error:
        raise not_readable_as_python(error, path) from error


class _Reader:
    """Follows the assignments of one module."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.stores = list(_stores(tree))
        self.values: dict[str, Any] = {}
        self.lines: dict[str, int] = {}
        self.constants: dict[str, Any] = {}
        """Names that are assigned once in the whole module, to a literal."""

    def header(self) -> Header:
        understood: set[int] = set()
        for statement in self.tree.body:
            for target, value in _assignments(statement):
                understood.add(id(target))
                self._assign(target, value)
        for store, name, line in self.stores:
            if name in NAMES and id(store) not in understood:
                self._set(name, Dynamic(line), line)  # inside an if or a loop, imported, or part of a pattern
        return Header(self.values, self.lines, ast.get_docstring(self.tree, clean=False) or "")

    def _assign(self, target: ast.Name, value: ast.expr) -> None:
        literal = self._literal(value)
        if target.id in NAMES:
            self._set(target.id, _header_value(literal, value.lineno), target.lineno)
        elif sum(name == target.id for _, name, _ in self.stores) == 1:
            self.constants[target.id] = literal

    def _set(self, name: str, value: Any, line: int) -> None:
        self.values[name] = value
        self.lines[name] = line

    def _literal(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Name):
            return self.constants.get(node.id, Dynamic(node.lineno))
        if isinstance(node, ast.Tuple | ast.List):
            items = [self._literal(item) for item in node.elts]
            return Dynamic(node.lineno) if any(isinstance(item, Dynamic) for item in items) else tuple(items)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = self._literal(node.left), self._literal(node.right)
            return left + right if isinstance(left, str) and isinstance(right, str) else Dynamic(node.lineno)
        try:
            return ast.literal_eval(node)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            return Dynamic(node.lineno)


def _assignments(statement: ast.stmt) -> Iterator[tuple[ast.Name, ast.expr]]:
    """The names and values of a plain assignment; of ``a, b = 1, 2`` each pair."""
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        targets, value = [statement.target], statement.value
    elif isinstance(statement, ast.Assign):
        targets, value = list(statement.targets), statement.value  # type: ignore[arg-type]  # expr, not its kinds
    else:
        return
    for target in targets:
        if isinstance(target, ast.Name):
            yield target, value
        elif isinstance(target, ast.Tuple | ast.List) and isinstance(value, ast.Tuple | ast.List):
            pairs = list(zip(target.elts, value.elts, strict=False))
            if len(target.elts) == len(value.elts) and all(isinstance(name, ast.Name) for name, _ in pairs):
                yield from ((name, item) for name, item in pairs if isinstance(name, ast.Name))


def _stores(node: ast.AST) -> Iterator[tuple[ast.AST, str, int]]:
    """Everything in the module's own scope that binds a name: the node, the name, its line."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Name) and not isinstance(child.ctx, ast.Load):
            yield child, child.id, child.lineno
        elif isinstance(child, ast.alias):
            yield child, (child.asname or child.name).partition(".")[0], child.lineno
        elif isinstance(child, _NAMED) and child.name:
            yield child, child.name, child.lineno
        if not isinstance(child, _SCOPES + _COMPREHENSIONS):
            yield from _stores(child)


def _header_value(value: Any, line: int) -> Any:
    if value is None or isinstance(value, str | Dynamic):
        return value
    if isinstance(value, set | frozenset):
        value = tuple(sorted(value, key=str))
    if isinstance(value, tuple) and all(isinstance(item, str) for item in value):
        return value
    return Dynamic(line)
