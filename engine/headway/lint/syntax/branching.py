"""Which statements of a file depend on what the database has. Reads syntax, judges nothing."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence

from headway.lint.syntax.origins import Origins, dotted
from headway.reading.syntax import Nodes
from headway.valueclass import valueclass

_FUNCTIONS: tuple[type[ast.AST], ...] = (ast.FunctionDef, ast.AsyncFunctionDef)
_LOOPS: tuple[type[ast.AST], ...] = (ast.For, ast.AsyncFor, ast.While)
_CLOSED = (*_FUNCTIONS, ast.Lambda, ast.ClassDef)
"""What a return within does not leave the function around it."""
_PUTS_IN = frozenset({"append", "add", "extend", "insert", "update"})

_KINDS = frozenset({"dialect", "dialect_name", "engine_name"})

Lines = tuple[int, int]
"""The first and the last line of a piece of the text."""


@valueclass(frozen=True, slots=True)
class Branch:
    """An ``if`` that is decided by what the database has."""

    line: int
    column: int
    databases: frozenset[str] | None
    """Those that it asks on, where it asks for the kind of database first; None: on all."""
    function: str
    """The name of the function that it stands in; empty where it stands in none."""
    lines: Lines
    """Its blocks, and what follows it where it leaves them."""

    def holds_one_of(self, lines: Sequence[int]) -> bool:
        """Whether one of ``lines``, which are sorted, lies in it."""
        return _holds_one_of(self.lines, lines)


@valueclass(frozen=True, slots=True)
class Way:
    """Lines that other lines depend on."""

    lines: tuple[int, ...]
    """Where a function of the file is named, or where something is put into a list; sorted."""
    run: tuple[Lines, ...]
    """That function, or the loops along that list."""
    is_function: bool


@valueclass(frozen=True, slots=True)
class Branching:
    """The branches of a file, and what else leads from line to line."""

    branches: tuple[Branch, ...]
    ways: tuple[Way, ...]

    def leading_to(self, lines: Iterable[int], *, through_functions: bool) -> list[int]:
        """The ``lines`` and those that decide whether they run, sorted; ``through_functions`` those that call them too."""
        found = sorted(set(lines))
        todo = [way for way in self.ways if through_functions or not way.is_function]
        is_new = bool(todo)
        while is_new:  # each round leaves fewer to ask
            leading = [(way, [one for one in way.run if _holds_one_of(one, found)]) for way in todo]
            todo = [way for way, run in leading if not run]
            # What is put into a list behind the loop is not walked along.
            new = {
                line for way, run in leading if run for line in way.lines if way.is_function or line < max(run)[0]
            } - set(found)
            is_new = bool(new)
            found = sorted({*found, *new})
        return found


def _holds_one_of(piece: Lines, lines: Sequence[int]) -> bool:
    at = bisect_left(lines, piece[0])
    return at < len(lines) and lines[at] <= piece[1]


def branching_of(nodes: Nodes, origins: Origins) -> Branching:
    """The branches among a file's ``nodes``."""
    decided = [node for node in nodes.of(ast.If) if origins.is_inspected(node.test)]
    if not decided:
        return Branching((), ())
    around = _around(nodes)
    leaving = _leaving(nodes, around)
    branches = []
    for node in decided:
        function = _outer(node, around, _FUNCTIONS)
        left = _left(node, around, leaving)
        last = max(map(_last, (node.body[-1], *node.orelse[-1:], *([] if left is None else [left]))))
        lines = node.body[0].lineno, last
        name = getattr(function, "name", "")
        branches.append(Branch(node.lineno, node.col_offset + 1, _databases(node.test), name, lines))
    return Branching(tuple(branches), (*_into_functions(nodes, around), *_along_lists(nodes, around)))


def _lines(node: ast.AST) -> Lines:
    return getattr(node, "lineno", 1), _last(node)


def _last(node: ast.AST) -> int:
    return getattr(node, "end_lineno", None) or 1


