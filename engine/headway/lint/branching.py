"""Which statements of a file depend on what the database has. Reads syntax, judges nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from headway.lint.origins import Origins, dotted
from headway.reading.syntax import nodes_of
from headway.valueclass import valueclass

_FUNCTIONS: tuple[type[ast.AST], ...] = (ast.FunctionDef, ast.AsyncFunctionDef)
_LOOPS: tuple[type[ast.AST], ...] = (ast.For, ast.AsyncFor, ast.While)
_CLOSED = (*_FUNCTIONS, ast.Lambda, ast.ClassDef)
"""What a return within does not leave the function around it."""
_PUTS_IN = frozenset({"append", "add", "extend", "insert", "update"})

_KINDS = frozenset({"dialect", "dialect_name", "engine_name"})

_Group = Sequence[ast.AST]
_Functions = Mapping[str, ast.AST]


@valueclass(frozen=True, slots=True)
class Decided:
    """An ``if`` that is decided by what the database has."""

    node: ast.If
    databases: frozenset[str] | None
    """Those that it asks on, where it asks for the kind of database first."""
    function: str
    """The name of the function around it, or nothing."""
    held: tuple[_Group, ...]
    """Statements that run or not as it says: those of one group lie together in the text."""
    reached: tuple[ast.AST, ...]
    """The functions of the file that these name, and those that they name in turn."""


def branches_of(nodes: list[ast.AST], origins: Origins) -> Iterator[Decided]:
    """Each of the branches in a file's ``nodes``."""
    decided = [node for node in nodes if isinstance(node, ast.If) and origins.is_inspected(node.test)]
    if not decided:
        return
    around = _around(nodes)
    leaving = _leaving(nodes, around)
    functions = _functions(nodes, around)
    named = [node for node in nodes if isinstance(node, ast.Name) and node.id in functions]
    loops = [node for node in nodes if isinstance(node, ast.For) and isinstance(node.iter, ast.Name)]
    for node in decided:
        function = _outer(node, around, _FUNCTIONS)
        left = _left(node, around, leaving)
        own = [*node.body, *node.orelse, *([] if left is None else [left])]
        held: list[_Group] = [
            own,
            *([loop] for loop in _along(node, loops) if _outer(loop, around, _FUNCTIONS) is function),
        ]
        yield Decided(
            node, _databases(node.test), getattr(function, "name", ""), tuple(held), _reached(held, named, functions)
        )


def _databases(test: ast.expr) -> frozenset[str] | None:
    """Of ``bind.dialect.name == "oracle" and …`` Oracle alone."""
    for part in test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else ():
        match part:
            case ast.Compare(left=left, ops=[ast.Eq()], comparators=[ast.Constant(value=str(name))]):
                if dotted(left).rpartition(".")[2] in _KINDS or dotted(left).endswith(("dialect.name", "engine.name")):
                    return frozenset({name})
    return None


def _along(branch: ast.If, loops: Sequence[ast.For]) -> Iterator[ast.For]:
    """The loops behind a branch that walk along what it puts together."""
    filled = set()
    for inner in (one for statement in (*branch.body, *branch.orelse) for one in nodes_of(statement)):
        match inner:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr)) if attr in _PUTS_IN:
                filled.add(name)
    yield from (loop for loop in loops if loop.lineno > branch.lineno and loop.iter.id in filled)  # type: ignore[attr-defined]  # these are names


def _functions(nodes: Sequence[ast.AST], around: Mapping[int, ast.AST]) -> _Functions:
    """The functions that a name alone calls."""
    return {
        node.name: node
        for node in nodes
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not isinstance(around.get(id(node)), ast.ClassDef)
        and node.name not in ("upgrade", "downgrade")
    }


def _reached(held: Sequence[_Group], named: Sequence[ast.Name], functions: _Functions) -> tuple[ast.AST, ...]:
    found: dict[str, ast.AST] = {}
    todo = list(held)
    for group in todo:
        first, last = getattr(group[0], "lineno", 1), max(getattr(one, "end_lineno", 1) for one in group)
        for name in named:
            if first <= name.lineno <= last and name.id not in found:
                found[name.id] = functions[name.id]
                todo.append([functions[name.id]])
    return tuple(found.values())


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


def _leaving(nodes: list[ast.AST], around: Mapping[int, ast.AST]) -> dict[int, int]:
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


def _around(nodes: list[ast.AST]) -> dict[int, ast.AST]:
    """What each statement stands in, by its identity."""
    held = (ast.stmt, ast.excepthandler, ast.match_case)
    return {id(child): node for node in nodes for child in ast.iter_child_nodes(node) if isinstance(child, held)}
