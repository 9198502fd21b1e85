"""Which functions that a file imports from the project's own modules answer with what the database has. Reads their text,
judges nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from headway.lint.origins import CATALOGS, OF_INSPECTORS, called, dotted
from headway.reading.importing import absolute
from headway.reading.syntax import nodes_of, parsed
from headway.valueclass import valueclass

Modules = Mapping[str, tuple[str, str]]
"""The text and the package of each module, by its name."""

_Import = ast.Import | ast.ImportFrom
_EXECUTES = frozenset({"execute", "scalar", "scalars", "exec_driver_sql"})


@valueclass(frozen=True, slots=True)
class _Function:
    name: str
    asks: bool
    calls: frozenset[str]


@valueclass(frozen=True, slots=True)
class _Module:
    functions: tuple[_Function, ...]
    imports: tuple[_Import, ...]


def imported_askers(nodes: Iterable[ast.AST], package: str, modules: Modules) -> frozenset[str]:
    """The names, with the module's before them where the file writes it so, of the imported functions that ask.

    ``package`` is what relative imports of the file start from.
    """
    imports = [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)] if modules else []
    return frozenset(_imported(imports, package, _askers_of(_reached(imports, package, modules), modules)))


def _reached(imports: Sequence[_Import], package: str, modules: Modules) -> list[str]:
    """The modules that these imports lead to, by way of others too."""
    found: dict[str, None] = {}
    todo = [(imports, package)]
    while todo:
        for name in _named(*todo.pop()):
            if name in modules and name not in found:
                found[name] = None
                text, around = modules[name]
                todo.append((_module_of(text).imports, around))
    return list(found)


def _named(imports: Sequence[_Import], package: str) -> Iterator[str]:
    """The modules that imports may be of: what is imported from one may be a module as well."""
    for node in imports:
        base = absolute(node, package) if isinstance(node, ast.ImportFrom) else ""
        if base:
            yield base
        yield from (f"{base}.{alias.name}" if base else alias.name for alias in node.names)


def _askers_of(names: Sequence[str], modules: Modules) -> dict[str, frozenset[str]]:
    """The functions that ask among the names of each module, also those that it imports itself."""
    askers: dict[str, frozenset[str]] = dict.fromkeys(names, frozenset())
    is_new = True
    while is_new:  # modules may import each other, and each round only adds
        is_new = False
        for name in reversed(names):
            text, package = modules[name]
            module = _module_of(text)
            found = {*askers[name], *_imported(module.imports, package, askers)}
            before = -1
            while len(found) > before:
                before = len(found)
                found |= {one.name for one in module.functions if one.asks or one.calls & found}
            if len(found) > len(askers[name]):
                askers[name], is_new = frozenset(found), True
    return askers


def _imported(imports: Iterable[_Import], package: str, askers: Mapping[str, frozenset[str]]) -> Iterator[str]:
    for node in imports:
        base = absolute(node, package) if isinstance(node, ast.ImportFrom) else ""
        given = askers.get(base, frozenset())
        for alias in node.names:
            name = alias.asname or alias.name
            if alias.name == "*":
                yield from given
            elif base and alias.name in given:
                yield name
            else:
                module = f"{base}.{alias.name}" if base else alias.name
                yield from (f"{name}.{one}" for one in askers.get(module, ()))


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
