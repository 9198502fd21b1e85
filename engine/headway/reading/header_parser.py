"""The header of an unusual revision file, from its syntax tree. Executes nothing and guesses nothing.

What the names stand for is the reading's to say (:mod:`headway.reading.migration`), which follows constants as text,
also into the project's own modules; a name that is bound where only a run decides stays unknown.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from headway.errors import not_python, not_readable_as_python
from headway.reading.header import NAMES, Dynamic, Header
from headway.reading.migration import FileReader
from headway.reading.modules import Modules
from headway.reading.values import Items, SourceFile

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.MatchAs, ast.MatchStar, ast.ExceptHandler)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_CERTAIN = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Import, ast.ImportFrom)
"""Statements that bind their names whenever the module is executed, and that the reading follows."""


def parse_header(text: str, path: str, modules: Modules | None = None) -> Header:
    """The header of a source text. Raises ScriptError when it is not Python."""
    try:
        tree = ast.parse(text, filename=path)
    except SyntaxError as error:
        raise not_python(error, path) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise not_readable_as_python(error, path) from error
    try:
        return _header(tree, path, modules)
    except RecursionError as error:
        raise not_readable_as_python(error, path) from error


def _header(tree: ast.Module, path: str, modules: Modules | None) -> Header:
    lines: dict[str, int] = {}
    uncertain: dict[str, int] = {}
    for statement in tree.body:
        for name, line in _stores(statement):
            if name in NAMES:
                lines[name] = line
                if not isinstance(statement, _CERTAIN):
                    uncertain.setdefault(name, line)
    read = _values(tree, path, lines, modules)
    values = {name: Dynamic(uncertain[name]) if name in uncertain else value for name, value in read.items()}
    is_computed = any(isinstance(value, Dynamic) for value in values.values())
    return Header(values, lines, ast.get_docstring(tree, clean=False) or "", is_computed)


def _values(tree: ast.Module, path: str, lines: dict[str, int], modules: Modules | None) -> dict[str, Any]:
    """What each name stands for when the module has been executed."""
    library, package = modules() if modules is not None and _imports(tree) else (None, "")
    reader = FileReader(SourceFile(path, (), package), None, library)
    reader.read(tree)
    # A function that says 'global', or a star import, binds names without a line of their own.
    bound = {name: lines.get(name, 1) for name in NAMES if name in lines or name in reader.scope.names}
    found = {name: _header_value(reader.module_name(name, line), line) for name, line in bound.items()}
    return {name: Dynamic(line) for name, line in bound.items()} if reader.gave_up else found


def _imports(tree: ast.Module) -> bool:
    return any(isinstance(node, ast.Import | ast.ImportFrom) for node in tree.body)


def _stores(node: ast.AST) -> Iterator[tuple[str, int]]:
    """What a statement binds in the module's own scope, and where."""
    if isinstance(node, ast.AnnAssign) and node.value is None:
        return  # it only declares a type
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id, node.lineno
    elif isinstance(node, ast.alias):
        yield (node.asname or node.name).partition(".")[0], node.lineno
    elif isinstance(node, _NAMED) and node.name:
        yield node.name, node.lineno
    if not isinstance(node, _SCOPES + _COMPREHENSIONS):
        for child in ast.iter_child_nodes(node):
            yield from _stores(child)


def _header_value(value: object, line: int) -> Any:
    if value is None:
        return None
    if isinstance(value, str):
        return str(value)  # the reading's own kind of text knows where it is written
    if isinstance(value, Items) and not value.more and value.certain is None:
        value = tuple(value.items)
    if isinstance(value, tuple) and all(isinstance(item, str) for item in value):
        return tuple(map(str, value))
    return Dynamic(line)