def _databases(test: ast.expr) -> frozenset[str] | None:
    """Of ``bind.dialect.name == "oracle" and …`` Oracle alone."""
    for part in test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else ():
        match part:
            case ast.Compare(left=left, ops=[ast.Eq()], comparators=[ast.Constant(value=str(name))]):
                if dotted(left).rpartition(".")[2] in _KINDS or dotted(left).endswith(("dialect.name", "engine.name")):
                    return frozenset({name})
    return None


def _into_functions(nodes: Nodes, around: Mapping[int, ast.AST]) -> Iterator[Way]:
    """Those to the functions that a name alone calls."""
    functions = {
        node.name: node  # type: ignore[attr-defined]  # functions
        for node in nodes.of_any(ast.FunctionDef, ast.AsyncFunctionDef)
        if not isinstance(around.get(id(node)), ast.ClassDef) and node.name not in ("upgrade", "downgrade")  # type: ignore[attr-defined]  # functions
    }
    named: dict[str, set[int]] = {}
    for node in nodes.of(ast.Name) if functions else ():
        if node.id in functions:
            named.setdefault(node.id, set()).add(node.lineno)
    for name, lines in named.items():
        yield Way(tuple(sorted(lines)), (_lines(functions[name]),), is_function=True)


def _along_lists(nodes: Nodes, around: Mapping[int, ast.AST]) -> Iterator[Way]:
    """Those from where something is put into a list to the loops along it in the same function."""
    loops: dict[tuple[int, str], list[Lines]] = {}
    for node in nodes.of(ast.For):
        if isinstance(node.iter, ast.Name):
            loops.setdefault((id(_outer(node, around, _FUNCTIONS)), node.iter.id), []).append(_lines(node))
    if not loops:
        return
    filled: dict[tuple[int, str], set[int]] = {}
    for statement in nodes.of(ast.Expr):
        match statement.value:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr)) if attr in _PUTS_IN:
                filled.setdefault((id(_outer(statement, around, _FUNCTIONS)), name), set()).add(statement.lineno)
    for key, lines in filled.items():
        if key in loops:
            yield Way(tuple(sorted(lines)), tuple(loops[key]), is_function=False)


def _outer(node: ast.AST, around: Mapping[int, ast.AST], wanted: tuple[type[ast.AST], ...]) -> ast.AST | None:
    found = around.get(id(node))
    while found is not None and not isinstance(found, wanted):
        found = around.get(id(found))
    return found


def _left(branch: ast.If, around: Mapping[int, ast.AST], leaving: Mapping[int, int]) -> ast.AST | None:
    """The function that ``branch`` returns from, or else the loop that it leaves: what follows there depends on it."""
    how = max((leaving.get(id(one), _STAYS) for one in (*branch.body, *branch.orelse)), default=_STAYS)
    if how == _STAYS:
        return None
    return _outer(branch, around, _FUNCTIONS if how == _RETURNS else _LOOPS)


_STAYS, _LEAVES, _RETURNS = 0, 1, 2


def _leaving(nodes: Nodes, around: Mapping[int, ast.AST]) -> dict[int, int]:
    """How each statement may end what it stands in, what is within it included; ``nodes`` have those above first."""
    found: dict[int, int] = {}
    for node in reversed(nodes):
        own = (
            _RETURNS
            if isinstance(node, ast.Return)
            else _LEAVES
            if isinstance(node, ast.Continue | ast.Break)
            else _STAYS
        )
        how = max(found.get(id(node), _STAYS), own)
        outside = around.get(id(node))
        if how and outside is not None:
            found[id(node)] = how
            if not isinstance(outside, _CLOSED):
                found[id(outside)] = max(found.get(id(outside), _STAYS), how)
    return found


def _around(nodes: Nodes) -> dict[int, ast.AST]:
    """What each statement stands in, by its identity."""
    held = (ast.stmt, ast.excepthandler, ast.match_case)
    return {id(child): node for node in nodes for child in ast.iter_child_nodes(node) if isinstance(child, held)}
