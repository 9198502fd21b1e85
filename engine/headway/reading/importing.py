"""Reads imports, and the text of the project's own modules that a revision uses."""

from __future__ import annotations

import ast
from abc import abstractmethod

from headway.reading.functions import FunctionReader
from headway.reading.imports import is_foreign, special
from headway.reading.values import Imported, Module, Names


class ImportReader(FunctionReader):
    """Follows imports as text."""

    _modules: dict[str, Module | None]
    texts: dict[str, tuple[str, str, str]]
    """The text, the package and the path of each module that was looked into."""
    _looked_up: set[str]
    """What is being looked up: modules may import from each other in a circle."""

    def _import(self, node: ast.Import, scope: Names) -> None:
        for alias in node.names:
            if alias.asname is not None:
                scope.names[alias.asname] = _imported(alias.name)
            else:
                top = alias.name.partition(".")[0]
                scope.names[top] = Imported(top)

    def _import_from(self, node: ast.ImportFrom, scope: Names) -> None:
        base = absolute(node, scope.file.package)
        for alias in node.names:
            name = alias.asname or alias.name
            if alias.name == "*":
                self._star(base, node, scope)
                continue
            scope.names[name] = _imported(f"{base}.{alias.name}")

    def _star(self, base: str, node: ast.ImportFrom, scope: Names) -> None:
        if base in ("alembic.op",):
            self.not_analysed(node, scope, "'from alembic.op import *' hides which names are operations")
            return
        module = self._module(base, node)
        if module is not None:
            scope.names |= {name: value for name, value in module.scope.names.items() if not name.startswith("_")}
        elif base == "alembic":
            scope.names |= {"op": special("alembic.op"), "context": special("alembic.context")}
        elif base.partition(".")[0] == "sqlalchemy":
            scope.names |= {name: Imported(f"sqlalchemy.{name}") for name in _STAR_NAMES}

    def from_library(self, path: str, node: ast.AST, scope: Names) -> object:
        if self.library is None:
            return None
        module = self._module(path, node)
        if module is not None:
            return module
        base, _, name = path.rpartition(".")
        if base and (module := self._module(base, node)) is not None:
            return self.handed_on(module.scope.names.get(name), node, scope)
        return None

    def handed_on(self, value: object, node: ast.AST, scope: Names) -> object:
        """What a module gives under a name; what it only imports itself is looked up where that comes from."""
        if not isinstance(value, Imported) or not is_foreign(value.path) or value.path in self._looked_up:
            return value
        self._looked_up.add(value.path)
        try:
            return self.from_library(value.path, node, scope) or value
        finally:
            self._looked_up.discard(value.path)

    def _module(self, name: str, node: ast.AST) -> Module | None:
        if name in self._modules:
            return self._modules[name]
        self._modules[name] = None  # a module that imports itself finds nothing
        found = None if self.library is None else self.library.find(name)
        if found is None:
            return None
        path, text, package = found
        self.texts[name] = text, package, path
        self.budget.spend(len(text) // 200)
        self._modules[name] = made = self.read_module(name, path, text, package, node)
        return made

    @abstractmethod
    def read_module(self, name: str, path: str, text: str, package: str, node: ast.AST) -> Module | None:
        """Reads a module of the project; what it does when it is imported is taken up at ``node``."""


def _imported(path: str) -> object:
    found = special(path)
    return Imported(path) if found is None else found


def absolute(node: ast.ImportFrom, package: str) -> str:
    """The module that a ``from`` names, dots resolved from ``package``."""
    if not node.level:
        return node.module or ""
    parts = package.split(".") if package else []
    parts = parts[: len(parts) - (node.level - 1)] if node.level > 1 else parts
    return ".".join([*(parts or ["."]), *([node.module] if node.module else [])])


_STAR_NAMES_WORDS = (
    "Column Integer String Text Table MetaData text table column select update insert delete ForeignKey "
    "Boolean DateTime Date Float Numeric BigInteger SmallInteger LargeBinary Unicode UnicodeText Enum Index "
    "UniqueConstraint PrimaryKeyConstraint ForeignKeyConstraint CheckConstraint Sequence func and_ or_ not_ "
    "inspect create_engine types sql orm schema exc JSON Interval Time TIMESTAMP VARCHAR INTEGER BOOLEAN null "
    "true false literal literal_column bindparam cast case exists join"
)
_STAR_NAMES = _STAR_NAMES_WORDS.split()
