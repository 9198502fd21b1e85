"""Lets a revision file name other parents, or others that it depends on. Text in, text out.

Changes the one assignment and, for parents, the docstring's ``Revises:`` line, and no byte besides.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from headway.errors import ScriptError
from headway.pattern import pattern

_LINE = pattern(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_REVISES = pattern(r"^(?P<before>\s*Revises:\s*)(?P<names>.*?)(?P<after>\s*)$", re.M)


def repointed(source: str, path: str, parents: Sequence[str]) -> str:
    """The text of a revision file with ``parents`` as its ``down_revision``.

    Raises ScriptError where the assignment is not one plain literal, which nobody should change by machine.
    """
    changed, start = _assigned(source, path, "down_revision", parents)
    head = _REVISES.sub(
        lambda match: f"{match['before']}{', '.join(parents)}{match['after']}", changed[:start], count=1
    )
    return head + changed[start:]


def parents_of(source: str, path: str) -> tuple[str, ...]:
    """What ``down_revision`` is in the text of a revision file. Raises ScriptError as :func:`repointed` does."""
    found = ast.literal_eval(_value(source, path, "down_revision"))
    return () if found is None else (found,) if isinstance(found, str) else tuple(found)


def depending_on(source: str, path: str, names: Sequence[str]) -> str:
    """The text of a revision file with ``names`` as its ``depends_on``. Raises ScriptError as :func:`repointed` does."""
    return _assigned(source, path, "depends_on", names)[0]


def _assigned(source: str, path: str, header: str, names: Sequence[str]) -> tuple[str, int]:
    """The text with ``names`` as the value of a header, and where the value stands."""
    node = _value(source, path, header)
    lines = _LINE.findall(source)  # as the parser counts them: a form feed ends none
    start, end = _offset(lines, node.lineno, node.col_offset), _offset(lines, node.end_lineno, node.end_col_offset)
    quote = '"' if '"' in source[start:end] else "'"
    text = ", ".join(f"{quote}{name}{quote}" for name in names)
    written = {0: "None", 1: text}.get(len(names), f"({text})")
    return source[:start] + written + source[end:], start


def _value(source: str, path: str, header: str) -> ast.expr:
    for statement in ast.parse(source).body:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        if not any(isinstance(target, ast.Name) and target.id == header for target in targets):
            continue
        value = getattr(statement, "value", None)
        try:
            ast.literal_eval(value)  # type: ignore[arg-type]  # None is no literal either
        except (ValueError, TypeError):
            break
        assert isinstance(value, ast.expr)
        return value
    raise ScriptError(
        f"{header} is not a plain literal here, so that it is not changed by machine",
        path=path,
        hint="Change it by hand.",
    )


def _offset(lines: Sequence[str], line: int | None, column: int | None) -> int:
    """Where a place of the parser's, which counts bytes of UTF-8, is in the text."""
    before = sum(map(len, lines[: (line or 1) - 1]))
    return before + len(lines[(line or 1) - 1].encode()[: column or 0].decode())
