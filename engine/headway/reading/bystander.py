"""Whether importing a revision file does more than bind its own names, as far as its text tells. Executes nothing.

Who imports every file of a history for the few that run, as Alembic does, may leave out those that do no more.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_DOCSTRING = re.compile(rb"(?:[ \t]*(?:#[^\n]*)?\r?\n)*(\"\"\"|''')")
_REST = re.compile(rb"[ \t]*(?:#[^\n]*)?\r?(?:\n|\Z)")
_OUTERMOST = re.compile(rb"^(?:from [^\n(#]*\([^)]*\)[^\n]*|(?![\s#)\]}])[^\n]+)", re.M)
"""What begins in the first column, outside of the docstring; an import with its whole list of names."""
_HAS_CALL = re.compile(rb"[\w)\]\"'][ \t]*\(").search
_FUNCTION = re.compile(rb"(?:async )?def \w+\(([^()]*)\)[^()]*").fullmatch
"""Its whole signature on one line, and nothing called in or behind it."""
_CONSTANT = re.compile(rb"\w+[ \t]*(?::[^=]+)?=[^;]*[^(\[{\\,;\s][ \t]*").fullmatch
"""An assignment that ends with its line."""


def binds_only(source: bytes, is_neutral: Callable[[bytes], bool]) -> bool:
    """Whether importing this source does nothing that another module could notice; in doubt it does.

    ``is_neutral`` judges the import statements in it.
    """
    begin = 0
    if (docstring := _DOCSTRING.match(source)) is not None:
        end = source.find(docstring[1], docstring.end())
        if end < 0 or (rest := _REST.match(source, end + 3)) is None:
            return False
        begin = rest.end()
    for found in _OUTERMOST.findall(source, begin):
        line = found.rstrip()
        if line.startswith((b"import ", b"from ")):
            if b";" in line or not is_neutral(line):
                return False
        elif not (_FUNCTION(line) or (_CONSTANT(line) and not _HAS_CALL(line))):
            return False
    return True


_IMPORT = re.compile(rb"import ([\w., \t]+?)[ \t]*(?:#.*)?").fullmatch
_FROM_IMPORT = re.compile(rb"from ([\w.]+)[ \t]+import[ \t]*(\(?)([\w,\s]+?)[\s,]*\)?[ \t]*(?:#[^\n]*)?").fullmatch


def imported_names(statement: bytes) -> tuple[str, ...] | None:
    """The dotted names that an import statement looks for; None where it is of a kind that is not understood."""
    if (plain := _IMPORT(statement)) is not None:
        return tuple(_without_alias(part) for part in plain[1].decode().split(","))
    found = _FROM_IMPORT(statement)
    if found is None or found[1].startswith(b"."):
        return None
    module = found[1].decode()
    return (module, *(f"{module}.{_without_alias(part)}" for part in found[3].decode().split(",")))


def _without_alias(part: str) -> str:
    words = part.split()
    return words[0] if words else ""
