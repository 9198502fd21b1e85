"""Where a file reads rows or the schema through a connection of the migration. Judges nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from headway.lint.syntax.origins import Origins
from headway.reading.syntax import Nodes

FETCHES = frozenset(
    [
        "fetchall",
        "fetchone",
        "fetchmany",
        "first",
        "one",
        "one_or_none",
        "all",
        "scalar",
        "scalar_one",
        "scalar_one_or_none",
        "scalars",
        "mappings",
        "rowcount",
        "lastrowid",
    ]
)
_QUERY_FETCHES = FETCHES | {"get", "get_one", "count"}
_SESSION_FETCHES = frozenset({"get", "get_one", "scalar", "scalars"})
_TAKES_ALL = frozenset(
    {"list", "tuple", "set", "dict", "sorted", "enumerate", "next", "iter", "any", "all", "sum", "map"}
)
"""Functions of Python that walk over what they are given."""
EXECUTES = frozenset({"execute", "scalar", "scalars"})


MAY_FETCH = (ast.Attribute, ast.For, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Call)
"""The kinds of nodes that may read from the database."""


def is_fetch(node: ast.AST, origins: Origins) -> bool:
    """Whether it reads from the database at this place, and not only says what is to be read."""
    if isinstance(node, ast.Attribute):
        if node.attr not in _QUERY_FETCHES:  # which has those of a result
            return False
        receiver = node.value
        if origins.is_query(receiver):
            return True
        is_of_result = node.attr in FETCHES and origins.is_result(receiver)
        return is_of_result or (node.attr in EXECUTES and origins.is_bind(receiver))
    if isinstance(node, ast.Call):
        return _calls_for_rows(node, origins)
    if isinstance(node, ast.For):
        return _is_walked(node.iter, origins)
    if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        return any(_is_walked(one.iter, origins) for one in node.generators)
    return False


def row_loops(nodes: Nodes, origins: Origins) -> Iterator[ast.For]:
    """Each ``for`` that walks along rows of the database."""
    rows: set[str] = set()
    for node in nodes.of_any(ast.Assign, ast.For) if nodes.of(ast.For) else ():
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if _gives_rows(value, rows, origins):
                rows.add(name)
            case ast.For(iter=walked) if _gives_rows(walked, rows, origins):
                yield node


def _gives_rows(node: ast.expr, rows: set[str], origins: Origins) -> bool:
    """Whether it is rows of the database, or something that walks along them."""
    match node:
        case ast.Name(id=name) if name in rows:
            return True
        case ast.Call(func=ast.Name(id="enumerate" | "list" | "tuple" | "sorted" | "set" | "iter"), args=[inner, *_]):
            return _gives_rows(inner, rows, origins)
        case ast.Call(func=ast.Attribute(value=receiver, attr=attr)) if attr in FETCHES:
            return _gives_rows(receiver, rows, origins)
    return _is_walked(node, origins)


def _is_walked(node: ast.expr, origins: Origins) -> bool:
    return origins.is_result(node) or origins.is_query(node)


def _calls_for_rows(call: ast.Call, origins: Origins) -> bool:
    if origins.is_inspector(call) or origins.reflects(call):
        return True
    match call.func:
        case ast.Name(id=name):
            return name in _TAKES_ALL and any(_is_walked(given, origins) for given in call.args)
        case ast.Attribute(value=receiver, attr=attr):
            return attr in _SESSION_FETCHES and origins.is_session(receiver) and not origins.has_engine
    return False
