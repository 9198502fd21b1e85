"""What env.py says of the runs that it makes. Reads its text, executes nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property

from headway.pattern import pattern
from headway.reading.syntax import Nodes, nodes_of, parsed
from headway.valueclass import valueclass


@valueclass(frozen=True)
class Environment:
    """env.py, as text."""

    path: str
    """As reports show it."""
    source: str

    @cached_property
    def asks_for_autocommit(self) -> bool:
        """Whether the connection that the migrations run on was asked to be in AUTOCOMMIT: each statement commits by itself."""
        if "AUTOCOMMIT" not in self.source:
            return False
        given = [(one.value, call) for call in self._configures for one in call.keywords if one.arg == "connection"]
        return any(self._is_in_autocommit(connection, call.lineno, frozenset()) for connection, call in given)

    @property
    def may_commit_each_statement(self) -> bool:
        """Whether the connection may be one in autocommit mode: the file asks for that, or connects to nothing itself."""
        return self.asks_for_autocommit or _CONNECTS.search(self.source) is None

    @property
    def may_write_scripts(self) -> bool:
        """Whether ``upgrade --sql`` may have a way through it: not where it connects and never asks whether it is offline."""
        return "offline" in self.source or _CONNECTS.search(self.source) is None

    @cached_property
    def commits_each_revision(self) -> bool:
        """Whether each revision surely has a transaction of its own: every ``configure()`` has
        ``transaction_per_migration=True``, or is handed options that the file puts together with it."""
        if "transaction_per_migration" not in self.source or _BEGUN.search(self.source) is not None:
            return False  # a transaction that is open before is one for all
        options = {
            name
            for one in self._nodes
            if (value := _bound_value(one)) is not None and isinstance(value, ast.Call) and _commits(value)
            for name in _targets(one)
        }
        return bool(self._configures) and all(
            _commits(one) or any(keyword.arg is None and _name(keyword.value) in options for keyword in one.keywords)
            for one in self._configures
        )

    def _is_in_autocommit(self, connection: ast.expr, line: int, seen: frozenset[str]) -> bool:
        """Whether AUTOCOMMIT is said of what stands for a connection in a line; ``seen`` are the functions it was handed to."""
        function = self._given_to(connection, line)
        if function is not None:
            handed = [] if function.name in seen else list(self._handed(function, _name(connection)))
            seen |= {function.name}
            # Where nothing in the file hands it on, it may be any of its connections.
            return (
                any(self._is_in_autocommit(one, call.lineno, seen) for one, call in handed)
                if handed
                else any(_says_autocommit(value, set()) for _, _, value in self._bound)
            )
        asked: set[str] = set()
        for place, names, value in self._bound:
            if place < line:  # the last that a name was given counts
                asked = asked | set(names) if _says_autocommit(value, asked) else asked - set(names)
        return _says_autocommit(connection, asked)

    def _given_to(self, node: ast.expr, line: int) -> _Function | None:
        """The function around it that is given it, and has not put another in its place by this line."""
        name = _name(node)
        for one in self._nodes.of_any(ast.FunctionDef, ast.AsyncFunctionDef):
            assert isinstance(one, _Function)
            is_around = one.lineno <= node.lineno <= (one.end_lineno or one.lineno)
            if is_around and name in _parameters(one):
                again = any(one.lineno < place < line and name in names for place, names, _ in self._bound)
                return None if again else one
        return None

    def _handed(self, function: _Function, parameter: str) -> Iterator[tuple[ast.expr, ast.Call]]:
        """What calls give a function for a parameter, and the connection whose ``run_sync()`` calls it."""
        place = _parameters(function).index(parameter)
        for call in self._nodes.of(ast.Call):
            if _name(call.func) == function.name:
                yield from ((one.value, call) for one in call.keywords if one.arg == parameter)
                yield from ((one, call) for one in call.args[place : place + 1])
            elif isinstance(call.func, ast.Attribute) and call.func.attr == "run_sync":
                yield from ((call.func.value, call) for one in call.args[:1] if _name(one) == function.name)

    @cached_property
    def _nodes(self) -> Nodes:
        try:
            return nodes_of(parsed(self.source))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return Nodes()

    @cached_property
    def _bound(self) -> list[tuple[int, list[str], ast.expr]]:
        """The lines in which names are given something, with the names and what that is."""
        bound = [(one, value) for one in self._nodes if (value := _bound_value(one)) is not None]
        return sorted(((value.lineno, _targets(one), value) for one, value in bound), key=lambda one: one[0])

    @cached_property
    def _configures(self) -> list[ast.Call]:
        calls = self._nodes.of(ast.Call)
        return [one for one in calls if isinstance(one.func, ast.Attribute) and one.func.attr == "configure"]


_Function = ast.FunctionDef | ast.AsyncFunctionDef


def _parameters(function: _Function) -> list[str]:
    taken = function.args
    return [one.arg for one in (*taken.posonlyargs, *taken.args, *taken.kwonlyargs)]


_CONNECTS = pattern(r"\bconnect\s*\(|\.begin\s*\(|engine_from_config")


_BEGUN = pattern(r"\.begin\s*\(|\.execute\s*\(|\bexec_driver_sql\b|\.begin_nested\s*\(")


def _commits(call: ast.Call) -> bool:
    return any(
        one.arg == "transaction_per_migration" and isinstance(one.value, ast.Constant) and one.value.value is True
        for one in call.keywords
    )


def _bound_value(node: ast.AST) -> ast.expr | None:
    """What a name is given by a statement."""
    match node:
        case ast.Assign(value=value) | ast.AnnAssign(value=value) | ast.NamedExpr(value=value):
            return value
        case ast.withitem(context_expr=value):
            return value
    return None


def _targets(node: ast.AST) -> list[str]:
    match node:
        case ast.Assign(targets=targets):
            return [name for one in targets if (name := _name(one))]
        case ast.AnnAssign(target=target) | ast.NamedExpr(target=target) | ast.withitem(optional_vars=target):
            return [name] if (name := _name(target)) else []
    return []


def _name(node: ast.expr | None) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _says_autocommit(node: ast.expr, asked: set[str]) -> bool:
    """Whether AUTOCOMMIT is said in the expression, or of what it begins with."""
    if any(isinstance(one, ast.Constant) and one.value == "AUTOCOMMIT" for one in ast.walk(node)):
        return True
    while isinstance(node, ast.Call | ast.Attribute):
        node = node.func if isinstance(node, ast.Call) else node.value
    return _name(node) in asked
