"""What is left of a text that is longer than there is room for. Knows no format."""

from __future__ import annotations


def shortened(text: str, room: int) -> str:
    """``text``, or its beginning and how many characters are left out."""
    if len(text) <= room:
        return text
    return f"{text[:room]}… ({len(text) - room} more characters)"
