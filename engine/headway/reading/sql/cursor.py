"""A place in the tokens of one statement, and the small steps that every reader of statements takes from it.

Knows names, groups in parentheses and where an expression ends; no statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import field

from headway.effects import model as fx
from headway.pattern import pattern
from headway.reading.sql.tokens import MYSQL, Token
from headway.valueclass import valueclass

HOLE = pattern(r"hw_hole_\d+_", re.IGNORECASE)
_END = Token("end", "", 0, 0, "")


def words(text: str) -> frozenset[str]:
    """A set of words that is written as one text."""
    return frozenset(text.split())


class UnreadError(Exception):
    """The statement goes on in a way that its reader does not know."""


@valueclass(frozen=True)
class Script:
    """One text of SQL and the database that it is read for."""

    source: fx.SqlSource
    database: str
    depth: int = 0
    """How many texts it stands in: the body of a block, a literal that is executed."""
    bodies: dict[str, tuple[fx.Effect, ...]] = field(default_factory=dict)
    """What the functions do that the text itself has created so far, by name."""
    variables: dict[str, list[tuple[list[Token], int, int]]] = field(default_factory=dict)
    """Where the expressions stand that the text may have given to its variables so far (MySQL's ``SET @sql = …``)."""
    flowing: bool = False
    """Whether control flow may pass a statement by, so that a variable may still hold what it held before it."""

    @property
    def mysql(self) -> bool:
        return self.database in MYSQL

    def span(self, start: int, end: int) -> fx.Span:
        return self.source.span_of(start, end)

    def said(self, token: Token) -> str:
        """What a string or quoted name says."""
        return token.value(escapes=self.mysql)

    def filled(self, text: str) -> fx.Text:
        """A part of the text, with its holes explained."""
        if "hw_hole_" not in text.lower():
            return text
        whole = self.source.holes.get(text.lower(), fx.UNKNOWN)
        if HOLE.fullmatch(text):
            return whole
        parts = {hole: self.source.holes.get(hole.lower(), fx.UNKNOWN) for hole in HOLE.findall(text)}
        if any(not isinstance(part, fx.Computed) for part in parts.values()):
            return fx.UNKNOWN
        return fx.Computed(HOLE.sub(lambda hole: "{" + shown(parts[hole[0]]) + "}", text))

    def folded(self, word: str) -> str:
        """A name without quotes as the database compares it."""
        if self.database == "postgresql":
            return word.lower()
        return word.upper() if self.database == "oracle" else word


def shown(value: fx.Text) -> str:
    return value.expression if isinstance(value, fx.Computed) else str(value)


class Cursor:
    """Reads forward through ``tokens[at:end]``; the tokens are those of the whole text."""

    def __init__(self, script: Script, tokens: list[Token], start: int, end: int) -> None:
        self.script = script
        self.tokens = tokens
        self.place = start
        self.end = end

    # -- looking ------------------------------------------------------------------------------------------------

    @property
    def done(self) -> bool:
        return self.place >= self.end

    def peek(self, ahead: int = 0) -> Token:
        number = self.place + ahead
        return self.tokens[number] if number < self.end else _END

    def at(self, *words: str) -> bool:
        """Whether these words or marks come next."""
        number = self.place
        for word in words:
            if number >= self.end or self.tokens[number].word != word:
                return False
            number += 1
        return True

    def at_any(self, words: Iterable[str]) -> bool:
        return self.peek().word in words

    # -- going on -----------------------------------------------------------------------------------------------

    def take(self, *words: str) -> bool:
        """Goes past these words if all of them come next."""
        if not self.at(*words):
            return False
        self.place += len(words)
        return True

    def take_any(self, *words: str) -> str:
        """Goes past one of these words and tells which; the empty text when none comes next."""
        word = self.peek().word
        if word and word in words:
            self.place += 1
            return word
        return ""

    def need(self, *words: str) -> None:
        if not self.take(*words):
            raise UnreadError

    def next(self) -> Token:
        if self.done:
            raise UnreadError
        self.place += 1
        return self.tokens[self.place - 1]

    def rest(self) -> None:
        """Goes past everything that is left; only where it cannot matter."""
        self.place = self.end

    # -- names --------------------------------------------------------------------------------------------------

    def name(self) -> fx.Text:
        """The next name, as the database compares it."""
        token = self.peek()
        if not self.at_name():
            raise UnreadError
        self.place += 1
        return self.named(token)

    def named(self, token: Token) -> fx.Text:
        """The name that a token is."""
        if token.kind != "word":
            return self.script.filled(self.script.said(token))
        if HOLE.search(token.text):
            return self.script.filled(token.text)
        return self.script.folded(token.text)

    def at_name(self) -> bool:
        token = self.peek()
        if token.kind == "string":  # MySQL's double quotes are names in its ANSI mode, and nothing else can stand here
            return self.script.mysql and token.text.startswith('"')
        return token.kind in ("word", "name")

    def path(self) -> tuple[fx.MaybeText, fx.Text]:
        """The next name with its schema."""
        parts: list[fx.Text] = [self.name()]
        while self.at(".") and (self.peek(1).kind in ("word", "name") or self.at(".", ".")):
            self.place += 1
            if not self.at("."):  # SQL Server's ``database..table``
                parts.append(self.name())
        if self.take("@"):  # Oracle's database link
            self.name()
        return (parts[-2] if len(parts) > 1 else None), parts[-1]

    def names(self) -> tuple[fx.Text, ...]:
        """Names in parentheses: columns, each with whatever follows its name."""
        return tuple(inner.name() for inner in self.group().items())

    def hole(self) -> fx.Text:
        """A part of the statement that is not known, such as a list with its parentheses."""
        token = self.next()
        if token.kind != "word" or not HOLE.fullmatch(token.text):
            raise UnreadError
        return self.script.filled(token.text)

    def condition(self) -> fx.Text:
        """What stands in the parentheses that come next, or the hole in their place."""
        return self.group().text() if self.at("(") else self.hole()

    def string(self) -> fx.Text:
        """The next string literal."""
        token = self.next()
        if token.kind != "string":
            raise UnreadError
        return self.script.filled(self.script.said(token))

    # -- stretches ----------------------------------------------------------------------------------------------

    def group(self) -> Cursor:
        """What stands in the parentheses that come next."""
        if not self.at("("):
            raise UnreadError
        start = self.place + 1
        self.skip_group()
        return Cursor(self.script, self.tokens, start, self.place - 1)

    def skip_group(self) -> None:
        """Goes past the parentheses or brackets that come next."""
        if not (self.at("(") or self.at("[")):
            raise UnreadError
        depth = 0
        while not self.done:
            word = self.next().word
            if word in ("(", "["):
                depth += 1
            elif word in (")", "]"):
                depth -= 1
                if depth <= 0:
                    return
        raise UnreadError

    def step(self) -> None:
        """Goes past one token, or one group."""
        if self.at("(") or self.at("["):
            self.skip_group()
        elif self.at(")") or self.at("]"):
            raise UnreadError
        else:
            self.next()

    def until(self, *words: str) -> Cursor:
        """Everything up to one of these words outside of parentheses."""
        start = self.place
        while not self.done and not self.at_any(words):
            self.step()
        return Cursor(self.script, self.tokens, start, self.place)

    def items(self) -> Iterator[Cursor]:
        """What is left, split at the commas outside of parentheses."""
        while not self.done:
            yield self.until(",")
            if self.take(",") and self.done:
                raise UnreadError

    def text(self, start: int | None = None) -> fx.Text:
        """What is left as it is written, or what stands between token ``start`` and here."""
        first, last = (self.place, self.end) if start is None else (start, self.place)
        if first >= last:
            return ""
        return self.script.filled(self.script.source.text[self.tokens[first].start : self.tokens[last - 1].end])

    def copy(self) -> Cursor:
        return Cursor(self.script, self.tokens, self.place, self.end)

    def span(self) -> fx.Span:
        if self.done:
            return self.script.source.span
        return self.script.span(self.tokens[self.place].start, self.tokens[self.end - 1].end)
