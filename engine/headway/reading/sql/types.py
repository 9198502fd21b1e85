"""A type and an expression of SQL as they stand in a definition: where each ends. Judges neither."""

from __future__ import annotations

from headway.effects import model as fx
from headway.reading.sql.cursor import Cursor, UnreadError, words

_STARTS = (
    "CONSTRAINT NOT NULL DEFAULT PRIMARY KEY UNIQUE CHECK REFERENCES COLLATE GENERATED AS IDENTITY AUTO_INCREMENT "
    "AUTOINCREMENT COMMENT CHARACTER CHARSET STORAGE COMPRESSION DEFERRABLE INITIALLY FIRST AFTER VISIBLE INVISIBLE "
    "COLUMN_FORMAT SPARSE ROWGUIDCOL ON ENABLE DISABLE SRID ENGINE_ATTRIBUTE USING SIGNED UNSIGNED ENCODE INDEX WITH "
    "FOREIGN HIDDEN PERSISTED STORED VIRTUAL EXCLUDE MATCH FORCE ADD DROP MODIFY ALTER RENAME ENFORCED OPTIONS SET"
)
COLUMN_WORDS = frozenset(_STARTS.split())
"""What may follow a column's name or type that is no part of the type."""

_TAIL = frozenset(
    {"PRECISION", "VARYING", "UNSIGNED", "SIGNED", "ZEROFILL", "RAW", "BINARY", "ARRAY", "LARGE", "OBJECT"}
)
_ZONES = (
    ("WITH", "TIME", "ZONE"),
    ("WITHOUT", "TIME", "ZONE"),
    ("WITH", "LOCAL", "TIME", "ZONE"),
    ("CHARACTER", "SET"),
    ("CHARSET",),
)
_FIRSTS = {
    "NATIONAL": ("CHARACTER", "CHAR", "VARCHAR"),
    "LONG": ("VARCHAR", "VARBINARY", "RAW"),
    "CHARACTER": ("VARYING", "LARGE"),
    "INTERVAL": ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "TO"),
    "YEAR": ("TO",),
    "DAY": ("TO",),
    "HOUR": ("TO",),
    "MINUTE": ("TO",),
    "TO": ("MONTH", "HOUR", "MINUTE", "SECOND"),
}
"""Words that only some words may be followed by within a type."""


def type_of(cursor: Cursor) -> fx.Type:
    """Reads a type: its name, what stands in its parentheses, arrays and time zones."""
    start = cursor.place
    schema, name = cursor.path()
    words = [_lower(cursor, name)]
    arguments: tuple[object, ...] = ()
    options: list[tuple[str, object]] = [] if schema is None else [("schema", schema)]
    before = cursor.tokens[start].word
    while not cursor.done:
        word = cursor.peek().word
        if cursor.at("("):
            arguments += tuple(_argument(item) for item in cursor.group().items())
            continue  # INTERVAL YEAR (2) TO MONTH
        if cursor.at("["):
            cursor.skip_group()
            options.append(("array", True))
        elif word in ("UNSIGNED", "ZEROFILL", "ARRAY", "SIGNED", "BINARY") and cursor.take(word):
            options.append((word.lower(), True))
        elif word in _TAIL or word in _FIRSTS.get(before, ()):
            words.append(_lower(cursor, cursor.name()))
        elif not _zone(cursor, words, options) and not _sqlite_word(cursor, words):
            break
        before = word
    return fx.Type(_joined(words), arguments, tuple(options), _written(cursor, start))


def _lower(cursor: Cursor, name: fx.Text) -> fx.Text:
    """The name of a type, whose case no database minds unless it is quoted."""
    return name.lower() if isinstance(name, str) and cursor.tokens[cursor.place - 1].kind == "word" else name


def _zone(cursor: Cursor, words: list[fx.Text], options: list[tuple[str, object]]) -> bool:
    for zone in _ZONES:
        if cursor.at(*zone):
            if zone[0] in ("CHARACTER", "CHARSET"):
                cursor.place += len(zone)
                cursor.take("=")
                options.append(("character set", cursor.name()))
                return True
            words += [_lower(cursor, cursor.name()) for _ in zone]
            return True
    return False


_NO_WORDS_OF_SQLITE = COLUMN_WORDS - {"CHARACTER"}


def _sqlite_word(cursor: Cursor, words: list[fx.Text]) -> bool:
    """SQLite takes any words for a type."""
    if cursor.script.database != "sqlite" or cursor.peek().kind != "word" or cursor.at_any(_NO_WORDS_OF_SQLITE):
        return False
    words.append(_lower(cursor, cursor.name()))
    return True


def _argument(item: Cursor) -> object:
    token = item.peek()
    if token.kind == "string":
        return item.string()
    if token.kind == "number" and token.text.isdecimal() and len(token.text) < 10:
        return int(token.text)
    return item.text()


def _joined(words: list[fx.Text]) -> fx.Text:
    if len(words) == 1:
        return words[0]
    return fx.UNKNOWN if not all(isinstance(word, str) for word in words) else " ".join(map(str, words))


def _written(cursor: Cursor, start: int) -> str:
    written = cursor.text(start)
    return written if isinstance(written, str) else fx.shown(written)


# -- expressions --------------------------------------------------------------------------------------------------

_OPERATORS = words("+ - * / % || :: = <> != < > <= >= -> ->> #> #>> ^ & | ~ ? . @ !")
_WORD_OPERATORS = words("AND OR IN LIKE ILIKE IS BETWEEN DIV MOD XOR")
_PREFIXES = words("NOT + - ~ ! DATE TIME TIMESTAMP INTERVAL PRIOR NEW CAST")
_UNITS = words("YEAR MONTH DAY HOUR MINUTE SECOND MICROSECOND WEEK QUARTER")


def expression(cursor: Cursor) -> fx.Text:
    """Reads the expression of a DEFAULT, which ends where the next clause of the column begins."""
    start = cursor.place
    _operand(cursor)
    while True:
        if cursor.take("AT", "TIME", "ZONE"):
            _operand(cursor)
        elif cursor.take("::"):
            type_of(cursor)
        elif cursor.at_any(_OPERATORS) or cursor.at_any(_WORD_OPERATORS):
            cursor.next()
            while cursor.at_any(_OPERATORS):
                cursor.next()
            _operand(cursor)
        elif cursor.peek().kind == "string":  # adjacent literals are one
            cursor.next()
        else:
            return cursor.text(start)


def _operand(cursor: Cursor) -> None:
    while cursor.at_any(("+", "-", "~", "NOT")):
        cursor.next()
    if cursor.take("CASE"):
        _case(cursor)
        return
    if cursor.at("("):
        cursor.skip_group()
        return
    token = cursor.next()
    if token.kind == "mark" and token.text not in (":", "$", "%", "?"):
        raise UnreadError
    if token.kind == "mark" and token.text != "?" and not cursor.done:
        cursor.step()
    while True:
        if cursor.at("(") or cursor.at("["):
            cursor.skip_group()
        elif cursor.at(".") and cursor.peek(1).kind in ("word", "name"):
            cursor.place += 2
        elif (cursor.peek().kind == "string" and token.kind == "word") or (
            token.word == "INTERVAL" and (cursor.at_any(_UNITS) or cursor.peek().kind == "number")
        ):
            cursor.next()
        elif token.word == "NEXT" and cursor.take("VALUE", "FOR"):
            cursor.path()
        else:
            return


def _case(cursor: Cursor) -> None:
    depth = 1
    while depth:
        if cursor.take("CASE"):
            depth += 1
        elif cursor.take("END"):
            depth -= 1
        else:
            cursor.step()
