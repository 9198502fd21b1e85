"""Which functions that a file imports from the project's own modules answer with what the database has, and which read
from it whenever they are called. Reads their text, judges nothing."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from headway.lint.syntax.fetching import is_fetch
from headway.lint.syntax.origins import CATALOGS, OF_INSPECTORS, Origins, called, dotted
from headway.reading.importing import absolute
from headway.reading.syntax import nodes_of, parsed
from headway.valueclass import valueclass

Modules = Mapping[str, tuple[str, str, str]]
"""The text, the package and the path of each module, by its name."""
_Place = tuple[str, int]
Places = Mapping[str, _Place]
"""The path and the line of what functions do, by the names of the functions."""

_Import = ast.Import | ast.ImportFrom
_EXECUTES = frozenset({"execute", "scalar", "scalars", "exec_driver_sql"})
_CAUGHT = frozenset({"Exception", "BaseException", "AttributeError", "NoInspectionAvailable"})
"""What is raised where there is no connection."""


@valueclass(frozen=True, slots=True)
class _Function:
    name: str
    asks: int
    """The line where it asks what the database has, when it returns something; 0 otherwise."""
    reads: int
    """The line where it reads from the database whenever it is called; 0 otherwise."""
    calls: frozenset[str]
    surely: frozenset[str]
    """What it calls whenever it is called."""


@valueclass(frozen=True, slots=True)
class _Module:
    functions: tuple[_Function, ...]
    imports: tuple[_Import, ...]


def imported_askers(nodes: Iterable[ast.AST], package: str, modules: Modules) -> frozenset[str]:
    """The names, with the module's before them where the file writes it so, of the imported functions that ask.

    ``package`` is what relative imports of the file start from.
    """
    return frozenset(_of_imported(nodes, package, modules, lambda one: (one.asks, one.calls)))


def imported_readers(nodes: Iterable[ast.AST], package: str, modules: Modules) -> Places:
    """The imported functions that read from the database whenever they are called, with the place where they do."""
    return _of_imported(nodes, package, modules, lambda one: (one.reads, one.surely))


def asks_alone(source: str, package: str, modules: Modules, name: str) -> bool:
    """Whether a file uses of a module, as its imports write it, only functions that answer with what the database has."""
    nodes = nodes_of(parsed(source))
    bound = {
        alias.asname or alias.name.partition(".")[0]
        for node in nodes
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if (alias.name if isinstance(node, ast.Import) else "." * node.level + (node.module or "")) == name
    }
    askers = imported_askers(nodes, package, modules)
    within: set[int] = set()
    used: set[str] = set()
    for node in nodes:  # those above first
        if isinstance(node, ast.Attribute):
            within.add(id(node.value))
        if isinstance(node, ast.Attribute | ast.Name) and id(node) not in within:
            used.add(dotted(node))
    used = {one for one in used if one.partition(".")[0] in bound}
    return bool(used) and used <= askers


_Told = Callable[[_Function], tuple[int, frozenset[str]]]
"""The line that is looked for in a function, and the names of those that it has it from otherwise."""


def _of_imported(nodes: Iterable[ast.AST], package: str, modules: Modules, told: _Told) -> Places:
    imports = [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)] if modules else []
    return dict(_imported(imports, package, _found_in(_reached(imports, package, modules), modules, told)))


def _reached(imports: Sequence[_Import], package: str, modules: Modules) -> list[str]:
    """The modules that these imports lead to, by way of others too."""
    found: dict[str, None] = {}
    todo = [(imports, package)]
    while todo:
        for name in _named(*todo.pop()):
            if name in modules and name not in found:
                found[name] = None
                text, around, _ = modules[name]
                todo.append((_module_of(text).imports, around))
    return list(found)


def _named(imports: Sequence[_Import], package: str) -> Iterator[str]:
    """The modules that imports may be of: what is imported from one may be a module as well."""
    for node in imports:
        base = absolute(node, package) if isinstance(node, ast.ImportFrom) else ""
        if base:
            yield base
        yield from (f"{base}.{alias.name}" if base else alias.name for alias in node.names)


def _found_in(names: Sequence[str], modules: Modules, told: _Told) -> dict[str, Places]:
    """What is looked for among the names of each module, also those that it imports itself."""
    places: dict[str, Places] = {name: {} for name in names}
    is_new = True
    while is_new:  # modules may import each other, and each round only adds
        is_new = False
        for name in reversed(names):
            text, package, path = modules[name]
            module = _module_of(text)
            found = {**dict(_imported(module.imports, package, places)), **places[name]}
            before = -1
            while len(found) > before:
                before = len(found)
                for function in module.functions:
                    line, calls = told(function)
                    if function.name not in found and (line or calls & found.keys()):
                        found[function.name] = (path, line) if line else found[min(calls & found.keys())]
            if len(found) > len(places[name]):
                places[name], is_new = found, True
    return places


def _imported(
    imports: Iterable[_Import], package: str, places: Mapping[str, Places]
) -> Iterator[tuple[str, tuple[str, int]]]:
    for node in imports:
        base = absolute(node, package) if isinstance(node, ast.ImportFrom) else ""
        given = places.get(base, {})
        for alias in node.names:
            name = alias.asname or alias.name
            if alias.name == "*":
                yield from given.items()
            elif base and alias.name in given:
                yield name, given[alias.name]
            else:
                module = f"{base}.{alias.name}" if base else alias.name
                yield from ((f"{name}.{one}", place) for one, place in places.get(module, {}).items())


@lru_cache(maxsize=256)
def _module_of(text: str) -> _Module:
    """What a module says of this; many revisions import the same."""
    try:
        tree = parsed(text)
        has_connection = "get_bind" in text or "get_context" in text
        # What knows of scripts may do without the database when one is written.
        origins = Origins(nodes_of(tree)) if has_connection and not knows_of_scripts(text) else None
        functions = tuple(_function(one, origins) for one in tree.body if isinstance(one, ast.FunctionDef))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _Module((), ())
    return _Module(functions, tuple(one for one in tree.body if isinstance(one, ast.Import | ast.ImportFrom)))


def knows_of_scripts(text: str) -> bool:
    """Whether a text speaks of what is written instead of run."""
    return "offline" in text or "as_sql" in text


def _function(function: ast.FunctionDef, origins: Origins | None) -> _Function:
    nodes = nodes_of(function)
    answers = any(isinstance(node, ast.Return) and node.value is not None for node in nodes)
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    # What a generator does waits for who walks along it; that of a context manager is begun by ``with``.
    waits = any(isinstance(node, ast.Yield | ast.YieldFrom) for node in nodes) and not _is_for_with(function)
    surely = [] if waits else list(_surely(function.body))
    reads = (getattr(node, "lineno", 0) for node in surely if origins is not None and is_fetch(node, origins))
    return _Function(
        function.name,
        asks=_asks(nodes, calls) if answers else 0,
        reads=next(reads, 0),
        calls=frozenset(dotted(call.func) for call in calls) if answers else frozenset(),
        surely=frozenset(dotted(node.func) for node in surely if isinstance(node, ast.Call)),
    )


def _is_for_with(function: ast.FunctionDef) -> bool:
    return any(dotted(one).rpartition(".")[2] == "contextmanager" for one in function.decorator_list)


def _asks(nodes: Iterable[ast.AST], calls: Sequence[ast.Call]) -> int:
    """The line where the database is asked what it has; 0 where it is not."""
    for call in calls:
        if called(call) in OF_INSPECTORS or (called(call) == "reflect" and isinstance(call.func, ast.Attribute)):
            return call.lineno
    texts = [node.value.lower() for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    if any(catalog in text for text in texts for catalog in CATALOGS):
        return next((call.lineno for call in calls if called(call) in _EXECUTES), 0)
    return 0


def surely_called(tree: ast.Module) -> frozenset[int]:
    """The calls that run whenever ``upgrade()`` or ``downgrade()`` of a file does, by their identity."""
    functions = {one.name: one for one in tree.body if isinstance(one, ast.FunctionDef)}
    todo: list[str] = [name for name in ("upgrade", "downgrade") if name in functions]
    found: set[int] = set()
    for name in todo:  # and those that are found on the way
        for node in _surely(functions[name].body):
            if isinstance(node, ast.Call):
                found.add(id(node))
                inner = dotted(node.func)
                if inner in functions and inner not in todo:
                    todo.append(inner)
    return frozenset(found)


def _surely(statements: Iterable[ast.stmt]) -> Iterator[ast.AST]:
    """The nodes of what runs whenever these statements do, as far as their form tells."""
    for statement in statements:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                continue
            case ast.If(test=test) | ast.While(test=test):
                yield from _run(test)
            case ast.For(iter=walked):
                yield statement  # which stands for the walking
                yield from _run(walked)
            case ast.With(items=items, body=body):
                yield from (node for item in items for node in _run(item.context_expr))
                yield from _surely(body)
            case ast.Try(body=body, handlers=handlers, finalbody=after):
                if not any(map(_catches, handlers)):
                    yield from _surely(body)
                yield from _surely(after)
            case ast.Match(subject=subject):
                yield from _run(subject)
            case _:
                yield from _run(statement)
        if any(isinstance(node, ast.Return | ast.Raise | ast.Continue | ast.Break) for node in nodes_of(statement)):
            return


def _run(node: ast.AST) -> list[ast.AST]:
    return nodes_of(node, (ast.Lambda, ast.IfExp))


def _catches(handler: ast.ExceptHandler) -> bool:
    """Whether it goes on where there is no connection."""
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(type_ is None or dotted(type_).rpartition(".")[2] in _CAUGHT for type_ in types)
