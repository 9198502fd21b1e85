"""What env.py says of itself as text: which environment variables it reads, and whether it runs on asyncio.

Reads the file's own lines only; nothing is executed, and what it imports is not looked at.
"""

from __future__ import annotations

import ast

_ASYNC_NAMES = {"asyncio", "create_async_engine", "async_engine_from_config", "AsyncEngine"}


def variables_read(source: str) -> tuple[str, ...]:
    """The names in ``os.environ["X"]``, ``os.environ.get("X")`` and ``os.getenv("X")``, in the order of the file."""
    found: dict[str, None] = {}
    for node in ast.walk(_tree(source)):
        name = None
        if isinstance(node, ast.Subscript) and _last_name(node.value) == "environ":
            name = node.slice
        elif isinstance(node, ast.Call) and node.args and _reads_environment(node.func):
            name = node.args[0]
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            found[name.value] = None
    return tuple(found)


def runs_on_asyncio(source: str) -> bool:
    """Whether it names asyncio or SQLAlchemy's asynchronous engines."""
    for node in ast.walk(_tree(source)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
        if _last_name(node) in _ASYNC_NAMES or _ASYNC_NAMES.intersection(names):
            return True
    return False


def _tree(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError):  # whoever executes it says so, with the line
        return ast.Module([], [])


def _reads_environment(function: ast.expr) -> bool:
    if _last_name(function) == "getenv":
        return True
    return isinstance(function, ast.Attribute) and function.attr == "get" and _last_name(function.value) == "environ"


def _last_name(node: ast.AST) -> str | None:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None
