"""Where the body of a routine of MySQL or MariaDB begins and ends: any statement, with or without BEGIN.

See https://dev.mysql.com/doc/refman/8.4/en/create-procedure.html, https://dev.mysql.com/doc/refman/8.4/en/create-trigger.html,
https://dev.mysql.com/doc/refman/8.4/en/create-event.html and https://dev.mysql.com/doc/refman/8.4/en/flow-control-statements.html
"""

from __future__ import annotations

from headway.reading.sql.cursor import Cursor, UnreadError, words
from headway.reading.sql.tokens import Token


def body_of(cursor: Cursor) -> Cursor | None:
    """The body of the CREATE that begins here, with all that follows it; None where it makes nothing that has one."""
    inner = cursor.copy()
    try:
        kind = _past_kind(inner)
        if kind == "TRIGGER":
            while not inner.take("FOR", "EACH", "ROW"):
                inner.next()
                inner.until("FOR", ";")
            if inner.take_any("FOLLOWS", "PRECEDES"):
                inner.path()
        elif kind == "EVENT":
            inner.until("DO", ";")
            inner.need("DO")
        elif kind:
            _past_head(inner)
        else:
            return None
    except UnreadError:
        return None
    return None if inner.done or inner.at("SONAME") else inner


def _past_kind(cursor: Cursor) -> str:
    """Goes past ``CREATE OR REPLACE DEFINER = 'a'@'b' FUNCTION`` and its kin, and tells what is made."""
    cursor.need("CREATE")
    cursor.take("OR", "REPLACE")
    if cursor.take("DEFINER"):
        cursor.need("=")
        cursor.next()
        if cursor.at("("):
            cursor.skip_group()  # CURRENT_USER()
        elif cursor.take("@") or cursor.peek().text.startswith("@"):
            cursor.next()
    cursor.take("AGGREGATE")
    return cursor.take_any("PROCEDURE", "FUNCTION", "TRIGGER", "EVENT")


def _past_head(cursor: Cursor) -> None:
    """Goes past the name, the parameters and what is said of a procedure or function."""
    cursor.take("IF", "NOT", "EXISTS")
    cursor.path()
    if cursor.at("("):
        cursor.skip_group()
    while True:
        if cursor.take("RETURNS"):
            _past_type(cursor)
        elif cursor.take("COMMENT") or cursor.take("SQL", "SECURITY"):
            cursor.next()
        elif not (
            cursor.take("LANGUAGE", "SQL")
            or cursor.take("NOT", "DETERMINISTIC")
            or cursor.take("DETERMINISTIC")
            or cursor.take("CONTAINS", "SQL")
            or cursor.take("NO", "SQL")
            or cursor.take("READS", "SQL", "DATA")
            or cursor.take("MODIFIES", "SQL", "DATA")
        ):
            return


def _past_type(cursor: Cursor) -> None:
    cursor.next()
    while True:
        if cursor.at("("):
            cursor.skip_group()
        elif cursor.take("CHARACTER", "SET") or cursor.take_any("CHARSET", "COLLATE"):
            cursor.next()
        elif not cursor.take_any(
            "UNSIGNED", "SIGNED", "ZEROFILL", "PRECISION", "VARYING", "BINARY", "ASCII", "UNICODE"
        ):
            return


def end_of_body(tokens: list[Token], start: int, end: int) -> int:
    """The semicolon behind the body that begins at token ``start``; ``end`` where there is none."""
    opened: list[str] = []
    parentheses = 0
    fresh = True
    place = start
    while place < end:
        word = tokens[place].word
        if word == ";" and not opened and parentheses <= 0:
            return place
        if word in ("(", ")"):
            parentheses += 1 if word == "(" else -1
        elif word == "END" and opened:
            opened.pop()
            place += place + 1 < end and tokens[place + 1].word in _FLOW
        elif word in ("BEGIN", "CASE") or (word in _FLOW and fresh):
            # ELSE of a CASE that is an expression has no statement behind it.
            opened.append(word if fresh or word != "CASE" else "expression")
        fresh = word in _BEFORE_STATEMENT and opened[-1:] != ["expression"]
        place += 1
    return end


_FLOW = words("IF LOOP WHILE REPEAT FOR CASE")
_BEFORE_STATEMENT = words("; : BEGIN ATOMIC THEN ELSE DO LOOP REPEAT")
