"""What env.py says of the runs that it makes. Reads its text, executes nothing."""

from __future__ import annotations

import ast
from functools import cached_property

from headway.lint.env_connections import Connections
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
        return self._connections.are_in_autocommit()

    @property
    def may_commit_each_statement(self) -> bool:
        """Whether the connection may be one in autocommit mode: the file asks for that, for all that it makes where nobody can
        follow which one it is, or connects to nothing itself."""
        if self.asks_for_autocommit or _CONNECTS.search(self.source) is None:
            return True
        return "AUTOCOMMIT" in self.source and self._connections.may_be_in_autocommit()

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
        given = [(name, value) for one in self._nodes if (value := _bound_value(one)) for name in _targets(one)]
        options = {name for name, value in given if isinstance(value, ast.Call) and _commits(value)}
        options -= {name for name, value in given if not (isinstance(value, ast.Call) and _commits(value))}
        options -= {name for one in self._nodes for name in _changed(one)}
        return bool(self._connections.configures) and all(
            _commits(one) or any(keyword.arg is None and _name(keyword.value) in options for keyword in one.keywords)
            for one in self._connections.configures
        )

    @cached_property
    def _nodes(self) -> Nodes:
        try:
            return nodes_of(parsed(self.source))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return Nodes()

    @cached_property
    def _connections(self) -> Connections:
        return Connections(self._nodes)


_CONNECTS = pattern(r"\bconnect\s*\(|\.begin\s*\(|engine_from_config")


_BEGUN = pattern(
    r"\.begin\s*\(|\.execute\s*\(|\bexec_driver_sql\b|\.begin_nested\s*\(|\.scalars?\s*\(|\.stream\s*\(|\binspect\s*\(|"
    r"\.(?:create|drop)(?:_all)?\s*\(|\.reflect\s*\(|\bautoload_with\b|\b(?:Async)?Session\s*\(|\bsessionmaker\b"
)
"""What begins a transaction of a connection. See https://docs.sqlalchemy.org/en/20/core/connections.html"""


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


def _changed(node: ast.AST) -> list[str]:
    """The name of what a node may change in place."""
    match node:
        case ast.Subscript(value=held, ctx=ast.Store() | ast.Del()) | ast.AugAssign(target=held):
            return [_name(held)]
        case ast.Call(func=ast.Attribute(value=held, attr="update" | "setdefault" | "pop" | "popitem" | "clear")):
            return [_name(held)]
    return []


def _name(node: ast.expr | None) -> str:
    return node.id if isinstance(node, ast.Name) else ""
