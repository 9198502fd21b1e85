"""Lets a revision file name other parents: changes the one assignment and the docstring's ``Revises:`` line, and no
byte besides. Text in, text out."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from headway.errors import ScriptError

_REVISES = re.compile(r"^(?P<before>\s*Revises:\s*)(?P<names>.*?)(?P<after>\s*)$", re.M)


def repointed(source: str, path: str, parents: Sequence[str]) -> str:
    """The text of a revision file with ``parents`` as its ``down_revision``.

    Raises ScriptError where the assignment is not one plain literal, which nobody should change by machine.
    """
    node = _value(source, path)
    lines = source.splitlines(keepends=True)
    start, end = _offset(lines, node.lineno, node.col_offset), _offset(lines, node.end_lineno, node.end_col_offset)
    quote = '"' if '"' in source[start:end] else "'"
    text = ", ".join(f"{quote}{parent}{quote}" for parent in parents)
    written = {0: "None", 1: text}.get(len(parents), f"({text})")
    changed = source[:start] + written + source[end:]
    first = min(start, len(source))
    head = _REVISES.sub(
        lambda match: f"{match['before']}{', '.join(parents)}{match['after']}", changed[:first], count=1
    )
    return head + changed[first:]


def _value(source: str, path: str) -> ast.expr:
    for statement in ast.parse(source).body:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        if not any(isinstance(target, ast.Name) and target.id == "down_revision" for target in targets):
            continue
        value = getattr(statement, "value", None)
        try:
            ast.literal_eval(value)  # type: ignore[arg-type]  # None is no literal either
        except (ValueError, TypeError):
            break
        assert isinstance(value, ast.expr)
        return value
    raise ScriptError(
        "down_revision is not a plain literal here, so that it is not changed by machine",
        path=path,
        hint="Change it by hand.",
    )


def _offset(lines: Sequence[str], line: int | None, column: int | None) -> int:
    """Where a place of the parser's, which counts bytes of UTF-8, is in the text."""
    before = sum(map(len, lines[: (line or 1) - 1]))
    return before + len(lines[(line or 1) - 1].encode()[: column or 0].decode())
