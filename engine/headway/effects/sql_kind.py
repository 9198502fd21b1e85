"""What kind of statement a text is, told from its first words. Parses nothing: what a statement does in detail is not
its business, and what it does not know is unknown, never a read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache

from headway.pattern import pattern


class Kind(StrEnum):
    """What a statement is for."""

    READ = "read"
    DATA = "data"
    DDL = "ddl"
    SETTING = "setting"
    """Changes the session, not the database."""
    TRANSACTION = "transaction"
    """Begins or ends a transaction or a savepoint."""
    VERSION = "version row"
    """Reads or writes the version table; told by who sends it, never by its text."""
    UNKNOWN = "unknown"


def kind_of(sql: str, *, mysql: bool = False) -> Kind:
    """The kind of a text; UNKNOWN for several statements that are not all of one kind, and for an empty text.

    ``mysql`` says that it is for MySQL or MariaDB, whose strings have backslashes and whose comments may begin with #.
    """
    return _remembered_kind(sql, mysql) if len(sql) <= _SHORT else _told_kind(sql, mysql)


def first_words(sql: str, count: int = 3, *, mysql: bool = False) -> tuple[str, ...]:
    """The first words of a text in capitals, past comments and parentheses."""
    return tuple(_words(next(statements_in(sql, mysql=mysql)))[:count])


def statements_in(sql: str, *, mysql: bool = False) -> Iterator[str]:
    """The statements of a text, without comments and with what stands in quotes left out of each.

    A quote that nothing closes takes the rest of the text: what it hides is a statement of its own, ``?``, which is
    of no known kind.
    """
    current: list[str] = []
    for token in (_MYSQL_TOKENS if mysql else _TOKENS).finditer(sql):
        kind = token.lastgroup
        if kind == "end":
            yield "".join(current)
            current = []
        elif kind == "executable":  # MySQL runs what stands in such a comment
            current.append(f" {token['inner']} ")
        elif kind == "comment":
            current.append(" ")
        elif kind == "unclosed":
            yield "".join(current)
            current = ["?"]
        else:
            current.append({"quoted": "''", "name": '""'}.get(str(kind), token[0]))
    yield "".join(current)


def split_statements(sql: str, *, mysql: bool = False) -> Iterator[tuple[int, str]]:
    """The statements of a file as they are written, each with the line that it begins on; those of comments alone are
    left out."""
    text: list[str] = []
    line, begins, words = 1, 1, False
    for token in (_MYSQL_TOKENS if mysql else _TOKENS).finditer(sql):
        kind, written = token.lastgroup, token[0]
        if kind == "end":
            if words:
                yield begins, "".join(text).strip()
            text, words = [], False
        else:
            if not words and kind != "comment" and written.strip():
                begins, words = line + _blank_lines(written), True
                text = []
            text.append(written)
        line += written.count("\n")
    if words:
        yield begins, "".join(text).strip()


def _blank_lines(text: str) -> int:
    """How many lines end before the first word of a text."""
    return text[: len(text) - len(text.lstrip())].count("\n")


_SHORT = 2_000
"""Longer texts hold data, and are not met again."""

_PARTS = (
    r"(?P<executable>/\*M?!\d*+(?P<inner>.*?)\*/)"
    r"|(?P<comment>--[^\n]*|{hash}/\*.*?(?:\*/|\Z))"
    r"|(?P<quoted>{string}|(?<![\w$])\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)"
    r"|(?P<name>\"(?:[^\"]|\"\")*+\"|`[^`]*+`|\[[^\]]*+\])"
    r"|(?P<unclosed>(?:['\"`\[]|(?<![\w$])\$\w*\$).*)"
    r"|(?P<end>;)"
    r"|(?P<plain>[^'\"`\[;/$\#-]+|.)"
)
_TOKENS = pattern(_PARTS.replace("{hash}", "").replace("{string}", r"'(?:[^']|'')*+'"), re.S)
_MYSQL_TOKENS = pattern(_PARTS.replace("{hash}", r"\#[^\n]*|").replace("{string}", r"'(?:[^'\\]|\\.|'')*+'"), re.S)

_READS = frozenset({"SELECT", "SHOW", "VALUES", "TABLE", "DESCRIBE", "DESC", "EXPLAIN", "WITH", "PRAGMA"})
_DATA = frozenset({"INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE", "COPY", "UPSERT"})
_DDL = frozenset({"CREATE", "ALTER", "DROP", "RENAME", "TRUNCATE", "COMMENT", "GRANT", "REVOKE"}) | {
    *("ANALYZE", "REINDEX", "VACUUM", "CLUSTER", "REFRESH", "OPTIMIZE", "REPAIR", "ATTACH", "DETACH", "IMPORT"),
    *("SECURITY", "REASSIGN", "FLUSH", "INSTALL", "UNINSTALL"),
}
_LASTING_PRAGMAS = (
    "USER_VERSION",
    "APPLICATION_ID",
    "JOURNAL_MODE",
    "AUTO_VACUUM",
    "ENCODING",
    "PAGE_SIZE",
    "SCHEMA_VERSION",
)
"""Those whose value is kept in the file."""
_SETTINGS = frozenset({"SET", "RESET", "USE", "DISCARD", "DEALLOCATE", "UNLISTEN"})
_TRANSACTION = frozenset({"BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE", "XA"})
_CHANGES_IN_A_READ = pattern(r"\b(?:INSERT|UPDATE|DELETE|MERGE|REPLACE|INTO|ANALYZE|ANALYSE)\b")
_LOCKS_ROWS = pattern(r"\bFOR\s+(?:NO\s+KEY\s+)?UPDATE\b")
_READING_PRAGMAS = pattern(r"(?i)PRAGMA (?:[\w\"]+\.)?\w+(?<=_info|xinfo|_list|check)\b|PRAGMA [\w.\"]+\Z")


def _told_kind(sql: str, mysql: bool) -> Kind:
    kinds = {_kind(words) for words in map(_words, statements_in(sql, mysql=mysql)) if words}
    return kinds.pop() if len(kinds) == 1 else Kind.UNKNOWN


_remembered_kind = lru_cache(maxsize=512)(_told_kind)


def _kind(words: list[str]) -> Kind:
    first = words[0]
    if first in _READS:
        return _kind_of_read(first, " ".join(words))
    if first == "SET" and words[1:2]:
        return _kind_of_set(words)
    for known, kind in ((_DATA, Kind.DATA), (_DDL, Kind.DDL), (_SETTINGS, Kind.SETTING)):
        if first in known:
            return kind
    if first in _TRANSACTION or (first == "PREPARE" and words[1:2] == ["TRANSACTION"]):
        return Kind.TRANSACTION
    return Kind.UNKNOWN


def _kind_of_set(words: list[str]) -> Kind:
    """SET, which is more than a setting of the session for some of what may follow."""
    match words[1]:
        case "TRANSACTION" | "CONSTRAINTS":
            return Kind.TRANSACTION
        case "STATEMENT" if "FOR" in words:  # MariaDB: settings for the statement behind FOR
            behind = words[words.index("FOR") + 1 :] or ["?"]
            return Kind.UNKNOWN if behind[0] == "SET" else _kind(behind)
        case "GLOBAL" | "PERSIST" | "PERSIST_ONLY" | "PASSWORD":
            return Kind.DDL
        case name:
            return Kind.DDL if name.startswith(("@@GLOBAL", "@@PERSIST")) else Kind.SETTING


def _kind_of_read(first: str, text: str) -> Kind:
    """A statement that begins as a read; some of them change something all the same."""
    if first == "PRAGMA":
        if _READING_PRAGMAS.match(text):
            return Kind.READ
        return Kind.DDL if any(name in text for name in _LASTING_PRAGMAS) else Kind.SETTING
    if _CHANGES_IN_A_READ.search(_LOCKS_ROWS.sub("", text)):
        return Kind.DATA
    return Kind.READ


def _words(statement: str) -> list[str]:
    return statement.upper().replace("(", " ( ").lstrip(" \t\r\n(").split() if statement else []
