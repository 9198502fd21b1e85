"""What a statement's text mentions: its words, its literals, its tables. A tokenizer, not a parser: what it does not
see for certain it calls unknown (None)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_TOKENS = re.compile(
    r"(?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))"
    r"|(?P<string>[eE]?'(?:[^'\\]|''|\\.)*+'|(?<![\w$])\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)"
    r"|(?P<name>\"(?:[^\"]|\"\")+\"|`[^`]+`|\[[^\]\d:][^\]]*\]|[^\W\d][\w$]*)"
    r"|(?P<unclosed>(?:['\"`]|\[[^\]\d:]|(?<![\w$])\$\w*\$).*)"
    r"|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"
    r"|(?P<space>\s+)"
    r"|(?P<mark>.)",
    re.S,
)

Token = tuple[str, str]
"""The kind (string, name, number, mark) and the text."""

_AFTER_FROM = frozenset({"from", "join"})
_NO_TABLE = frozenset({"select", "lateral", "unnest", "only", "generate_series", "json_each", "values"})
_ENDS_FROM_WORDS = (
    "where group order having limit union except intersect on using join left right inner cross natural full "
    "outer window fetch for offset set returning"
)
_ENDS_FROM = frozenset(_ENDS_FROM_WORDS.split())


@lru_cache(maxsize=512)
def tokens(sql: str) -> tuple[Token, ...]:
    """The tokens of a text without comments and white space."""
    found = ((str(match.lastgroup), match[0]) for match in _TOKENS.finditer(sql))
    return tuple(("string", text) if kind == "tag" else (kind, text) for kind, text in found if kind not in _DROPPED)


_DROPPED = frozenset({"comment", "space"})


def split_literals(sql: str) -> tuple[str, tuple[str, ...]]:
    """The text with each string and number literal replaced by a question mark, and the literals."""
    shape: list[str] = []
    literals: list[str] = []
    for kind, text in tokens(sql):
        if kind in ("string", "number"):
            literals.append(text)
            shape.append("?")
        else:
            shape.append(text)
    return " ".join(shape), tuple(literals)


def string_values(sql: str) -> frozenset[str]:
    """What the string literals of a text say, in lower case."""
    return frozenset(text.lower().strip("eE'") for kind, text in tokens(sql) if kind == "string")


def functions(sql: str) -> frozenset[str]:
    """The names in lower case, with their schema, of everything that looks like a function call."""
    found: set[str] = set()
    all_tokens = tokens(sql)
    for number, (_, text) in enumerate(all_tokens):
        if text == "(" and number and all_tokens[number - 1][0] == "name":
            name = plain(all_tokens[number - 1][1])
            if number > 2 and all_tokens[number - 2][1] == "." and all_tokens[number - 3][0] == "name":
                name = f"{plain(all_tokens[number - 3][1])}.{name}"
            found.add(name)
    return frozenset(found)


def changed_tables(sql: str) -> frozenset[str] | None:
    """The tables in lower case that a change concerns; None when that cannot be told."""
    words = list(_names_and_marks(sql))
    verb = words[0] if words else ""
    reader = _CHANGES.get(verb)
    return None if reader is None else reader(words)


def read_tables(sql: str) -> frozenset[str] | None:
    """The tables in lower case that a query reads, views among them; None when that cannot be told."""
    words = list(_names_and_marks(sql))
    if not words or words[0] != "select":
        return None
    found: set[str] = set()
    in_list = False
    number = 0
    while number < len(words):
        word = words[number]
        if word in _AFTER_FROM or (in_list and word == ","):
            if number + 1 >= len(words) or words[number + 1] in _NO_TABLE or not _is_name(words[number + 1]):
                return None
            name, number = _qualified(words, number + 1)
            found.add(name)
            in_list = True
            continue
        if word in _ENDS_FROM or word in ("(", ")"):
            in_list = False
        number += 1
    return frozenset(found)


def plain(name: str) -> str:
    """A name without its quotes, in lower case."""
    return name.strip('"`[]').lower()


# -- changes ------------------------------------------------------------------------------------------------------


def _names_and_marks(sql: str) -> Iterator[str]:
    for kind, text in tokens(sql):
        yield plain(text) if kind == "name" else ("'" if kind == "string" else text)


def _is_name(word: str) -> bool:
    return bool(word) and (word[0].isalpha() or word[0] == "_")


def _qualified(words: list[str], start: int) -> tuple[str, int]:
    """The last part of a name such as ``schema.table``, and where it ends."""
    end = start + 1
    while end + 1 < len(words) and words[end] == ".":
        end += 2
    return words[end - 1], end


def _after(words: list[str], start: int, skipped: frozenset[str]) -> frozenset[str] | None:
    while start < len(words) and words[start] in skipped:
        start += 1
    if start >= len(words) or not _is_name(words[start]):
        return None
    return frozenset({_qualified(words, start)[0]})


_SMALL = frozenset({"if", "not", "exists", "only", "into", "from", "table", "ignore", "or", "replace", "unlogged"})


def _create(words: list[str]) -> frozenset[str] | None:
    if "select" in words or "execute" in words:
        return None
    head = words[1:5]
    if "index" in head:
        return _after(words, words.index("on") + 1, _SMALL) if "on" in words else None
    if head[:1] == ["table"]:
        return _after(words, 1, _SMALL)
    return None


def _alter(words: list[str]) -> frozenset[str] | None:
    if words[1:2] != ["table"]:
        return None
    found = _after(words, 1, _SMALL)
    if found is not None and "rename" in words:
        return found | _after_to(words)
    return found


def _after_to(words: list[str]) -> frozenset[str]:
    return frozenset(words[number + 1] for number, word in enumerate(words[:-1]) if word in ("to", "as"))


def _drop(words: list[str]) -> frozenset[str] | None:
    if words[1:2] != ["table"] or "," in words or "cascade" in words:
        return None
    return _after(words, 1, _SMALL)


def _row_change(words: list[str]) -> frozenset[str] | None:
    if "," in words and words[0] in ("update", "delete") and "set" not in words[:4] and "where" not in words[:5]:
        return None  # MySQL's form that changes several tables
    return _after(words, 1, _SMALL)


_CHANGES = {
    "create": _create,
    "alter": _alter,
    "drop": _drop,
    "insert": _row_change,
    "update": _row_change,
    "delete": _row_change,
}
