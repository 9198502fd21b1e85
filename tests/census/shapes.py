"""In which shape a statement is written: what makes a place of a revision file hard to read."""

from __future__ import annotations

import ast
import re

HELPER, SESSION, PARAMETER, GUARD, LOOP, SQL, PLAIN = (
    "imported helper",
    "ORM session",
    "op as parameter",
    "dialect guard",
    "loop",
    "raw SQL",
    "plain",
)
ALL = (HELPER, SESSION, PARAMETER, GUARD, LOOP, SQL, PLAIN)
_SESSIONS = re.compile(r"\b(?:Session|sessionmaker|scoped_session)\b|\bsession\.")
_GUARDS = re.compile(r"dialect|postgres|sqlite|mysql|mariadb")


class Shapes:
    """The shapes in one file."""

    def __init__(self, source: str) -> None:
        self._tree = ast.parse(source)
        self._source = source.splitlines()
        self._session = bool(_SESSIONS.search(source))

    def at(self, line: int, *, helper: bool) -> str:
        """The shape of the innermost place at a line; the first of :data:`ALL` that fits. ``helper`` says that another
        module of the project stands between this file and the statement."""
        if helper:
            return HELPER
        around = [node for node in ast.walk(self._tree) if _holds(node, line)]
        text = "\n".join(
            self._source[line - 1 : max((_end(n) for n in around if isinstance(n, ast.Expr)), default=line)]
        )
        if self._session and _SESSIONS.search(text):
            return SESSION
        if any(isinstance(node, ast.FunctionDef) and _takes_op(node) for node in around):
            return PARAMETER
        if any(isinstance(node, ast.If) and _GUARDS.search(ast.unparse(node.test)) for node in around):
            return GUARD
        if any(isinstance(node, ast.For | ast.While) for node in around):
            return LOOP
        return SQL if "execute" in text else PLAIN


def _holds(node: ast.AST, line: int) -> bool:
    return getattr(node, "lineno", line + 1) <= line <= _end(node)


def _end(node: ast.AST) -> int:
    return getattr(node, "end_lineno", 0) or 0


def _takes_op(node: ast.FunctionDef) -> bool:
    return any(argument.arg in ("op", "operations") for argument in node.args.args)
