"""Indexes as their CREATE INDEX writes them, in elements. Pure; what the words mean to a database is for its own folder."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Column, Index
from sqlalchemy.schema import CreateIndex

from headway.operations.rewrite.text import listed, pieces, plain_name, tokens

STORED = "headway_stored_index"
"""Where a reflected index's ``info`` keeps what its database has stored."""


def is_plain(index: Index) -> bool:
    """Whether it is made of columns alone."""
    return all(isinstance(element, Column) for element in index.expressions)


def elements_of(create_index: str) -> list[list[str]]:
    """Each element as its words, with whole parentheses as one word."""
    return [pieces(element) for element in listed(create_index)]


def written_elements(index: Index, dialect: Any) -> list[list[str]]:
    """The elements that the models' index would be created with."""
    return elements_of(single_percents(str(CreateIndex(index).compile(dialect=dialect)), dialect))


def single_percents(sql: str, dialect: Any) -> str:
    """Compiled SQL as the database sees it: for some drivers SQLAlchemy doubles percent signs."""
    return sql.replace("%%", "%") if dialect.identifier_preparer._double_percents else sql


def same_words(first: str, second: str) -> bool:
    """Whether two expressions differ in nothing but spaces, needless quotes, capitals of names, outer parentheses."""
    return normal_words(first) == normal_words(second)


def normal_words(sql: str) -> list[str]:
    """An expression's words in one notation; strings are left as they are."""
    words = [word for word in tokens(sql) if not word.isspace() and not word.startswith(("--", "/*"))]
    while words[:1] == ["("] and _closes_last(words):
        words = words[1:-1]
    return [_normal_word(word) for word in words]


def _normal_word(word: str) -> str:
    name = plain_name(word)
    if name is None:
        return word
    quoted = name != word
    return word if quoted and not re.fullmatch(r"[a-z_][a-z0-9_]*", name) else name if quoted else name.lower()


def _closes_last(words: list[str]) -> bool:
    depth = 0
    for place, word in enumerate(words):
        depth += (word == "(") - (word == ")")
        if depth == 0:
            return place == len(words) - 1
    return False
