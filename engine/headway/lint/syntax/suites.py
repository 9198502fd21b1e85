"""Whether a line of a file runs only behind a certain call: both in one block. Reads syntax, judges nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from headway.valueclass import valueclass


@valueclass(frozen=True, slots=True)
class Statement:
    """One statement of a block."""

    first: int
    last: int
    call: str
    """What it calls when it is nothing but a call, so that whoever comes through it has called that; else empty."""


Block = tuple[Statement, ...]
Lines = tuple[int, int]
"""The first and the last of them."""


def blocks_of(source: str) -> tuple[Block, ...]:
    """Every block of a source; none where it is no Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    return tuple(_blocks(tree))


def runs_behind(line: int, creating: int, blocks: tuple[Block, ...]) -> bool:
    """Whether whoever comes to ``line`` has come through the call of create_table in line ``creating``."""
    for block in blocks:
        for place, statement in enumerate(block):
            if statement.call == "create_table" and statement.first == creating:
                return any(other.first <= line <= other.last for other in block[place + 1 :])
    return False


def are_together(one: int, other: int, blocks: tuple[Block, ...]) -> bool:
    """Whether two calls, by their lines, are statements of one block, so that both run or neither."""
    return any({one, other} <= {statement.first for statement in block if statement.call} for block in blocks)


def arms_of(source: str) -> tuple[tuple[Lines, Lines], ...]:
    """The lines of the two arms of every ``if`` with an ``else``; none where it is no Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    return tuple(
        (_lines(node.body), _lines(node.orelse)) for node in ast.walk(tree) if isinstance(node, ast.If) and node.orelse
    )


def are_in_two_arms(one: int, other: int, arms: tuple[tuple[Lines, Lines], ...]) -> bool:
    """Whether two lines are of different arms of an ``if``, so that one runs where the other does not."""
    return any(
        (_within(one, first) and _within(other, second)) or (_within(one, second) and _within(other, first))
        for first, second in arms
    )


def _lines(statements: list[ast.stmt]) -> Lines:
    return statements[0].lineno, statements[-1].end_lineno or statements[-1].lineno


def _within(line: int, lines: Lines) -> bool:
    return lines[0] <= line <= lines[1]


def conditions_at(line: int, source: str) -> tuple[str, ...]:
    """The conditions that the statement in ``line`` stands under, outermost first: an ``if`` with what it asks, a loop with what it
    goes through, a ``try``. Empty where it stands under none, or where the source is no Python."""
    try:
        body: list[ast.stmt] = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    found: list[str] = []
    while True:
        statement = next((one for one in body if one.lineno <= line <= (one.end_lineno or one.lineno)), None)
        if statement is None:
            return tuple(found)
        suites = [
            (field, value)
            for field, value in ast.iter_fields(statement)
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt | ast.ExceptHandler)
        ]
        within = [
            (field, value) for field, value in suites if value[0].lineno <= line <= (value[-1].end_lineno or line)
        ]
        if not within:
            # Of the cases of a match only the place is told: it is like no other.
            return (*found, f"Match {line}") if isinstance(statement, ast.Match) else tuple(found)
        field, body = within[0]
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.With | ast.AsyncWith):
            asked = getattr(statement, "test", None) or getattr(statement, "iter", None)
            said = "" if asked is None else ast.get_source_segment(source, asked) or ""  # unparse() would recurse
            found.append(" ".join([type(statement).__name__, field, *said.split()]))


def _blocks(tree: ast.AST) -> Iterator[Block]:
    for node in ast.walk(tree):
        for _, value in ast.iter_fields(node):
            if isinstance(value, list) and value and all(isinstance(one, ast.stmt) for one in value):
                yield tuple(Statement(one.lineno, one.end_lineno or one.lineno, _call(one)) for one in value)


def _call(statement: ast.stmt) -> str:
    if not isinstance(statement, ast.Expr | ast.Assign) or not isinstance(statement.value, ast.Call):
        return ""
    called = statement.value.func
    return called.attr if isinstance(called, ast.Attribute) else str(getattr(called, "id", ""))
