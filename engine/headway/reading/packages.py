"""Which packages a project's files need when they are imported, told from their text; asks nobody what is installed."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator

from headway.reading.modules import ProjectModules

MOST = 2_000
"""Modules of a project that are read."""


def needed_packages(sources: Iterable[str], modules: ProjectModules) -> list[str]:
    """The top-level names of the libraries that these texts import unconditionally, and the project's modules with them.

    What stands in a function, a condition or a ``try`` may never be imported, and is left out. Sorted.
    """
    found: set[str] = set()
    seen: set[str] = set()
    waiting = [(source, "") for source in sources]
    while waiting and len(seen) < MOST:
        source, package = waiting.pop()
        for name in _imported(source, package):
            if name in seen:
                continue
            seen.add(name)
            module = modules.find(name)
            if module is not None:
                waiting.append((module[1], module[2]))
                if "." in name:
                    waiting += [(outer[1], outer[2]) for outer in [modules.find(name.partition(".")[0])] if outer]
            elif modules.find(name.partition(".")[0]) is None:
                found.add(name.partition(".")[0])
    return sorted(found - sys.stdlib_module_names - {"alembic"})


def _imported(source: str, package: str) -> Iterator[str]:
    """The dotted names of the modules that a text imports at its top level; those of a package's names among them."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for statement in body:
        if isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom):
            module = _absolute(statement, package)
            if module:
                yield module
                yield from (f"{module}.{alias.name}" for alias in statement.names if alias.name != "*")


def _absolute(statement: ast.ImportFrom, package: str) -> str:
    """The module that a ``from`` names, dots resolved."""
    if not statement.level:
        return statement.module or ""
    parts = package.split(".") if package else []
    if statement.level > len(parts):
        return ""  # it leads out of the package: no library is meant
    parts = parts[: len(parts) - statement.level + 1]
    return ".".join([*parts, *([statement.module] if statement.module else [])])
