"""A module's text without what it says of tables and models; and the project's modules that other files reach.

So that a column more in a model is no change to whoever only needs the module to be importable. Executes nothing; what
it does not understand stays in.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from headway.reading.modules import ProjectModules

_PLAIN_IMPORTS = {
    *("__future__", "abc", "collections", "datetime", "decimal", "enum", "functools", "json", "re", "sqlalchemy"),
    *("typing", "typing_extensions", "uuid"),
}
"""Packages that do nothing to anybody when they are imported."""

_DOES_SOMETHING = (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr, ast.comprehension)
_PLAIN_DECORATORS = {"property", "staticmethod", "classmethod", "hybrid_property"}
_UNKNOWN_IMPORTS = {"__import__", "eval", "exec", "import_module", "importlib", "modules", "runpy", "target_metadata"}
"""Names by which a file gets at modules, or at the models, without an import that can be read."""


_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError, SystemError)
"""What Python's own parser gives up with; the last where it was interrupted."""


def without_models(text: str) -> str | None:
    """What is left of a module as a text that is the same for the same code; None for one without any, and
    for what cannot be read.

    Left out are tables, the columns, relations and methods of declarative classes, a class that has nothing else, and
    imports of packages that do nothing by themselves.
    """
    if "__tablename__" not in text and "Table(" not in text:
        return None  # nothing to leave out
    try:
        body = ast.parse(text).body
        return ast.dump(ast.Module([left for statement in body for left in _left_of(statement)], []))
    except _UNREADABLE:
        return None


def reached_modules(texts: Iterable[str], modules: ProjectModules) -> set[str] | None:
    """The paths, as ``modules`` shows them, of the project's modules that these texts import, and those that they do.

    None where that cannot be told.
    """
    found: set[str] = set()
    seen: set[str] = set()
    rest: list[tuple[str, str | None]] = [(text, None) for text in texts]
    while rest:
        text, package = rest.pop()
        names = _imported(text, package)
        if names is None:
            return None
        for name in _with_packages(names - seen):
            seen.add(name)
            module = modules.find(name)  # a name of a module's, which is none itself, is not found
            if module is not None and module[0] not in found:
                found.add(module[0])
                rest.append((module[1], module[2]))
    return found


# -- models -----------------------------------------------------------------------------------------------------


def _left_of(statement: ast.stmt) -> Iterator[ast.stmt]:
    match statement:
        case ast.Expr(value=ast.Constant()):
            return
        case ast.Import(names=names) if all(_is_plain(alias.name) for alias in names):
            return
        case ast.ImportFrom(module=str(module), level=0) if _is_plain(module):
            return
        case ast.Assign(targets=[ast.Name()], value=ast.Call(func=function) as call) if _last(function) == "Table":
            if not _says_only(call):
                yield statement
        case ast.ClassDef() if _is_model(statement):
            body = [left for left in statement.body if not _is_of_model(left)]
            if body or statement.keywords or statement.decorator_list:
                yield ast.ClassDef(
                    name=statement.name,
                    bases=statement.bases,
                    keywords=statement.keywords,
                    body=body,
                    decorator_list=statement.decorator_list,
                )
        case _:
            yield statement


def _is_plain(module: str) -> bool:
    return module.partition(".")[0] in _PLAIN_IMPORTS


def _is_model(statement: ast.ClassDef) -> bool:
    return any(
        isinstance(one, ast.Assign) and [_last(target) for target in one.targets] == ["__tablename__"]
        for one in statement.body
    )


def _is_of_model(statement: ast.stmt) -> bool:
    """Whether it only says what the model is; a method runs only for who has the class."""
    match statement:
        case ast.Pass() | ast.Expr(value=ast.Constant()):
            return True
        case ast.AnnAssign(target=ast.Name(), value=value):
            return value is None or _says_only(value)
        case ast.Assign(targets=[ast.Name()], value=value):
            return _says_only(value)
        case ast.FunctionDef(name=name, decorator_list=decorators):
            plain = all(_last(decorator) in _PLAIN_DECORATORS for decorator in decorators)
            return plain and name not in ("__init_subclass__", "__class_getitem__")
    return False


def _says_only(value: ast.expr) -> bool:
    return not any(isinstance(node, _DOES_SOMETHING) for node in ast.walk(value))


def _last(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


# -- imports ----------------------------------------------------------------------------------------------------


def _imported(text: str, package: str | None) -> set[str] | None:
    """The names of every module that a text imports anywhere; None where it may import others."""
    try:
        tree = ast.parse(text)
    except _UNREADABLE:
        return None
    names: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=aliases):
                names |= {alias.name for alias in aliases}
            case ast.ImportFrom(module=module, names=aliases, level=level):
                if level and package is None:
                    return None
                above = (package or "").split(".")
                start = above[: len(above) - level + 1] if level else []
                whole = ".".join([*start, *([module] if module else [])])
                names |= {whole, *(f"{whole}.{alias.name}" for alias in aliases)}
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in _UNKNOWN_IMPORTS:
                return None
            case ast.Constant(value=str(name)) if name in _UNKNOWN_IMPORTS:
                return None
    return None if any(name.partition(".")[0] in _UNKNOWN_IMPORTS for name in names) else names - {""}


def _with_packages(names: Iterable[str]) -> set[str]:
    """To import a module is to import the packages that it lies in."""
    found = set()
    for name in names:
        parts = name.split(".")
        found |= {".".join(parts[: index + 1]) for index in range(len(parts))}
    return found
