"""The tokens of a text as statements: where one ends and the next begins. Knows bodies with statements of their own."""

from __future__ import annotations

from collections.abc import Iterator

from headway.reading.sql.cursor import Cursor, Script
from headway.reading.sql.routines import body_of, end_of_body
from headway.reading.sql.tokens import Token

Range = tuple[int, int]


def statements(script: Script, tokens: list[Token], start: int, end: int) -> Iterator[Range]:
    """The statements between two tokens, without semicolons; empty ones are left out."""
    first = start
    while first < end:
        last = _end_of(script, tokens, first, end)
        if last > first and not _is_separator(script, tokens, first, last):
            yield first, last
        first = _behind(script, tokens, last, end)


def pieces(cursor: Cursor) -> Iterator[Range]:
    """The statements within a block, whose own blocks are not kept together."""
    first, depth = cursor.place, 0
    for place in range(cursor.place, cursor.end):
        word = cursor.tokens[place].word
        if word in ("(", ")"):
            depth += 1 if word == "(" else -1
        elif (word == ";" and depth <= 0) or (
            word in ("GO", "/") and stands_alone(cursor.script, cursor.tokens, place, word)
        ):
            if place > first:
                yield first, place
            first, depth = _behind(cursor.script, cursor.tokens, place, cursor.end), 0
    if first < cursor.end:
        yield first, cursor.end


def _behind(script: Script, tokens: list[Token], place: int, end: int) -> int:
    """Where the next statement may begin behind a separator: GO may say how often its batch is run."""
    behind = place + 1
    if behind < end and tokens[place].word == "GO" and tokens[behind].kind == "number":
        behind += "\n" not in script.source.text[tokens[place].end : tokens[behind].start]
    return behind


def _is_separator(script: Script, tokens: list[Token], first: int, last: int) -> bool:
    return last == first + 1 and tokens[first].word == "/" and script.database == "oracle"


def _end_of(script: Script, tokens: list[Token], first: int, end: int) -> int:
    """Where the statement ends that begins at ``first``: its semicolon, its GO or its slash."""
    if script.database == "mssql" and makes_routine(tokens, first, end):
        return _at(tokens, first, end, lambda place: stands_alone(script, tokens, place, "GO"))
    if script.database == "oracle" and (
        tokens[first].word in ("BEGIN", "DECLARE")
        or (tokens[first].word == "CREATE" and makes_routine(tokens, first, end))  # its ALTER has no body
    ):
        return _at(tokens, first, end, lambda place: stands_alone(script, tokens, place, "/"))
    if script.mysql and tokens[first].word == "CREATE" and (body := body_of(Cursor(script, tokens, first, end))):
        return end_of_body(tokens, body.place, end)
    if script.mysql and _is_block(tokens, first, end):
        return end_of_body(tokens, first, end)
    if script.database not in ("mssql", "oracle") and (tokens[first].word == "CREATE"):
        return _end_of_compound(tokens, first, end)
    return _at(
        tokens,
        first,
        end,
        lambda place: (
            tokens[place].word == ";"
            or (tokens[place].word == "GO" and script.database == "mssql" and stands_alone(script, tokens, place, "GO"))
            or (tokens[place].word == "/" and script.database == "oracle" and stands_alone(script, tokens, place, "/"))
        ),
    )


def _at(tokens: list[Token], first: int, end: int, is_end: object) -> int:
    assert callable(is_end)
    return next((place for place in range(first, end) if is_end(place)), end)


def stands_alone(script: Script, tokens: list[Token], place: int, word: str) -> bool:
    """Whether a token is that word and alone on its line, as the clients' separators are."""
    token = tokens[place]
    if token.word != word:
        return False
    text = script.source.text
    if word == "GO":  # a comment and how often may follow
        behind = _behind(script, tokens, place, len(tokens))
        return (place == 0 or "\n" in text[tokens[place - 1].end : token.start]) and (
            behind >= len(tokens) or "\n" in text[tokens[behind - 1].end : tokens[behind].start]
        )
    before = text[max(0, token.start - 200) : token.start].rpartition("\n")
    after = text[token.end : token.end + 200].partition("\n")[0]
    alone_before = (place == 0 or bool(before[1])) and not before[2].strip()
    return alone_before and not after.strip()


def makes_routine(tokens: list[Token], first: int, end: int) -> bool:
    """Whether a statement makes a routine, whose body may hold statements of its own."""
    if tokens[first].word not in ("CREATE", "ALTER"):
        return False
    words = {token.word for token in tokens[first : min(end, first + 8)]}
    if "PACKAGE" in words or {"TYPE", "BODY"} <= words:
        return True
    second = [token.word for token in tokens[first + 1 : min(end, first + 6)] if token.word not in _SMALL]
    return bool(second) and second[0] in _ROUTINES


_SMALL = frozenset({"OR", "REPLACE", "ALTER", "EDITIONABLE", "NONEDITIONABLE"})
_ROUTINES = frozenset({"TRIGGER", "PROCEDURE", "PROC", "FUNCTION"})


def _is_block(tokens: list[Token], first: int, end: int) -> bool:
    return [token.word for token in tokens[first : min(end, first + 3)]] == ["BEGIN", "NOT", "ATOMIC"]


_COMPOUND = _ROUTINES | {"EVENT"}


def _end_of_compound(tokens: list[Token], first: int, end: int) -> int:
    """The end of a CREATE, which may have a body from BEGIN to END with semicolons in it."""
    compound = any(token.word in _COMPOUND for token in tokens[first + 1 : min(end, first + 16)])
    depth = parentheses = 0
    place = first
    while place < end:
        word = tokens[place].word
        if word == ";" and depth == 0 and parentheses <= 0:
            return place
        if word in ("(", ")"):
            parentheses += 1 if word == "(" else -1  # CREATE RULE … DO (a; b)
        elif compound and (word == "BEGIN" or (word == "CASE" and depth)):
            depth += 1
        elif compound and word == "END" and depth:
            after = tokens[place + 1].word if place + 1 < end else ""
            if after not in ("IF", "LOOP", "WHILE", "REPEAT", "FOR"):
                depth -= 1
                place += after == "CASE"
        place += 1
    return end
