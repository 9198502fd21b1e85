"""The project's own code by content: which of its modules are loaded, and a digest of what each says, whatever its
comments, docstrings and formatting."""

from __future__ import annotations

import ast
import hashlib
import os
import sys
from collections.abc import Callable, Iterable, Mapping

from headway.runtime.sites import is_users
from headway.valueclass import valueclass

MISSING = "missing"


@valueclass(frozen=True, slots=True)
class ProjectCode:
    """Where a project's own code lies, and how its paths are shown."""

    roots: tuple[str, ...]
    """Its repository, its script directory, and what it puts on sys.path."""
    shown: Callable[[str], str]

    def loaded(self) -> set[str]:
        """The files of the project's own modules that this process has imported."""
        found = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
        return {os.path.realpath(path) for path in found if isinstance(path, str) and self.owns(path)}

    def owns(self, path: str) -> bool:
        """Whether a file is the project's own."""
        real = os.path.realpath(path)
        return (
            is_users(path)
            and is_users(real)
            and any(real.startswith(root.rstrip(os.sep) + os.sep) for root in self.roots)
        )

    def digests(self, paths: Iterable[str]) -> dict[str, str]:
        """The digest of each file by its shown path."""
        return {self.shown(path): digest_of(path) for path in sorted(set(map(os.path.realpath, paths)))}


def digest_of(path: str) -> str:
    """``python3.11:…`` for what a Python file says, ``bytes:…`` for any other, ``missing``.

    The syntax tree's text differs from one Python to the next, so that the version is part of it.
    """
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError:
        return MISSING
    if path.endswith(".py"):
        try:
            tree = _without_docstrings(ast.parse(content))
        except (SyntaxError, ValueError, RecursionError):
            pass
        else:
            said = ast.dump(tree, annotate_fields=False).encode("utf-8", "surrogatepass")
            return f"python{sys.version_info[0]}.{sys.version_info[1]}:{hashlib.sha256(said).hexdigest()}"
    return f"bytes:{hashlib.sha256(content).hexdigest()}"


def differing(planned: Mapping[str, str], locate: Callable[[str], str]) -> list[str]:
    """The files of a plan, as shown, that no longer say what they said."""
    return [shown for shown, digest in planned.items() if digest_of(locate(shown)) != digest]


def other_python(planned: Iterable[str]) -> str | None:
    """The Python that digests were made with, when it is not this one."""
    here = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    for digest in planned:
        made_with = digest.partition(":")[0]
        if made_with.startswith("python") and made_with != here:
            return made_with.removeprefix("python")
    return None


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                node.body = node.body[1:]
    return tree
