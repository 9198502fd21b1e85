"""The part of a revision file that has to be compiled when it runs among many.

Compiling is the largest part of what a long upgrade takes besides the database. The header has been read already, so its
values can be set; the downgrade is not called. Line numbers stay as they are. Both are left out only where they are what
templates make of them.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from headway.script.header import NAMES

_VALUE = rb"(?: *: *(?:str|Union|Sequence|Optional|None|[\[\], |])+)? *= *(None|'[\w.-]*'|\"[\w.-]*\")\n"
_HEADER_COMMENT = b"\n# revision identifiers"
_HEADER = re.compile(
    rb"%s[^\n]*\nrevision%sdown_revision%s(?:branch_labels%s)?(?:depends_on%s)?"
    % (_HEADER_COMMENT, _VALUE, _VALUE, _VALUE, _VALUE)
)
_IMPORTED = (b"Union", b"Sequence", b"Optional")
_IMPORTS = re.compile(rb"(?:(?:#[^\n'\"]*|import [\w., ]+|from [\w.]+ import [\w, ]+)?[ \t]*\n)*")
_LAST_FUNCTION = re.compile(rb"\ndef downgrade\(\)(?: -> None)?:[^\n]*(?:\n(?:[ \t][^\n]*)?)*\Z")
"""A function without parameters, below which every line is indented or empty: nothing but its body."""


class Excerpt(NamedTuple):
    """What is left to compile, and the values to set before it is executed."""

    source: bytes
    values: dict[str, str | None]


def excerpt(source: bytes, *, upgrade: bool) -> Excerpt | None:
    """``source`` without a header as templates write it and, for an upgrade, without a downgrade that ends it.

    None when there is nothing to leave out. If what is left cannot be compiled, as where the downgrade had a decorator or
    is part of a text, the whole must be.
    """
    if b"\r" in source or b"\f" in source:  # they can end a line, or begin one at its first column
        return None
    left = _without_downgrade(source) if upgrade else source
    begin = left.find(_HEADER_COMMENT) + 1
    header = _HEADER.match(left, begin - 1) if begin else None
    if header is None or not _is_usual_above(left, begin, header[0]) or b"__annotations__" in left:
        return None if left is source else Excerpt(left, {})
    values = {
        name: None if written == b"None" else written[1:-1].decode("ascii")
        for name, written in zip(NAMES, header.groups(), strict=True)
        if written is not None
    }
    empty = b"\n" * (len(values) + 1)  # the comment has one as well
    return Excerpt(left[:begin] + empty + left[header.end() :], values)


def _without_downgrade(source: bytes) -> bytes:
    mentioned = source.find(b"downgrade")
    start = mentioned - len(b"\ndef ")
    # Where it is mentioned above, somebody may call it.
    return source[: start + 1] if start >= 0 and _LAST_FUNCTION.match(source, start) else source


def _is_usual_above(source: bytes, end: int, header: bytes) -> bool:
    """Whether above a header is nothing but a docstring and imports, those of its annotations included.

    Code there could see that the values have been set already, or set others.
    """
    start = 0
    if source.startswith(b'"""'):
        start = source.find(b'"""', 3) + 3
        if start < 3 or start > end or source.find(b"\\", 0, start) >= 0:
            return False
    imports = source[start:end]
    if _IMPORTS.fullmatch(imports) is None or any(name.encode() in imports for name in NAMES):
        return False
    return all(name in imports for name in _IMPORTED if name in header)
