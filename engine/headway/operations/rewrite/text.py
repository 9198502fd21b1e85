"""Column names inside SQL text: finds and replaces them, and leaves strings and comments alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

TOKEN = re.compile(
    r"""
      '(?:[^']|'')*'                                        # a string
    | "(?:[^"]|"")*" | `(?:[^`]|``)*` | \[[^\]]*\]          # a quoted name
    | --[^\n]* | /\*.*?\*/                                  # a comment
    | [^\W\d][\w$]*                                         # a name or a keyword
    | \s+ | .                                               # anything else
    """,
    re.X | re.S,
)


def tokens(sql: str) -> list[str]:
    """The text in pieces; together they are the text again."""
    return TOKEN.findall(sql)


def plain_name(token: str) -> str | None:
    """What a token names, without its quotes; None when it is no name."""
    if token[:1] in ('"', "`"):
        return token[1:-1].replace(token[0] * 2, token[0])
    if token[:1] == "[":
        return token[1:-1]
    return token if token[:1].isalpha() or token[:1] == "_" else None


def names_in(sql: str) -> set[str]:
    """Every name that the text mentions, in lower case; functions are not names here."""
    return {name.lower() for name, _ in _names(tokens(sql))}


def with_renamed(sql: str, renamed: Mapping[str, str], quote: Callable[[str], str]) -> str:
    """The text with columns called as they are called now; ``quote`` writes a name as the database needs it."""
    wanted = {old.lower(): new for old, new in renamed.items() if old != new}
    pieces = tokens(sql)
    for name, position in list(_names(pieces)):
        if name.lower() in wanted:
            pieces[position] = quote(wanted[name.lower()])
    return "".join(pieces)


def _names(pieces: list[str]) -> Iterator[tuple[str, int]]:
    for position, piece in enumerate(pieces):
        name = plain_name(piece)
        following = next((text for text in pieces[position + 1 :] if not text.isspace()), "")
        if name is not None and following != "(":
            yield name, position
