"""What a statement's text mentions: its words, its literals, its tables. A tokenizer, not a parser: what it does not
see for certain it calls unknown (None)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from headway.pattern import pattern

_TOKENS = pattern(
    r"(?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))"
    r"|(?P<string>[eE]?'(?:[^'\\]|''|\\.)*+'|(?<![\w$])\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)"
    r"|(?P<name>\"(?:[^\"]|\"\")*+\"|`[^`]+`|\[[^\]\d:][^\]]*\]|[^\W\d][\w$]*)"
    r"|(?P<unclosed>(?:['\"`]|\[[^\]\d:]|(?<![\w$])\$\w*\$).*)"
    r"|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"
    r"|(?P<space>\s+)"
    r"|(?P<mark>.)",
    re.S,
)

Token = tuple[str, str]
"""The kind (string, name, number, mark) and the text."""

_AFTER_FROM = frozenset({"from", "join", "straight_join"})
_NO_TABLE = frozenset({"select", "lateral", "unnest", "only", "generate_series", "json_each", "values"})
_ENDS_FROM = frozenset({"where", "group", "order", "having", "limit", "window", "union", "except", "intersect"})
_MAY_END_FROM = frozenset({"fetch", "for", "offset", "set", "returning"})
"""What ends the list of tables, or is an alias or a word of its own in it."""


@lru_cache(maxsize=512)
def tokens(sql: str) -> tuple[Token, ...]:
    """The tokens of a text without comments and white space."""
    found = ((str(match.lastgroup), match[0]) for match in _TOKENS.finditer(sql))
    return tuple(("string", text) if kind == "tag" else (kind, text) for kind, text in found if kind not in _DROPPED)


_DROPPED = frozenset({"comment", "space"})


@lru_cache(maxsize=512)
def is_read_alike(sql: str) -> bool:
    """Whether all databases agree where the literals, names and comments of a text end.

    They do not for a backslash before a quote, MySQL's ``#`` and ``/*! … */``, comments in comments, ``--`` without a
    space, and brackets, which are a name or a subscript.
    """
    seen = 0  # up to where lines with a # were looked at
    for found in _TOKENS.finditer(sql):
        if not _is_alike(str(found.lastgroup), found[0]):
            return False
        if found[0] == "#" and found.start() >= seen:
            # The rest of the line counts either way, unless a quote in it pairs with one on another line.
            rest = sql[found.end() :].partition("\n")[0]
            seen = found.end() + len(rest)
            if any(rest.count(quote) % 2 for quote in "'\"`"):
                return False
    return True


def _is_alike(kind: str, text: str) -> bool:
    match kind:
        case "comment" if text.startswith("--"):
            return len(text) == 2 or text[2].isspace()
        case "comment":
            return (
                text.endswith("*/") and len(text) > 3 and "/*" not in text[2:] and text[2:4] != "M!" and text[2] != "!"
            )
        case "string" | "tag":
            return text[0] in "eE$" or "\\'" not in text
        case "name" if text[0] == '"':
            return '\\"' not in text
        case "name" if text[0] == "[":
            inside = _PARAMETER.sub("?", text)
            return inside.count("'") % 2 == 0 and _NO_LIST_OF_VALUES.search(inside) is None
        case "mark":
            return text < "\x80"
    return kind != "unclosed"


_PARAMETER = pattern(r"%\(\w+\)s")
_NO_LIST_OF_VALUES = pattern(r"[(\"`;#\\]|--")


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
    while words and words[-1] == ";":
        words.pop()
    reader = _CHANGES.get(words[0] if words else "")
    return None if reader is None or ";" in words or not is_read_alike(sql) else reader(words)


def read_tables(sql: str) -> frozenset[str] | None:
    """The tables in lower case that a SELECT reads; None when that cannot be told.

    Every table stands behind FROM, JOIN or a comma of such a list; a function in that place makes it unknown.
    """
    words = list(_names_and_marks(sql))
    if not words or words[0] != "select" or not is_read_alike(sql) or _reads_without_from(words):
        return None
    found: set[str] = set()
    lists = [_NO_LIST]  # one for each parenthesis that is open
    number = 0
    while number < len(words):
        word = words[number]
        if word == "," and lists[-1] is _PERHAPS:
            return None
        if word in _AFTER_FROM or (lists[-1] is _LIST and word == ","):
            if number + 1 >= len(words) or words[number + 1] in _NO_TABLE or not _is_name(words[number + 1]):
                return None
            name, number = _qualified(words, number + 1)
            if not name:
                return None
            found.add(name)
            lists[-1] = _LIST
            continue
        if word == "(":
            lists.append(_NO_LIST)
        elif word == ")":
            lists[-1:] = [] if len(lists) > 1 else [_NO_LIST]
        elif word in _ENDS_FROM and not (lists[-1] is _PERHAPS and word in ("order", "limit")):
            lists[-1] = _NO_LIST
        elif word in _MAY_END_FROM and lists[-1] is _LIST:
            lists[-1] = _PERHAPS
        number += 1
    looks_up = any(_LOOKS_UP.fullmatch(name.rpartition(".")[2]) for name in functions(sql)) or "regclass" in words
    return None if looks_up and not any(name.startswith("pg_") for name in found) else frozenset(found)


_NO_LIST, _PERHAPS, _LIST = "no list", "perhaps a list", "a list"
"""Whether a comma is followed by a table."""

_LOOKS_UP = pattern(
    r"to_reg\w+|pg_\w*_size|pg_get_\w+|has_\w+_privilege|\w+_description|\w+_is_visible|currval|lastval|last_insert_id"
    r"|last_insert_rowid|(?:total_)?changes|row_count|found_rows|\w+_to_xml\w*"
)
"""Functions that tell of tables which stand in no list, or of rows that were written."""


def _reads_without_from(words: list[str]) -> bool:
    """Whether a SELECT may read what no list of tables names: ``TABLE b``, ``IN b``, a variable that was set by a query."""
    return any(
        word == "table" or (_is_name(following) and (word == "in" or (word == "@" and before != "@")))
        for before, word, following in zip(["", *words], words, words[1:], strict=False)
    )


def plain(name: str) -> str:
    """A name without its quotes, in lower case."""
    return name.strip('"`[]').lower()


# -- changes ------------------------------------------------------------------------------------------------------


def _names_and_marks(sql: str) -> Iterator[str]:
    """Names in lower case, those in quotes behind a quote, so that they are no keywords; a quote alone for a literal."""
    for kind, text in tokens(sql):
        if kind == "name":
            yield plain(text) if text[0] not in _QUOTES else f'"{plain(text)}'
        else:
            yield "'" if kind == "string" else text


_QUOTES = frozenset('"`[')


def _is_name(word: str) -> bool:
    return len(word.lstrip('"')) > 0 and (word[0].isalpha() or word[0] in '_"')


def _qualified(words: list[str], start: int) -> tuple[str, int]:
    """The last part of a name such as ``schema.table``, "" where that is no name, and where it ends."""
    end = start + 1
    while end + 1 < len(words) and words[end] == ".":
        end += 2
    name = words[end - 1]
    return (name.lstrip('"') if _is_name(name) else ""), end


def _after(words: list[str], start: int, skipped: frozenset[str]) -> frozenset[str] | None:
    while start < len(words) and words[start] in skipped:
        start += 1
    if start >= len(words) or not _is_name(words[start]):
        return None
    name, _ = _qualified(words, start)
    return frozenset({name}) if name else None


_SMALL = frozenset({"if", "not", "exists", "only", "into", "from", "table", "ignore", "or", "replace", "unlogged"})


def _create(words: list[str]) -> frozenset[str] | None:
    if not _OF_OTHERS.isdisjoint(words) or ("partition", "of") in pairwise(words):
        return None
    head = words[1 : words.index("(")] if "(" in words else words[1:]
    if head[:1] == ["table"]:
        return _after(words, 1, _SMALL)
    if "index" in head[:4]:
        return _after(words, words.index("on") + 1, _SMALL) if "on" in words else None
    return None


_OF_OTHERS = frozenset({"select", "execute", "inherits"})

_OF_TWO_TABLES = frozenset(
    [
        ("exchange", "partition"),
        ("attach", "partition"),
        ("detach", "partition"),
        ("convert", "partition"),
        ("convert", "table"),
        ("switch", "partition"),
        ("switch", "to"),
    ]
)


def _alter(words: list[str]) -> frozenset[str] | None:
    if words[1:2] != ["table"] or "inherit" in words or not _OF_TWO_TABLES.isdisjoint(pairwise(words)):
        return None
    found = _after(words, 1, _SMALL)
    if found is not None and "rename" in words:
        return found | _new_names(words)
    return found


_AFTER_RENAME = frozenset({"to", "as", "column", "constraint", "index", "key", "="})


def _new_names(words: list[str]) -> frozenset[str]:
    """The names after RENAME, of which MySQL leaves out TO."""
    found = set()
    for number, (word, following) in enumerate(pairwise(words), start=1):
        if word in ("to", "as", "=") or (word == "rename" and following not in _AFTER_RENAME):
            found.add(_qualified(words, number)[0])
    return frozenset(found - {""})


def _drop(words: list[str]) -> frozenset[str] | None:
    if words[1:2] != ["table"] or "," in words or "cascade" in words:
        return None
    return _after(words, 1, _SMALL)


_PRIORITIES = {"update": ("low_priority",), "insert": ("low_priority", "delayed", "high_priority")}


def _row_change(words: list[str]) -> frozenset[str] | None:
    verb = words[0]
    if verb == "delete":
        head = words[: words.index("where")] if "where" in words else words
        if "," in head or "using" in words or words[1:2] != ["from"]:
            return None  # what stands there may be an alias
    elif verb == "update":
        head = words[: words.index("set")] if "set" in words else words
        if "," in head or "join" in head or "straight_join" in head:
            return None  # MySQL's form that changes several tables
    start = 3 if words[1:2] == ["or"] else 1  # INSERT OR FAIL
    if words[start : start + 1] and words[start] in _PRIORITIES.get(verb, ()):
        start += 1
    return _after(words, start, _SMALL)


_CHANGES = {
    "create": _create,
    "alter": _alter,
    "drop": _drop,
    "insert": _row_change,
    "update": _row_change,
    "delete": _row_change,
}
