"""How a revision file is written, which its effects do not tell: found in one walk of its syntax. Judges nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from headway.effects.model import Span
from headway.lint.syntax.asking import (
    Modules,
    Places,
    imported_askers,
    imported_readers,
    knows_of_scripts,
    surely_called,
)
from headway.lint.syntax.branching import Branching, branching_of
from headway.lint.syntax.fetching import EXECUTES, FETCHES, MAY_FETCH, is_fetch, row_loops
from headway.lint.syntax.miscalled import miscalls_of
from headway.lint.syntax.origins import OF_INSPECTORS, Origins, called, dotted, is_name_of
from headway.lint.syntax.running import running_order
from headway.pattern import pattern
from headway.reading.syntax import Nodes, nodes_of, without_depths
from headway.valueclass import valueclass

_BROAD = frozenset(
    [
        "Exception",
        "BaseException",
        "SQLAlchemyError",
        "DBAPIError",
        "DatabaseError",
        "OperationalError",
        "ProgrammingError",
        "InternalError",
        "IntegrityError",
        "NotSupportedError",
        "InterfaceError",
    ]
)
_FORGIVING = frozenset(
    ["Exception", "BaseException", "SQLAlchemyError", "DBAPIError", "DatabaseError", "IntegrityError"]
)
_LOGS = frozenset({"debug", "info", "warning", "warn", "error"})
_TELLING = pattern(r"log|^warnings$", re.I)
"""What logs or warns when one of those is called on it."""
_SHORT = 7
"""Texts of so few characters nobody asks about."""
_QUOTING = frozenset({"int", "len", "float", "bool", "literal_column", "quote", "quote_identifier", "quoted_name"})


@valueclass(frozen=True, slots=True)
class Region:
    """A statement and the lines of what it holds."""

    span: Span
    first: int
    last: int
    end: int
    """The last line of the whole statement: of a ``try`` with what handles its errors."""

    def holds(self, span: Span) -> bool:
        """Whether a place of the same file lies in it."""
        return span.path == self.span.path and self.first <= span.line <= self.last


@valueclass(frozen=True, slots=True)
class Fetch:
    """A place where rows or the schema are read through a connection."""

    span: Span
    helper: str = ""
    """The function of another module that is called there and reads; empty where the file reads itself."""
    path: str = ""
    line: int = 0
    """Where the helper reads."""


@valueclass(frozen=True, slots=True)
class Literal:
    """A text of the file that is no docstring."""

    span: Span
    text: str


@valueclass(frozen=True, slots=True)
class Written:
    """What rules about the writing ask."""

    docstring: Literal | None
    functions: tuple[Region, ...]
    """Every function and lambda; what lies in none of them runs when the file is imported."""
    swallows: tuple[Region, ...]
    """The bodies of ``try`` and ``suppress`` whose errors of the database go no further."""
    forgives: tuple[Region, ...]
    """Those of them that take the error of rows which break a constraint."""
    branching: Branching
    """What the database decides."""
    plain_executes: tuple[Span, ...]
    """Calls that give a connection or session a plain text."""
    fetches: tuple[Fetch, ...]
    """In the order in which ``upgrade()`` and then ``downgrade()`` come to them; what none is seen to come to is last."""
    withs: tuple[Region, ...]
    """The bodies of ``with``."""
    row_loops: tuple[Region, ...]
    """The bodies of ``for`` that walk along rows of the database."""
    asks_offline: bool
    """Whether the file asks if a script is written instead."""
    built: tuple[tuple[Span, str], ...]
    """Statements about rows that are put together with values read at run time, and what is put in."""
    sessions: tuple[Span, ...]
    """Where an ORM session is made."""
    flushes: tuple[Span, ...]
    """Where an ORM session is told to write what it holds."""
    directives: frozenset[tuple[int, int]]
    """Line and column of the calls on ``op`` itself, and so not on a batch."""
    miscalls: tuple[tuple[Span, str, str, str], ...]
    """The calls of directives that cannot run, with the directive, why, and what it takes instead."""
    calls: tuple[Region, ...]
    """Every statement that is a call."""
    literals: tuple[Literal, ...]
    idle: frozenset[str]
    """Which of ``upgrade()`` and ``downgrade()`` only ask, name, print and return, so that they do nothing but what their
    effects say; ``downgrade()`` may raise as well."""
    ways_back: tuple[Region, ...]
    """``downgrade()``, and the functions of the file that it alone comes to."""

    def is_way_back(self, span: Span) -> bool:
        """Whether a place runs only when the revision is taken back."""
        return any(region.holds(span) for region in self.ways_back)

    def call_around(self, span: Span) -> Region | None:
        """The call that a place lies in."""
        return next((call for call in self.calls if call.holds(span)), None)


def written(
    path: str, source: str, tree: ast.Module, package: str = "", modules: Modules = MappingProxyType({})
) -> Written:
    """What is written in the file ``source``, whose spans are named ``path`` and whose syntax is ``tree``.

    ``modules`` are those of the project that it uses, ``package`` is what its relative imports start from. What lies too deep
    in an expression is left out; what cannot be followed of it the reader of the migration says.
    """
    try:
        return _written(path, source, tree, package, modules)
    except RecursionError:
        return _written(path, source, without_depths(tree), package, modules)


@lru_cache(maxsize=64)
def written_module(
    path: str, source: str, package: str, modules: tuple[tuple[str, tuple[str, str, str]], ...]
) -> Written | None:
    """The same of a module that many revisions use; None where it is no Python."""
    try:
        return written(path, source, ast.parse(source), package, dict(modules))
    except (SyntaxError, ValueError, MemoryError):
        return None


def _written(path: str, source: str, tree: ast.Module, package: str, modules: Modules) -> Written:
    nodes = nodes_of(tree)
    origins = Origins(nodes, imported_askers(nodes, package, modules))
    docstrings = set(map(id, _docstrings(nodes)))
    calls = nodes.of(ast.Call)
    first = next(_docstrings(Nodes([tree])), None)
    ops = frozenset(_names_of_op(nodes))
    return Written(
        docstring=None if first is None else Literal(_span(path, first), str(first.value)),
        functions=tuple(
            _region(path, node, [node]) for node in nodes.of_any(ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
        ),
        swallows=tuple(_swallows(path, nodes, _BROAD)),
        forgives=tuple(_swallows(path, nodes, _FORGIVING)),
        branching=branching_of(nodes, origins),
        plain_executes=tuple(_span(path, call) for call in calls if _is_plain_execute(call, origins)),
        fetches=tuple(_fetches(path, tree, nodes, origins, imported_readers(nodes, package, modules))),
        withs=tuple(_region(path, node, node.body) for node in nodes.of_any(ast.With, ast.AsyncWith)),  # type: ignore[attr-defined]  # both have it
        row_loops=tuple(_region(path, loop, loop.body) for loop in row_loops(nodes, origins)),
        asks_offline=knows_of_scripts(source),
        built=tuple((_span(path, call), what) for call in calls if (what := _put_into(call, origins))),
        sessions=tuple(_span(path, call) for call in calls if origins.is_session(call)),
        flushes=tuple(_span(path, call) for call in calls if _is_flush(call, origins)),
        directives=frozenset((call.lineno, call.col_offset + 1) for call in calls if _is_directive(call, ops)),
        miscalls=tuple((_span(path, one.node), one.directive, one.why, one.instead) for one in miscalls_of(nodes, ops)),
        calls=tuple(_region(path, node, [node]) for node in nodes.of(ast.Expr) if isinstance(node.value, ast.Call)),
        literals=tuple(_literals(path, nodes, docstrings)),
        idle=frozenset(name for name in ("upgrade", "downgrade") if _is_idle(name, _functions_of(tree))),
        ways_back=tuple(_region(path, node, [node]) for node in _only_back(tree, nodes)),
    )


def _span(path: str, node: ast.AST) -> Span:
    line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
    return Span(path, line, column + 1, getattr(node, "end_lineno", line) or line, (node.end_col_offset or 0) + 1)  # type: ignore[attr-defined]  # every node with a line has it


def _region(path: str, node: ast.AST, held: Sequence[ast.AST]) -> Region:
    first, last = getattr(held[0], "lineno", 1), max(getattr(one, "end_lineno", 1) for one in held)
    line = getattr(node, "lineno", 1)
    end = getattr(node, "end_lineno", line) or line
    return Region(Span(path, line, getattr(node, "col_offset", 0) + 1, line), first, last, end)


_Functions = Mapping[str, ast.FunctionDef | ast.AsyncFunctionDef]


def _functions_of(tree: ast.Module) -> _Functions:
    return {one.name: one for one in tree.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}


def _is_idle(name: str, functions: _Functions) -> bool:
    """Whether there is such a function in the file, and no statement of it or of those that it calls does anything."""
    todo = [name]
    for asked in todo:  # and those that are found on the way
        if asked not in functions:
            return False
        for statement in functions[asked].body:
            calls = _calls_alone(statement, may_raise=name == "downgrade")
            if calls is None:
                return False
            todo += [one for one in calls if one not in todo]
    return True


def _calls_alone(statement: ast.stmt, *, may_raise: bool) -> list[str] | None:
    """The functions that a statement calls when it does nothing else; None when it does something."""
    calls: list[str] = []
    todo = [statement]
    for inner in todo:
        match inner:
            case ast.Pass() | ast.Return(value=None) | ast.Import() | ast.ImportFrom():
                continue
            case ast.Raise() if may_raise:
                continue
            case ast.Return() | ast.Assign(targets=[ast.Name()]) | ast.AnnAssign(target=ast.Name()):
                made = [one.func for one in nodes_of(inner) if isinstance(one, ast.Call)]
                calls += [
                    function.id for function in made if isinstance(function, ast.Name) and function.id not in _LOOKING
                ]
                if not all(isinstance(one, ast.Name) or getattr(one, "attr", "") in _LOOKING for one in made):
                    return None
            case ast.FunctionDef() | ast.ClassDef() | ast.Break() | ast.Continue() | ast.Expr(value=ast.Constant()):
                continue
            case ast.Expr(value=ast.Call(func=ast.Name(id="print"))):
                continue
            case ast.Expr(value=ast.Call(func=ast.Name(id=name))):
                calls.append(name)
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=receiver, attr=attr))) if attr in _LOGS:
                if not _TELLING.search(ast.unparse(receiver)):
                    return None
            case ast.If(body=body, orelse=orelse) | ast.For(body=body, orelse=orelse):
                todo += [*body, *orelse]
            case _:
                return None
    return calls


_LOOKING = frozenset(
    [
        *OF_INSPECTORS,
        *FETCHES,
        *EXECUTES,
        *("get_bind", "get_context", "inspect", "table", "column", "Table", "Column", "MetaData"),
        *("text", "select", "select_from", "where", "order_by", "len", "bool", "list", "set", "sorted", "format"),
    ]
)
"""What only makes a value or asks the database: that nothing of it changes that is told by the effects."""


def _only_back(tree: ast.Module, nodes: Nodes) -> list[ast.stmt]:
    """The functions of the module that ``downgrade()`` comes to, and nothing else does."""
    functions = _functions_of(tree)
    if not any(node.id in functions for node in nodes.of(ast.Name)):
        return [functions["downgrade"]] if "downgrade" in functions else []
    others = [one for one in tree.body if one is not functions.get(getattr(one, "name", ""))]
    first = [one for one in (functions.get("upgrade"), *others) if one is not None]
    ahead = _reached(first, functions)
    back = _reached([functions["downgrade"]] if "downgrade" in functions else [], functions)
    return [functions[name] for name in back if name not in ahead]


def _reached(first: Sequence[ast.stmt], functions: _Functions) -> list[str]:
    """The names of the functions that these statements are or name, and of those that they name in turn."""
    found = [name for name, one in functions.items() if any(one is other for other in first)]
    todo = list(first)
    for statement in todo:
        for node in nodes_of(statement):
            if isinstance(node, ast.Name) and node.id in functions and node.id not in found:
                found.append(node.id)
                todo.append(functions[node.id])
    return found


def _docstrings(nodes: Nodes) -> Iterator[ast.Constant]:
    for node in nodes.of_any(ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef):
        match node.body:  # type: ignore[attr-defined]  # they have one
            case [ast.Expr(value=ast.Constant(value=str()) as text), *_]:
                yield text


def _literals(path: str, nodes: Nodes, docstrings: set[int]) -> Iterator[Literal]:
    inside = {id(part) for node in nodes.of(ast.JoinedStr) for part in node.values}
    for node in nodes.of_any(ast.JoinedStr, ast.Constant):
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
            yield Literal(_span(path, node), text)
        else:
            match node:
                case ast.Constant(value=str(text)) if len(text) > _SHORT:
                    if id(node) not in docstrings and id(node) not in inside:
                        yield Literal(_span(path, node), text)


def _names_of_op(nodes: Nodes) -> Iterator[str]:
    """What the file calls ``alembic.op``, and the directives that it imports from there."""
    for node in nodes.of(ast.ImportFrom):
        if node.module in ("alembic", "alembic.op"):
            names = node.names if node.module == "alembic.op" else [n for n in node.names if n.name == "op"]
            yield from (alias.asname or alias.name for alias in names)


def _is_directive(call: ast.Call, ops: frozenset[str]) -> bool:
    function = call.func
    return is_name_of(function.value if isinstance(function, ast.Attribute) else function, ops)


def _swallows(path: str, nodes: Nodes, errors: frozenset[str]) -> Iterator[Region]:
    for node in nodes.of_any(ast.Try, ast.With):
        if isinstance(node, ast.Try):
            if any(_hides(one, errors) for one in node.handlers):
                yield _region(path, node, node.body)
        elif isinstance(node, ast.With):
            for item in node.items:
                call = item.context_expr
                if (
                    isinstance(call, ast.Call)
                    and called(call) == "suppress"
                    and any(_is_one_of(one, errors) for one in call.args)
                ):
                    yield _region(path, node, node.body)


def _hides(handler: ast.ExceptHandler, errors: frozenset[str]) -> bool:
    """Whether it catches one of these errors, and goes on with it, whatever it is."""
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    if not any(type_ is None or _is_one_of(type_, errors) for type_ in types):
        return False
    return not any(_leaves(statement) and not _is_rarely_so(statement) for statement in handler.body)


def _leaves(statement: ast.stmt) -> bool:
    """Whether something in it raises, or ends the program."""
    inside = list(ast.walk(statement))
    if any(isinstance(inner, ast.Raise | ast.Assert) for inner in inside):
        return True
    return any(called(inner) in ("exit", "abort", "_exit") for inner in inside)


def _is_rarely_so(statement: ast.stmt) -> bool:
    """Whether it is an ``if`` without an ``else`` that asks for no error by its text or number: ``connection_invalidated``."""
    if not isinstance(statement, ast.If) or statement.orelse:
        return False
    return not any(
        isinstance(inner, ast.Constant) and isinstance(inner.value, str | int) and not isinstance(inner.value, bool)
        for inner in ast.walk(statement.test)
    ) and not any(isinstance(inner, ast.Call) for inner in ast.walk(statement.test))


def _is_one_of(type_: ast.expr, errors: frozenset[str]) -> bool:
    name = type_.attr if isinstance(type_, ast.Attribute) else type_.id if isinstance(type_, ast.Name) else ""
    return name in errors


def _is_flush(call: ast.Call, origins: Origins) -> bool:
    function = call.func
    return (
        isinstance(function, ast.Attribute)
        and function.attr in ("commit", "flush")
        and origins.is_session(function.value)
    )


def _is_plain_execute(call: ast.Call, origins: Origins) -> bool:
    if called(call) not in EXECUTES or not isinstance(call.func, ast.Attribute) or not call.args:
        return False
    receiver = call.func.value
    return (origins.is_bind(receiver) or origins.is_session(receiver)) and origins.is_text(call.args[0])


def _fetches(path: str, tree: ast.Module, nodes: Nodes, origins: Origins, readers: Places) -> Iterator[Fetch]:
    surely = surely_called(tree) if readers else frozenset()
    asked = nodes.of_any(*MAY_FETCH)
    found = [node for node in asked if is_fetch(node, origins) or (id(node) in surely and _helper(node) in readers)]
    if len(found) > 1:
        order = running_order(tree, nodes)
        found.sort(key=lambda node: (order.get(id(node), len(nodes)), _place(node)))
    for node in found:
        helper = _helper(node)
        yield (
            Fetch(_span(path, node), f"{helper}()", *readers[helper]) if helper in readers else Fetch(_span(path, node))
        )


def _helper(node: ast.AST) -> str:
    return dotted(node.func) if isinstance(node, ast.Call) else ""


def _place(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 1), getattr(node, "col_offset", 0)


def _put_into(call: ast.Call, origins: Origins) -> str:
    """What of the rows or the environment is put into a statement about rows; empty when nothing is."""
    if called(call) not in ("execute", "text", "exec_driver_sql", "scalar", "DDL") or not call.args:
        return ""
    start, parts = _parts(call.args[0])
    if not start.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "MERGE")):
        return ""
    for part in parts:
        if called(part) not in _QUOTING and origins.is_read_at_run_time(part):
            return ast.unparse(part)
    return ""


def _parts(node: ast.expr) -> tuple[str, list[ast.expr]]:
    """The text that a built text begins with, and the expressions put into it."""
    match node:
        case ast.JoinedStr(values=[ast.Constant(value=str(start)), *_] as values):
            return start, [value.value for value in values if isinstance(value, ast.FormattedValue)]
        case ast.BinOp(left=left, op=ast.Mod(), right=right):
            start, parts = _parts(left)
            return start, [*parts, *(right.elts if isinstance(right, ast.Tuple) else [right])]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            start, parts = _parts(left)
            rest = [] if isinstance(right, ast.Constant) else [right]
            return start, [*parts, *(_parts(right)[1] or rest)]
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(start)), attr="format")):
            return start, [*node.args, *(keyword.value for keyword in node.keywords)]
        case ast.Constant(value=str(start)):
            return start, []
    return "", []
