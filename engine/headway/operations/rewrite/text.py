"""SQL text in pieces: column names in it are found and replaced, lists taken apart, strings and comments left alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from headway.pattern import pattern

TOKEN = pattern(
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


def listed(text: str) -> Iterator[str]:
    """The pieces between the commas of the first parentheses, as written, without comments."""
    depth, current = 0, ""
    for piece in tokens(text):
        if piece.startswith(("--", "/*")):
            continue
        depth += (piece == "(") - (piece == ")")
        if depth == 0 and piece == ")":
            break
        if depth == 1 and piece == ",":
            yield current
            current = ""
        elif depth > 1 or (depth == 1 and piece != "("):
            current += piece
    if current.strip():
        yield current


def pieces(text: str) -> list[str]:
    """Words, and whole parentheses as one piece each."""
    found: list[str] = []
    depth = 0
    for piece in tokens(text):
        if depth or piece == "(":
            opens = depth == 0
            depth += (piece == "(") - (piece == ")")
            if opens:
                found.append(piece)
            else:
                found[-1] += piece
        elif not piece.isspace():
            found.append(piece)
    return found


def names_in(sql: str) -> set[str]:
    """Every name that the text mentions, in lower case; functions are not names here."""
    return {name.lower() for name, _ in _names(tokens(sql))}


def with_renamed(sql: str, renamed: Mapping[str, str], quote: Callable[[str], str]) -> str:
    """The text with columns called as they are called now; ``quote`` writes a name as the database needs it."""
    wanted = {old.lower(): new for old, new in renamed.items() if old != new}
    written = tokens(sql)
    for name, position in list(_names(written)):
        if name.lower() in wanted:
            written[position] = quote(wanted[name.lower()])
    return "".join(written)


def _names(written: list[str]) -> Iterator[tuple[str, int]]:
    for position, piece in enumerate(written):
        name = plain_name(piece)
        following = next((text for text in written[position + 1 :] if not text.isspace()), "")
        if name is not None and following != "(":
            yield name, position
