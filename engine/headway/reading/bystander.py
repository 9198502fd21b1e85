"""Whether importing a revision file does more than bind its own names, as far as its text tells. Executes nothing.

Who imports every file of a history for the few that run, as Alembic does, may leave out those that do no more.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from headway.pattern import pattern

_DOCSTRING = pattern(rb"(?:[ \t]*(?:#[^\n]*)?\r?\n)*(\"\"\"|''')")
_REST = pattern(rb"[ \t]*(?:#[^\n]*)?\r?(?:\n|\Z)")
_OUTERMOST = pattern(rb"^(?:from [^\n(#]*\([^)]*\)[^\n]*|(?![\s#)\]}])[^\n]+)", re.M)
"""What begins in the first column, outside of the docstring; an import with its whole list of names."""
_HAS_CALL = pattern(rb"[\w)\]\"'][ \t]*\(").search
_FUNCTION = pattern(rb"(?:async )?def \w+\(([^()]*)\)[^()]*").fullmatch
"""Its whole signature on one line, and nothing called in or behind it."""
_CONSTANT = pattern(rb"\w+[ \t]*(?::[^=]+)?=[^;]*[^(\[{\\,;\s][ \t]*").fullmatch
"""An assignment that ends with its line."""


class Bystanders:
    """Tells the files that only bind names. ``is_neutral`` judges the import statements in them."""

    def __init__(self, is_neutral: Callable[[bytes], bool]) -> None:
        self.is_neutral = is_neutral
        self._harmless: set[bytes] = set()
        """Lines that have been judged: most files of a history share them."""

    def binds_only(self, source: bytes) -> bool:
        """Whether importing this source does nothing that another module could notice; in doubt it does."""
        begin = 0
        if (docstring := _DOCSTRING.match(source)) is not None:
            end = source.find(docstring[1], docstring.end())
            if end < 0 or (rest := _REST.match(source, end + 3)) is None:
                return False
            begin = rest.end()
        return all(line in self._harmless or self._is_harmless(line) for line in _OUTERMOST.findall(source, begin))

    def _is_harmless(self, found: bytes) -> bool:
        line = found.rstrip()
        if line.startswith((b"import ", b"from ")):
            harmless = b";" not in line and self.is_neutral(line)
        else:
            harmless = _FUNCTION(line) is not None or (_CONSTANT(line) is not None and not _HAS_CALL(line))
        if harmless:
            self._harmless.add(found)
        return harmless


_IMPORT = pattern(rb"import ([\w., \t]+?)[ \t]*(?:#.*)?").fullmatch
_FROM_IMPORT = pattern(rb"from ([\w.]+)[ \t]+import[ \t]*(\(?)([\w,\s]+?)[\s,]*\)?[ \t]*(?:#[^\n]*)?").fullmatch


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
