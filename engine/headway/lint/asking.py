"""Which functions that a file imports from the project's own modules answer with what the database has. Reads their text,
judges nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from headway.lint.origins import CATALOGS, OF_INSPECTORS, called, dotted
from headway.reading.importing import absolute
from headway.reading.syntax import nodes_of, parsed
from headway.valueclass import valueclass

Modules = Mapping[str, tuple[str, str]]
"""The text and the package of each module, by its name."""

_EXECUTES = frozenset({"execute", "scalar", "scalars", "exec_driver_sql"})


@valueclass(frozen=True, slots=True)
class _Function:
    name: str
    asks: bool
    calls: frozenset[str]


@valueclass(frozen=True, slots=True)
class _Module:
    functions: tuple[_Function, ...]
    imports: tuple[ast.Import | ast.ImportFrom, ...]


def imported_askers(nodes: Iterable[ast.AST], package: str, modules: Modules) -> frozenset[str]:
    """The names, with the module's before them where the file writes it so, of the imported functions that ask.

    ``package`` is what relative imports of the file start from.
    """
    imports = [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)] if modules else []
    return frozenset(_imported(imports, package, modules, ()))


def _imported(
    imports: Iterable[ast.Import | ast.ImportFrom], package: str, modules: Modules, within: tuple[str, ...]
) -> Iterator[str]:
    for node in imports:
        base = absolute(node, package) if isinstance(node, ast.ImportFrom) else ""
        given = _given_by(base, modules, within)
        for alias in node.names:
            name = alias.asname or alias.name
            if alias.name == "*":
                yield from given
            elif base and alias.name in given:
                yield name
            else:
                module = f"{base}.{alias.name}" if base else alias.name
                yield from (f"{name}.{one}" for one in _given_by(module, modules, within))


def _given_by(name: str, modules: Modules, within: tuple[str, ...]) -> frozenset[str]:
    """The functions that ask among the names of a module, also those that it imports itself."""
    if name in within or name not in modules:
        return frozenset()
    text, package = modules[name]
    module = _module_of(text)
    found = set(_imported(module.imports, package, modules, (*within, name)))
    before = -1
    while len(found) > before:
        before = len(found)
        found |= {one.name for one in module.functions if one.asks or one.calls & found}
    return frozenset(found)


@lru_cache(maxsize=256)
def _module_of(text: str) -> _Module:
    """What a module says of this; many revisions import the same."""
    try:
        body = parsed(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _Module((), ())
    answering = (_function(one) for one in body if isinstance(one, ast.FunctionDef) and _answers(one))
    return _Module(tuple(answering), tuple(one for one in body if isinstance(one, ast.Import | ast.ImportFrom)))


def _answers(function: ast.FunctionDef) -> bool:
    return any(isinstance(node, ast.Return) and node.value is not None for node in nodes_of(function))


def _function(function: ast.FunctionDef) -> _Function:
    nodes = nodes_of(function)
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    texts = [node.value.lower() for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    names = frozenset(map(called, calls))
    asks_catalog = bool(names & _EXECUTES) and any(catalog in text for text in texts for catalog in CATALOGS)
    return _Function(
        function.name, asks_catalog or bool(names & OF_INSPECTORS), frozenset(dotted(call.func) for call in calls)
    )
