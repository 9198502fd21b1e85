"""How a file uses what it imports: as types of columns and nothing else, or otherwise. Reads syntax, judges nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum


class Use(Enum):
    """The most that a file does with what it imports from one module."""

    NOTHING = "nothing"
    TYPES = "types"
    HELPERS = "helpers"
    """It calls what is made for migrations."""
    CODE = "code"


def uses_of(source: str) -> Mapping[str, Use]:
    """By module, as the imports write it; empty where the source is no Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    types = {id(node) for node in _roots_of_types(tree)}
    loaded = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    elsewhere = {node.id for node in loaded if id(node) not in types}
    as_types = {node.id for node in loaded if id(node) in types}
    found: dict[str, Use] = {}
    for module, name, path in _imported(tree):
        if name in elsewhere or path.endswith(".*"):
            use = Use.HELPERS if _HELPERS & set(path.lower().split(".")) else Use.CODE
        else:
            use = Use.TYPES if name in as_types else Use.NOTHING
        found[module] = max(use, found.get(module, Use.NOTHING), key=list(Use).index)
    return found


def unmissed(source: str) -> frozenset[int]:
    """The lines of the imports that stand in a ``try``, or a ``suppress``, which goes on without what they import."""
    if "except" not in source and "suppress" not in source:
        return frozenset()
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Try):
            handler = next((one for one in node.handlers if _takes(one.type)), None)
            if handler is not None and not _fails(handler):
                given = _bound(handler.body)
                found |= {one.lineno for one in _imports_in(node.body) if not given & _bound([one])}
        elif isinstance(node, ast.With) and any(map(_suppresses, node.items)):
            found |= {one.lineno for one in _imports_in(node.body)}
    return frozenset(found)


_TAKES = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}


def _takes(type_: ast.expr | None) -> bool:
    """Whether it takes the error of an import."""
    types = type_.elts if isinstance(type_, ast.Tuple) else [type_]
    return any(one is None or (isinstance(one, ast.Name) and one.id in _TAKES) for one in types)


def _fails(handler: ast.ExceptHandler) -> bool:
    """Whether something in it raises, or ends the program."""
    inside = [inner for statement in handler.body for inner in ast.walk(statement)]
    calls = [inner.func for inner in inside if isinstance(inner, ast.Call)]
    ends = any(getattr(one, "attr", getattr(one, "id", "")) in ("exit", "abort", "_exit") for one in calls)
    return ends or any(isinstance(inner, ast.Raise | ast.Assert) for inner in inside)


def _suppresses(item: ast.withitem) -> bool:
    call = item.context_expr
    if not isinstance(call, ast.Call):
        return False
    return getattr(call.func, "attr", getattr(call.func, "id", "")) == "suppress" and any(map(_takes, call.args))


def _imports_in(statements: list[ast.stmt]) -> Iterator[ast.Import | ast.ImportFrom]:
    """Those that run with the statements: not those of functions that are made there."""
    todo: list[ast.AST] = list(statements)
    for node in todo:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            todo.extend(one for one in ast.iter_child_nodes(node) if isinstance(one, ast.stmt))


def _bound(statements: Sequence[ast.stmt]) -> set[str]:
    """The names that statements give something to: what is imported in the place of another."""
    found: set[str] = set()
    for node in (inner for statement in statements for inner in ast.walk(statement)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return found


_HELPERS = {"migration", "migrations", "alembic"}
"""Parts of dotted names of what revisions share."""


def _imported(tree: ast.AST) -> Iterator[tuple[str, str, str]]:
    """The module as the import writes it, the name that it binds, and the dotted name of what that is."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, alias.asname or alias.name.partition(".")[0], alias.name
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            for alias in node.names:
                yield module, alias.asname or alias.name, f"{module}.{alias.name}"


def _roots_of_types(tree: ast.AST) -> Iterator[ast.Name]:
    """The names that types begin with: ``types`` of ``types.Money(10)``."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        given = [keyword.value for keyword in node.keywords if keyword.arg in ("type_", "existing_type")]
        if name == "Column":
            given += node.args[:2]
        elif name == "column":
            given += node.args[1:2]  # the first is always the name
        for type_ in given:
            root: ast.expr = type_
            while isinstance(root, ast.Attribute | ast.Call):
                root = root.func if isinstance(root, ast.Call) else root.value
            if isinstance(root, ast.Name):
                yield root
