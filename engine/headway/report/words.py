"""Words that several formats have need of: a count of things, and a text that is longer than there is room for."""

from __future__ import annotations


def shortened(text: str, room: int) -> str:
    """``text``, or its beginning and how many characters are left out."""
    if len(text) <= room:
        return text
    return f"{text[:room]}… ({len(text) - room} more characters)"


def amount(count: int, thing: str) -> str:
    """``1 error``, ``2 errors``; what has no plural stays."""
    return f"{count} {thing}" if count == 1 or thing in _NO_PLURAL else f"{count} {thing}s"


_NO_PLURAL = frozenset({"info", "drift", "accepted"})
