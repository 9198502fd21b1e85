"""How a file uses what it imports: as types of columns and nothing else, or otherwise. Reads syntax, judges nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
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
        for type_ in given:
            root: ast.expr = type_
            while isinstance(root, ast.Attribute | ast.Call):
                root = root.func if isinstance(root, ast.Call) else root.value
            if isinstance(root, ast.Name):
                yield root
