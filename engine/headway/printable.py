"""Text from strangers made fit for a line of output: what would end the line, move the cursor or turn the text around.

The one place that knows which characters those are. What is printed is made fit where it is printed; values stay whole.
"""

from __future__ import annotations

import re

from headway.pattern import pattern

# Control characters; ends of lines and paragraphs; marks, embeddings and isolates of writing direction; characters
# nobody sees; halves of surrogate pairs, which cannot be encoded.
_OTHERS = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff"
)
_IN_LINE = pattern(f"[\t\n{_OTHERS}]")
_IN_BLOCK = pattern(f"[{_OTHERS}]")
_SHORT = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}
_COMMAND = pattern(r"^(\s*):(?=:)|#(?=#\[)", re.M)


def one_line(text: str) -> str:
    """``text`` without what could end a line or change how it is shown: escaped as Python and JSON write it."""
    return _IN_LINE.sub(_escaped, text)


def lines(text: str) -> str:
    """``text`` with its tabs and ends of lines, and everything else escaped as in :func:`one_line`."""
    return _IN_BLOCK.sub(_escaped, text)


def without_commands(text: str) -> str:
    """``text`` in which no line is a command to GitHub's runner, which looks for ``::`` at the start of one, after white
    space, and for ``##[`` anywhere.

    See https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    return _COMMAND.sub(
        lambda match: f"{match[1] or ''}\\{match[0].strip()}" if match[0].strip() == ":" else "#\\", text
    )


def in_encoding_of(stream: object, text: str) -> str:
    """``text`` as a stream of characters can show it: what its encoding lacks is a question mark."""
    encoding = getattr(stream, "encoding", None)
    if not encoding or text.isascii():
        return text
    return text.encode(encoding, "replace").decode(encoding)


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    return _SHORT.get(character) or (f"\\x{code:02x}" if code < 0x7F else f"\\u{code:04x}")
