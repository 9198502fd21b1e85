"""A text of SQL as tokens, by the rules of one database. Knows quotes and comments, and no grammar.

Every pattern either matches in one pass or takes the rest of the text, so that the time is linear in its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from headway.pattern import pattern

MYSQL = frozenset({"mysql", "mariadb"})


class Token(NamedTuple):
    """A word, a quoted name, a string, a number, a bind parameter, a mark, or what is broken: an unclosed quote."""

    kind: str
    text: str
    start: int
    end: int
    word: str
    """The text in capitals of a word without quotes and of a mark, else the empty text."""

    def value(self, *, escapes: bool = False) -> str:
        """What a quoted name or a string says; ``escapes`` says that its backslashes escape."""
        if self.kind == "name":
            return _unquoted_name(self.text)
        if self.kind != "string":
            return self.text
        text = _unquoted_string(self.text)
        return _ESCAPE.sub(lambda match: match[1], text) if escapes or self.text[0] in "eE" else text


def tokens(text: str, database: str, start: int = 0, end: int | None = None) -> list[Token]:
    """The tokens of ``text[start:end]`` without comments and white space, as ``database`` reads it.

    What is longer than any migration becomes one broken token: nobody waits for it, and it is not passed as read.
    """
    last = len(text) if end is None else end
    found = list(islice(_tokens(text, database, start, last), MOST))
    return found if len(found) < MOST else [Token("broken", text[start:last], start, last, "")]


MOST = 80_000
"""How many tokens a text may have: a few seconds of work."""


_ESCAPE = pattern(r"\\(.)", re.S)


# -- below: one pattern a database --------------------------------------------------------------------------------


def _tokens(text: str, database: str, position: int, end: int) -> Iterator[Token]:
    pattern = _pattern(database)
    executable = False
    while position < end:
        match = pattern.match(text, position, end)
        assert match is not None  # the last alternative takes any character
        kind = str(match.lastgroup)
        position = match.end()
        if kind in ("comment", "block"):
            continue
        if kind == "nested":
            position = _end_of_nested(text, match.start(), end)
            continue
        if kind == "executable":
            executable = True
            continue
        if executable and match[0] == "*" and text.startswith("/", position, end):
            executable, position = False, position + 1
            continue
        if kind == "broken":
            position = end
        shown = text[match.start() : position]
        plain = kind == "word" or kind == "mark"
        yield Token(kind, shown, match.start(), position, _MARKS.get(shown, shown.upper()) if plain else "")


_MARKS = {"\\:\\:": "::", "\\:": ":"}
"""How SQLAlchemy's text() escapes a colon."""


def _end_of_nested(text: str, start: int, end: int) -> int:
    depth = 0
    for match in _COMMENT_MARK.finditer(text, start, end):
        depth += 1 if match[0] == "/*" else -1
        if depth == 0:
            return match.end()
    return end


_COMMENT_MARK = pattern(r"/\*|\*/")


@lru_cache(maxsize=8)
def _pattern(database: str) -> re.Pattern[str]:
    mysql = database in MYSQL
    parts = [r"(?P<comment>\s+|" + (r"--(?=\s|\Z)[^\n]*|\#[^\n]*" if mysql else r"--[^\n]*") + ")"]
    if mysql:
        parts.append(r"(?P<executable>/\*M?!\d*)")
    if database in ("postgresql", "mssql"):
        parts.append(r"(?P<nested>/\*)")
    else:
        parts.append(r"(?P<block>/\*.*?(?:\*/|\Z))")
    parts.append(f"(?P<string>{_string(database)})")
    parts.append(f"(?P<name>{_NAMES[database]})")
    parts.append(f"(?P<broken>{_BROKEN[database]})")
    parts.append(r"(?P<bind>(?<!:):(?!:)[^\W\d]\w*)")
    parts.append(r"(?P<word>[@#]{0,2}[^\W\d][\w$#@]*)" if database == "mssql" else r"(?P<word>@{0,2}[^\W\d][\w$#]*)")
    parts.append(r"(?P<number>0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)")
    parts.append(r"(?P<mark>\\:\\:|\\:|::|:=|=>|->>?|\#>>?|<=|>=|<>|!=|\|\||.)")
    return re.compile("|".join(parts), re.S)


def _string(database: str) -> str:
    if database in MYSQL:
        return r"(?:_\w+\s*|[nNbBxX])?'[^'\\]*+(?:(?:\\.|'')[^'\\]*+)*+'|\"[^\"\\]*+(?:(?:\\.|\"\")[^\"\\]*+)*+\""
    plain = r"(?:[nNbBxX]|[uU]&)?'[^']*+(?:''[^']*+)*+'"
    if database == "postgresql":
        tagged = r"(?<![\w$])\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?\$(?P=tag)\$"
        return rf"[eE]'[^'\\]*+(?:(?:\\.|'')[^'\\]*+)*+'|{plain}|{tagged}"
    if database == "oracle":
        paired = "|".join(rf"{re.escape(a)}.*?{re.escape(b)}'" for a, b in ("[]", "{}", "()", "<>"))
        return rf"[nN]?[qQ]'(?:{paired}|(?P<mark2>[^\s\[{{(<]).*?(?P=mark2)')|{plain}"
    return plain


_NAMES = {
    "postgresql": r"(?:[uU]&)?\"(?:[^\"]|\"\")*+\"",
    "oracle": r"\"[^\"]*+\"",
    "mysql": r"`(?:[^`]|``)*+`",
    "mariadb": r"`(?:[^`]|``)*+`",
    "sqlite": r"\"(?:[^\"]|\"\")*+\"|`(?:[^`]|``)*+`|\[[^\]]*+\]",
    "mssql": r"\"(?:[^\"]|\"\")*+\"|\[(?:[^\]]|\]\])*+\]",
}
_BROKEN = {
    "postgresql": r"['\"]|(?<![\w$])\$(?:[^\W\d]\w*)?\$",
    "oracle": r"[nN]?[qQ]'|['\"]|\$\w*\$",
    "mysql": r"['\"`]|\$\w*\$",
    "mariadb": r"['\"`]|\$\w*\$",
    "sqlite": r"['\"`\[]|\$\w*\$",
    "mssql": r"['\"\[]|\$\w*\$",
}
"""What opens a quote that nothing closes, and PostgreSQL's quotes elsewhere: the rest of the text is inside."""


def _unquoted_name(text: str) -> str:
    text = text[2:] if text[:2] in ("U&", "u&") else text
    closing = {"[": "]"}.get(text[0], text[0])
    return text[1:-1].replace(closing * 2, closing)


def _unquoted_string(text: str) -> str:
    if text.startswith("$"):
        tag = text.index("$", 1) + 1
        return text[tag:-tag]
    quoted = text[text.index(text[-1]) :] if text[-1] in "'\"" else text
    if text[:1] in "qQ" or text[:2] in ("nq", "nQ", "Nq", "NQ"):
        return text[text.index("'") + 2 : -2]
    return quoted[1:-1].replace(quoted[-1] * 2, quoted[-1])
