"""The tables that the revision file declares or maps classes to itself, so that no later change of the application's models
changes what the file does. Reads syntax, judges nothing."""

from __future__ import annotations

import ast

from headway.lint.syntax.origins import called
from headway.reading.syntax import nodes_of, without_depths


def tables_mapped_in(source: str) -> frozenset[str]:
    """The names of those tables; of a class that is made of something imported nobody can tell."""
    try:
        return _tables(ast.parse(source))
    except RecursionError:
        return _tables(without_depths(ast.parse(source)))


def _tables(tree: ast.Module) -> frozenset[str]:
    constants: dict[str, str] = {}
    bases: set[str] = set()
    """What is made in the file: the base, and every class that has only such classes below it."""
    found: set[str] = set()
    for node in nodes_of(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text))):
                constants[name] = text
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call) if _makes_base(call):
                bases.add(name)
            case ast.Call(args=[ast.Constant(value=str(name)), *_]) if called(node) in ("Table", "table"):
                found.add(name)
    classes = [one for one in nodes_of(tree) if isinstance(one, ast.ClassDef)]
    for class_ in sorted(classes, key=lambda one: one.lineno):
        below = [one.id if isinstance(one, ast.Name) else getattr(one, "attr", "") for one in class_.bases]
        if class_.keywords or not all(one in bases or one in ("DeclarativeBase", "object") for one in below):
            continue
        bases.add(class_.name)
        found |= {name for name in (_table_of(statement, constants) for statement in class_.body) if name}
    return frozenset(found)


def _makes_base(call: ast.Call) -> bool:
    """Whether it makes a declarative base, of nothing that comes from elsewhere."""
    only_names = all(keyword.arg in ("metadata", "name") for keyword in call.keywords)
    return called(call) == "declarative_base" and not call.args and only_names


def _table_of(statement: ast.stmt, constants: dict[str, str]) -> str:
    match statement:
        case ast.Assign(targets=[ast.Name(id="__tablename__")], value=ast.Constant(value=str(name))):
            return name
        case ast.Assign(targets=[ast.Name(id="__tablename__")], value=ast.Name(id=constant)):
            return constants.get(constant, "")
    return ""
