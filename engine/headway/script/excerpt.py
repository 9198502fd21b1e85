"""The part of a revision file that has to be compiled when it runs among many.

Compiling is the largest part of what a long upgrade takes besides the database. The header has been read already, so its
values can be set; the downgrade is not called. Line numbers stay as they are.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_VALUE = rb"(?: *: *[\w\[\], |.]+)? *= *(None|'[\w.-]*'|\"[\w.-]*\")\n"
_HEADER_COMMENT = b"\n# revision identifiers"
_HEADER = re.compile(
    rb"%s[^\n]*\nrevision%sdown_revision%s(?:branch_labels%s)?(?:depends_on%s)?"
    % (_HEADER_COMMENT, _VALUE, _VALUE, _VALUE, _VALUE)
)
_NAMES = ("revision", "down_revision", "branch_labels", "depends_on")
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
    begin = left.find(_HEADER_COMMENT)
    header = _HEADER.match(left, begin) if begin >= 0 else None
    if header is None or left.count(b'"""', 0, begin) not in (0, 2) or left.find(b"'''", 0, begin) >= 0:
        return None if left is source else Excerpt(left, {})
    values = {
        name: None if written == b"None" else written[1:-1].decode("ascii")
        for name, written in zip(_NAMES, header.groups(), strict=True)
        if written is not None
    }
    empty = b"\n" * (len(values) + 2)  # the end of the line above and the comment have one each
    return Excerpt(left[:begin] + empty + left[header.end() :], values)


def _without_downgrade(source: bytes) -> bytes:
    mentioned = source.find(b"downgrade")
    start = mentioned - len(b"\ndef ")
    # Where it is mentioned above, somebody may call it.
    return source[: start + 1] if start >= 0 and _LAST_FUNCTION.match(source, start) else source
