"""Reads the header of a revision file (ids, labels, docstring) from its source, without executing it.

The head of the file is scanned with a regular expression, which is what makes thousands of files quick; whenever the
text is not plain literals the file is parsed instead. What is not a literal is :class:`Dynamic`, never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from headway.errors import ScriptError

NAMES = ("revision", "down_revision", "branch_labels", "depends_on")

_ASSIGNMENT = re.compile(
    r"^(?P<name>revision|down_revision|branch_labels|depends_on)[ \t]*(?::[^=\n]+)?=[ \t]*"
    r"(?P<value>None|'[^'\\\n]*'|\"[^\"\\\n]*\")[ \t]*(?:\#[^\n]*)?$",
    re.M,
)
_ANY_ASSIGNMENT = re.compile(
    r"^[ \t]*(?:revision|down_revision|branch_labels|depends_on)\b[^\n]*?=(?!=)", re.M
)
_DOCSTRING = re.compile(r'\A(?:\#[^\n]*\n|[ \t]*\n)*[rRuU]?("""|\'\'\')(?P<text>(?:(?!\\).)*?)\1', re.S)
_CODING = re.compile(rb"\A(?:[^\n]*\n)?[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")


@dataclass(frozen=True, slots=True)
class Dynamic:
    """A header value that only running the file would tell."""

    line: int


@dataclass(frozen=True, slots=True)
class Header:
    """What the top of a revision file says; ``None`` where a name is not assigned."""

    values: dict[str, Any] = field(default_factory=dict)
    """Literal values, or Dynamic, by name; only the names that are assigned."""
    lines: dict[str, int] = field(default_factory=dict)
    docstring: str = ""


def read_header(path: str) -> Header:
    """The header of the file at ``path``. Raises ScriptError when it cannot be read or is not Python."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        raise ScriptError(f"cannot be read: {error.strerror}", path=path) from error
    return header_of(data, path)


def header_of(data: bytes, path: str) -> Header:
    """The header in the bytes of a source file. Raises ScriptError when they are not Python."""
    text = _decode(data, path)
    return _scan(text) or _parse(text, path)


def _decode(data: bytes, path: str) -> str:
    declared = _CODING.match(data)
    encoding = (
        declared[1].decode("ascii") if declared and not data.startswith(b"\xef\xbb\xbf") else "utf-8-sig"
    )
    try:
        text = data.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise ScriptError(
            f"this file is not {encoding}: {error}", path=path, line=1, hint="Save it as UTF-8."
        ) from error
    return text.replace("\r\n", "\n") if "\r" in text else text


def _scan(text: str) -> Header | None:
    """The header if it is the usual one: plain literals at the top level, each name once; otherwise None."""
    found = _ASSIGNMENT.findall(text)
    if len(found) != len(_ANY_ASSIGNMENT.findall(text)) or "revision" not in (match[0] for match in found):
        return None
    doc = _DOCSTRING.match(text)
    if doc is None and text.lstrip()[:1] in "\"'rRuU#":
        return None
    values: dict[str, Any] = {}
    lines: dict[str, int] = {}
    # Anything in front of the header that could hold its lines inside a string makes the text doubtful.
    start = doc.end() if doc else 0
    for match in _ASSIGNMENT.finditer(text, start):
        name, value = match["name"], match["value"]
        values[name] = None if value == "None" else value[1:-1]
        lines[name] = text.count("\n", 0, match.start()) + 1
    if len(values) != len(found) or '"""' in text[start : text.find("\ndef ", start)]:
        return None
    return Header(values, lines, doc["text"] if doc else "")


def _parse(text: str, path: str) -> Header:
    import ast

    try:
        tree = ast.parse(text, filename=path)
    except SyntaxError as error:
        raise ScriptError(
            f"invalid syntax: {error.msg}", path=path, line=error.lineno, hint="Mend this line."
        ) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise ScriptError(f"this is not Python: {error}", path=path) from error
    values: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets, value = [node.target], node.value
        else:
            continue
        for target in targets:
            if isinstance(target, ast.Name) and target.id in NAMES:
                values[target.id] = _literal(value)
                lines[target.id] = node.lineno
    return Header(values, lines, ast.get_docstring(tree, clean=False) or "")


def _literal(node: Any) -> Any:
    import ast

    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return Dynamic(node.lineno)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, tuple | list | set | frozenset) and all(isinstance(item, str) for item in value):
        return tuple(sorted(value)) if isinstance(value, set | frozenset) else tuple(value)
    return Dynamic(node.lineno)
