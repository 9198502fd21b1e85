"""What env.py says of the runs that it makes. Reads its text, executes nothing."""

from __future__ import annotations

import ast
from functools import cached_property

from headway.pattern import pattern
from headway.reading.syntax import nodes_of, parsed
from headway.valueclass import valueclass


@valueclass(frozen=True)
class Environment:
    """env.py, as text."""

    path: str
    """As reports show it."""
    source: str

    @property
    def asks_for_autocommit(self) -> bool:
        """Whether the file asks for AUTOCOMMIT, so that each statement commits by itself."""
        return "AUTOCOMMIT" in self.source

    @property
    def may_commit_each_statement(self) -> bool:
        """Whether the connection may be one in autocommit mode: the file asks for that, or connects to nothing itself."""
        return self.asks_for_autocommit or _CONNECTS.search(self.source) is None

    @cached_property
    def commits_each_revision(self) -> bool:
        """Whether each revision surely has a transaction of its own: every ``configure()`` has
        ``transaction_per_migration=True``, or is handed options that a call with it puts together."""
        if "transaction_per_migration" not in self.source:
            return False
        try:
            nodes = nodes_of(parsed(self.source))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
        calls = [one for one in nodes if isinstance(one, ast.Call)]
        configures = [one for one in calls if isinstance(one.func, ast.Attribute) and one.func.attr == "configure"]
        return any(map(_commits, calls)) and all(
            _commits(one) or any(keyword.arg is None for keyword in one.keywords) for one in configures
        )


_CONNECTS = pattern(r"\bconnect\s*\(|\.begin\s*\(|engine_from_config")


def _commits(call: ast.Call) -> bool:
    return any(
        one.arg == "transaction_per_migration" and isinstance(one.value, ast.Constant) and one.value.value is True
        for one in call.keywords
    )
