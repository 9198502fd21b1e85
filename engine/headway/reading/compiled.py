"""The header of a compiled revision file (.pyc), from the instructions that assign it. Executes nothing."""

from __future__ import annotations

import dis
import importlib.util
import marshal
from types import CodeType
from typing import Any

from headway.errors import ScriptError
from headway.reading.header import NAMES, Dynamic, Header

_PREAMBLE = 16
"""Bytes of a .pyc before its code: magic number, flags, and what identifies the source."""


def header_of_compiled(data: bytes, path: str) -> Header:
    """The header in the bytes of a .pyc. Raises ScriptError when another Python version compiled it."""
    if data[:4] != importlib.util.MAGIC_NUMBER:
        raise ScriptError(
            "this file was compiled by another version of Python",
            path=path,
            hint="Compile it again with this one, or ship the source.",
        )
    try:
        code = marshal.loads(data[_PREAMBLE:])
    except (EOFError, ValueError, TypeError) as error:
        raise ScriptError(f"this compiled file is damaged: {error}", path=path) from error
    if not isinstance(code, CodeType):
        raise ScriptError("this compiled file holds no module", path=path)
    return _header(code)


def _header(code: CodeType) -> Header:
    values: dict[str, Any] = {}
    lines: dict[str, int] = {}
    docstring = ""
    line = 1
    before: dis.Instruction | None = None
    for instruction in dis.get_instructions(code):
        line = instruction.starts_line or line
        if instruction.opname in ("STORE_NAME", "STORE_GLOBAL"):
            name = instruction.argval
            constant = before.argval if before is not None and before.opname == "LOAD_CONST" else Dynamic(line)
            if name == "__doc__" and isinstance(constant, str):
                docstring = constant
            elif name in NAMES:
                values[name] = _header_value(constant, line)
                lines[name] = line
        before = instruction
    return Header(values, lines, docstring, any(isinstance(value, Dynamic) for value in values.values()))


def _header_value(value: Any, line: int) -> Any:
    if value is None or isinstance(value, str | Dynamic):
        return value
    if isinstance(value, tuple) and all(isinstance(item, str) for item in value):
        return value
    return Dynamic(line)
