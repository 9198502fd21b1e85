"""What an expression or a query mentions: the tables it reads, the functions it calls, the rows it locks.

One walk over the tokens that knows where a list of tables can stand. Checks no syntax: what a database would refuse
changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from headway.effects import model as fx
from headway.effects.harmless import NO_FUNCTIONS, is_silent
from headway.reading.sql.cursor import Cursor, UnreadError, words
from headway.reading.sql.tokens import Token


@dataclass
class Mentions:
    """What a stretch of SQL mentions, each once and in the order of its first place."""

    tables: dict[tuple[fx.MaybeText, fx.Text], None] = field(default_factory=dict)
    aliases: dict[fx.Text, tuple[fx.MaybeText, fx.Text]] = field(default_factory=dict)
    """What the names stand for that tables have within the outermost query; UNKNOWN for what stands for several."""
    folds: bool = False
    """Whether names are compared without their case, as SQL Server does."""
    calls: list[tuple[str, Cursor]] = field(default_factory=list)
    """Functions that may have an effect, with what stands in their parentheses: each call, in the order of their places."""
    into: tuple[fx.MaybeText, fx.Text] | None = None
    """The table that SELECT … INTO makes."""
    locks: str = ""
    """FOR UPDATE and its kin."""

    def compared(self, name: fx.Text) -> fx.Text:
        """A name as it is compared with an alias."""
        return name.lower() if self.folds and isinstance(name, str) else name


@dataclass
class _Level:
    """What is known within one pair of parentheses."""

    query: bool = False
    listing: bool = False
    expecting: bool = False
    derived: bool = False
    """Whether it stands in place of a table."""
    seen: int = 0
    """How many tables had been mentioned where it begins."""


def mentions(cursor: Cursor, *, query: bool = False, listing: bool = False) -> Mentions:
    """What everything up to the cursor's end mentions. ``query`` says that a SELECT, UPDATE or DELETE has begun,
    ``listing`` that a list of tables comes first."""
    return _Walk(cursor, query, listing).found


class _Walk:
    def __init__(self, cursor: Cursor, query: bool, listing: bool) -> None:
        self.cursor = cursor
        self.tokens = cursor.tokens
        self.end = cursor.end
        self.closing = _closing(cursor)
        self.found = Mentions(folds=cursor.script.database == "mssql")
        self.seen: list[tuple[fx.MaybeText, fx.Text]] = []
        self.ctes: set[fx.Text] = set()
        self.levels = [_Level(query, listing, listing)]
        place = cursor.place
        while place < self.end:
            place = self.step(place, self.tokens[place])

    def word(self, place: int) -> str:
        return self.tokens[place].word if self.cursor.place <= place < self.end else ""

    def step(self, place: int, token: Token) -> int:
        level = self.levels[-1]
        word = token.word
        expected = level.expecting
        if token.kind == "broken":
            raise UnreadError
        if word in ("(", "["):
            derived = level.expecting
            self.levels.append(_Level(listing=derived, expecting=derived, derived=derived, seen=len(self.seen)))
            level.expecting = False
        elif word in (")", "]"):
            self.derived(place, self.levels.pop())
        elif (
            level.expecting and token.kind in ("word", "name") and word not in _NO_TABLE and self.word(place + 1) != "("
        ):
            return self.table(place, level)
        elif word and token.kind in ("word", "mark"):
            self.keyword(place, word, level)
        if token.kind in ("word", "name") and self.word(place + 1) == "(":
            self.call(place)
            if expected and word not in _NO_TABLE:
                level.expecting = False  # a function in place of a table, whose arguments are none
        return place + 1

    def keyword(self, place: int, word: str, level: _Level) -> None:
        if word in ("SELECT", "DELETE", "UPDATE"):
            level.query, level.listing, level.expecting = True, False, False
        elif word in ("JOIN", "APPLY") or (level.query and self.begins_list(place, word)):
            level.listing = level.expecting = True
        elif word == "," and level.listing:
            level.expecting = True
        elif word in _ENDS_LIST:
            level.listing = level.expecting = False
        if word == "INTO" and level.query and self.tokens[place + 1 : place + 2]:
            self.into(place)
        elif word == "FOR" and level.query:
            self.lock(place)

    def begins_list(self, place: int, word: str) -> bool:
        """Whether a FROM, or the USING of a DELETE, comes before tables."""
        if word == "USING":
            return self.word(place + 1) != "("
        return word == "FROM" and not self.is_distinct_from(place)

    def is_distinct_from(self, place: int) -> bool:
        return self.word(place - 1) == "DISTINCT" and self.word(place - 2) in ("IS", "NOT")

    def at(self, place: int) -> Cursor:
        return Cursor(self.cursor.script, self.tokens, place, self.end)

    def table(self, place: int, level: _Level) -> int:
        inner = self.at(place)
        schema, name = inner.path()
        level.expecting = False
        if inner.at("("):
            self.call(inner.place - 1)
            return inner.place
        if schema is not None or name not in self.ctes:
            self.found.tables.setdefault((schema, name))
            self.seen.append((schema, name))
        if inner.script.database == "mssql" and inner.take("FOR", "SYSTEM_TIME"):
            _past_time(inner)
        self.alias(inner, (schema, name))
        return inner.place

    def alias(self, inner: Cursor, path: tuple[fx.MaybeText, fx.Text]) -> None:
        """Goes past the other name of a table, which the target of an UPDATE or DELETE may be."""
        inner.take("AS")
        if inner.at_name() and not inner.at_any(_ENDS_LIST) and not inner.at_any(_BEHIND_TABLE):
            name = inner.name()
            if not any(level.query for level in self.levels[1:]):
                self.found.aliases[self.found.compared(name)] = path

    def derived(self, place: int, level: _Level) -> None:
        """A query in place of a table, whose other name stands for the table that it reads."""
        if level.derived and level.query:
            tables = set(self.seen[level.seen :])
            self.alias(self.at(place + 1), tables.pop() if len(tables) == 1 else (None, fx.UNKNOWN))

    def into(self, place: int) -> None:
        inner = self.at(place + 1)
        inner.take("TEMPORARY") or inner.take("TEMP") or inner.take("UNLOGGED")
        inner.take("TABLE")
        if inner.at_name() and not inner.at_any(("OUTFILE", "DUMPFILE")) and not inner.peek().text.startswith("@"):
            self.found.into = inner.path()

    def lock(self, place: int) -> None:
        words = [self.word(place + ahead) for ahead in range(1, 4)]
        for mode in _ROW_LOCKS:
            if words[: len(mode)] == list(mode):
                self.found.locks = " ".join(("FOR", *mode))

    def call(self, place: int) -> None:
        """A name that parentheses follow: a function, or something that only looks like one."""
        token = self.tokens[place]
        before = self.word(place - 1)
        first = place
        while self.word(first - 1) == ".":
            first -= 2
        if token.word.lower() in NO_FUNCTIONS or token.word in _NO_CALLS or self.word(first - 1) in _BEFORE_NO_CALL:
            self.note_cte(place)
            return
        if before in ("WITH", "RECURSIVE", ",") and self.word(self.closing.get(place + 1, self.end) + 1) == "AS":
            self.ctes.add(self.at(place).name())
            return
        name = token.value().lower() if token.kind == "name" else token.text.lower()
        if before == ".":
            name = f"{self.tokens[place - 2].value().lower().strip(chr(34))}.{name}"
        if not is_silent(name):
            arguments = Cursor(self.cursor.script, self.tokens, place + 2, self.closing[place + 1])
            self.found.calls.append((name, arguments))

    def note_cte(self, place: int) -> None:
        """``name AS (…)`` is a table of the query itself."""
        first = place - {"AS": 1}.get(self.word(place), 0)
        if self.word(place) == "MATERIALIZED":
            first = place - (2 if self.word(place - 1) == "NOT" else 1)
            first -= 1 if self.word(first) == "AS" else 0
        if first != place and self.word(first - 1) in ("WITH", "RECURSIVE", ","):
            self.ctes.add(self.at(first).name())


def _past_time(cursor: Cursor) -> None:
    """Goes past which rows of a temporal table are asked for: ``ALL``, ``AS OF @a``, ``BETWEEN @a AND @b``."""
    if cursor.take("ALL"):
        return
    two = cursor.at_any(("FROM", "BETWEEN"))
    cursor.take("AS", "OF") or cursor.take("CONTAINED", "IN") or cursor.next()
    cursor.step()
    if two and cursor.take_any("TO", "AND"):
        cursor.step()


def _closing(cursor: Cursor) -> dict[int, int]:
    """Where the parenthesis closes that opens at a token."""
    closing: dict[int, int] = {}
    opened: list[int] = []
    for place in range(cursor.place, cursor.end):
        word = cursor.tokens[place].word
        if word in ("(", "["):
            opened.append(place)
        elif word in (")", "]"):
            if not opened:
                raise UnreadError
            closing[opened.pop()] = place
    if opened:
        raise UnreadError
    return closing


_NO_TABLE = frozenset({"LATERAL", "ONLY", "SELECT", "VALUES", "UNNEST", "ROWS", "TABLE", "WITH"})
_ENDS_LIST = words(
    "WHERE GROUP ORDER HAVING LIMIT UNION EXCEPT INTERSECT MINUS WINDOW FETCH FOR OFFSET SET RETURNING "
    "WHEN CONNECT START OUTPUT OPTION FROM"
)
_BEHIND_TABLE = words(
    "ON USING JOIN LEFT RIGHT INNER CROSS NATURAL FULL OUTER STRAIGHT_JOIN WITH USE FORCE IGNORE "
    "PARTITION TABLESAMPLE APPLY PIVOT"
)
_ROW_LOCKS = (("UPDATE",), ("NO", "KEY", "UPDATE"), ("KEY", "SHARE"), ("SHARE",))
_BEFORE_NO_CALL = frozenset({"AS", ")", "::", "INTO", "TABLE", "ORDINALITY"})
_NO_CALLS = words(
    "KEY CONFLICT SET MATERIALIZED INSERT RETURNING OF BY ONLY INDEX VALUES CHECK DEFAULT TOP CUBE ROLLUP "
    "SETS OPTION MATCHED UPDATE DELETE MERGE PRIMARY UNIQUE REFERENCES COLUMNS PATH NESTED ELSEIF IF "
    "INTERVAL NVARCHAR DOUBLE BINARY VARBINARY DECIMAL DATETIME2 VARCHAR2 BPCHAR BOTH TABLESAMPLE SYSTEM "
    "DO RETURN TABLE TRUE FALSE NULL SEPARATOR ISNULL WITHIN OUTPUT WHILE INTO IGNORE INCLUDE ONE ANALYZE "
    "VERBOSE APPLY PIVOT UNPIVOT"
)
"""Words that parentheses may follow without a call, besides those that a plan knows."""
