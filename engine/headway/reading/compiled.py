"""The header of a compiled revision file (.pyc), from the instructions that assign it. Executes nothing."""

from __future__ import annotations

import dis
import importlib.util
import marshal
from collections.abc import Iterator
from types import CodeType
from typing import Any

from headway.errors import ScriptError
from headway.reading.header import NAMES, Dynamic, Header

_JUMPS = frozenset((*dis.hasjrel, *dis.hasjabs))
"""Behind one of these it is not told which of two values a name has."""

_AGAIN = "Compile it again with this Python, or ship the source."

_PREAMBLE = 16
"""Bytes of a .pyc before its code: magic number, flags, and what identifies the source."""


def header_of_compiled(data: bytes, path: str) -> Header:
    """The header in the bytes of a .pyc. Raises ScriptError when another Python version compiled it."""
    if data[:4] != importlib.util.MAGIC_NUMBER:
        raise ScriptError(
            "this file was compiled by another version of Python",
            path=path,
            hint=_AGAIN,
        )
    try:
        code = marshal.loads(data[_PREAMBLE:])
    except (EOFError, ValueError, TypeError) as error:
        raise ScriptError(f"this compiled file is damaged: {error}", path=path, hint=_AGAIN) from error
    if not isinstance(code, CodeType):
        raise ScriptError("this compiled file holds no module", path=path, hint=_AGAIN)
    return _header(code)


def _header(code: CodeType) -> Header:
    values: dict[str, Any] = {}
    lines: dict[str, int] = {}
    docstring = ""
    line, certain = 1, True
    before: dis.Instruction | None = None

    for instruction in dis.get_instructions(code):
        if instruction.positions is not None:
            line = instruction.positions.lineno or line
        certain = certain and instruction.opcode not in _JUMPS and instruction.opname != "PUSH_EXC_INFO"
        if instruction.opname in ("STORE_NAME", "STORE_GLOBAL"):
            name = instruction.argval
            constant = before.argval if before is not None and before.opname == "LOAD_CONST" else Dynamic(line)
            if name == "__doc__" and isinstance(constant, str):
                docstring = constant
            elif name in NAMES:
                values[name], lines[name] = _header_value(constant, line) if certain else Dynamic(line), line
        elif instruction.opname == "IMPORT_STAR" or instruction.argrepr == "INTRINSIC_IMPORT_STAR":
            values.update(dict.fromkeys(NAMES, Dynamic(line)))
            lines.update(dict.fromkeys(NAMES, line))
        before = instruction
    for name in _set_within(code):
        lines.setdefault(name, 1)
        values[name] = Dynamic(lines[name])
    return Header(values, lines, docstring, any(isinstance(value, Dynamic) for value in values.values()))


def _set_within(code: CodeType) -> Iterator[str]:
    """The names of a header that a function says ``global`` of and sets."""
    for inner in (one for one in code.co_consts if isinstance(one, CodeType)):
        sets = (one.argval for one in dis.get_instructions(inner) if one.opname == "STORE_GLOBAL")
        yield from (name for name in sets if name in NAMES)
        yield from _set_within(inner)


def _header_value(value: Any, line: int) -> Any:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, tuple) and all(isinstance(item, str) for item in value):
        return value
    return Dynamic(line)
