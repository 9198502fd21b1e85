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
_ENDS_FROM_WORDS = "where group order having limit union except intersect window fetch for offset set returning"
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
    return frozenset(_said(text).lower() for kind, text in tokens(sql) if kind == "string")


def _said(literal: str) -> str:
    """What a string literal says; what follows a backslash is left as it is written."""
    if literal.startswith("$"):
        mark = literal.index("$", 1) + 1
        return literal[mark:-mark]
    return literal[literal.index("'") + 1 : -1].replace("''", "'")


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
    lists = [False]  # for each parenthesis that is open, whether a comma is followed by a table
    number = 0
    while number < len(words):
        word = words[number]
        if word in _AFTER_FROM or (lists[-1] and word == ","):
            if number + 1 >= len(words) or words[number + 1] in _NO_TABLE or not _is_name(words[number + 1]):
                return None
            name, number = _qualified(words, number + 1)
            found.add(name)
            lists[-1] = True
            continue
        if word == "(":
            lists.append(False)
        elif word == ")":
            lists[-1:] = [] if len(lists) > 1 else [False]
        elif word in _ENDS_FROM:
            lists[-1] = False
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


_OF_TWO_TABLES = frozenset({"exchange", "switch", "attach", "detach"})


def _alter(words: list[str]) -> frozenset[str] | None:
    if words[1:2] != ["table"] or not _OF_TWO_TABLES.isdisjoint(words):
        return None
    found = _after(words, 1, _SMALL)
    if found is not None and "rename" in words:
        return found | _new_names(words)
    return found


_AFTER_RENAME = frozenset({"to", "as", "column", "constraint", "index", "key"})


def _new_names(words: list[str]) -> frozenset[str]:
    """The names after RENAME, of which MySQL leaves out TO."""
    starts = [number + 1 for number, word in enumerate(words[:-1]) if word in ("rename", "to", "as")]
    return frozenset(_qualified(words, start)[0] for start in starts if words[start] not in _AFTER_RENAME)


def _drop(words: list[str]) -> frozenset[str] | None:
    if words[1:2] != ["table"] or "," in words or "cascade" in words:
        return None
    return _after(words, 1, _SMALL)


_PRIORITIES = frozenset({"low_priority", "high_priority", "delayed"})


def _row_change(words: list[str]) -> frozenset[str] | None:
    if words[0] == "update":
        head = words[: words.index("set")] if "set" in words else words
        if "," in head or "join" in head:
            return None  # MySQL's form that changes several tables
    elif words[0] == "delete":
        if "," in words and "where" not in words[:5]:
            return None
        if words[1:2] != ["from"]:
            return None  # what stands there may be an alias
    start = 3 if words[1:2] == ["or"] else 1  # INSERT OR FAIL
    return _after(words, start, _SMALL | _PRIORITIES)


_CHANGES = {
    "create": _create,
    "alter": _alter,
    "drop": _drop,
    "insert": _row_change,
    "update": _row_change,
    "delete": _row_change,
}
