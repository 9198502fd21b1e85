"""The schema just before a revision, as far as its ancestors tell: reads only those that a question needs.

Who reads a revision's file, and rules, are elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from headway.catalog.names import Names
from headway.catalog.questions import Answers
from headway.catalog.replay import Replay
from headway.effects import model as fx
from headway.revision.graph import RevisionGraph

Effects = Callable[[str], Sequence[fx.Effect]]
"""What ``upgrade()`` of a revision does. A file that cannot be read is a NotAnalysed."""
Source = Callable[[str], bytes]
"""The bytes of a revision's file."""


class History:
    """Schemas at the places of one history, for one database. What it has read it keeps."""

    def __init__(self, graph: RevisionGraph, effects: Effects, source: Source, names: Names) -> None:
        self._graph = graph
        self._effects = effects
        self._source = source
        self._names = names
        self._read: dict[str, tuple[fx.Effect, ...]] = {}
        self._texts: dict[str, bytes] = {}
        self._plain: dict[str, bool] = {}

    def before(self, revision: str, tables: Iterable[fx.Text]) -> Answers:
        """What is known of ``tables`` (names, of whatever schema) when ``revision`` begins.

        Of other tables the answer knows less than could be known, and nothing that is not so.
        """
        return Answers(self._replayed(revision, tables).schema(), self._names)

    def walk(self, revision: str) -> Iterator[tuple[fx.Effect, Callable[[], Answers]]]:
        """Each effect of ``revision`` with what was known just before it, made when it is asked for.

        It must be asked before the walk goes on.
        """
        effects = self._effects_of(revision)
        replay = self._replayed(revision, tables_of(effects))
        for effect in effects:
            yield effect, lambda: Answers(replay.schema(), self._names)
            replay.apply(effect, revision)

    def after(self, revision: str) -> Answers:
        """What is known of the tables that ``revision`` is about when it has run."""
        effects = self._effects_of(revision)
        replay = self._replayed(revision, tables_of(effects))
        replay.run(effects, revision)
        return Answers(replay.schema(), self._names)

    # -- which files to read ------------------------------------------------------------------------------------

    def _replayed(self, revision: str, tables: Iterable[fx.Text]) -> Replay:
        replay = Replay(self._names)
        names = {table.lower() for table in tables if isinstance(table, str)}
        if not names:
            return replay
        below = self._graph.ancestors([revision])
        # What is neither below nor above may have run before, or will run after.
        beside = self._graph.ids.keys() - below - self._graph.descendants([revision]) - {revision}
        wanted = self._needed(below | beside, names)
        order = [one for one in self._in_order(below) if one in wanted]
        unordered = self._unordered(below, order)
        for one in order:
            (replay.maybe if one in unordered else replay.run)(self._effects_of(one), one)
        for one in sorted(wanted & beside):
            replay.maybe(self._effects_of(one), one)
        return replay

    def _in_order(self, below: set[str]) -> list[str]:
        """Parents first."""
        if not below:
            return []
        tops = [
            one for one in self._graph.ids if one in below and not below.intersection(self._graph.real_children(one))
        ]
        return self._graph.sort(below, tops)[::-1]

    def _unordered(self, below: set[str], read: Sequence[str]) -> set[str]:
        """Those of ``read`` that may have run before another of them as well as after it."""
        if not any(self._graph.is_real_branch_point(one) for one in below) and len(self._graph.real_bases) < 2:
            return set()
        found, among = set(), set(read)
        for one in read:
            related = self._graph.ancestors([one], inclusive=True) | self._graph.descendants([one])
            if among - related:
                found.add(one)
        return found

    def _needed(self, among: set[str], names: set[str]) -> set[str]:
        """The revisions that may change one of the tables: they name it, or what they do cannot be told by their text.

        A table that was renamed, an index that a statement names alone and a referent that is dropped lead to more.
        """
        needed = {one for one in among if not self._is_plain(one)}
        seen: set[str] = set()
        todo = names
        while todo:
            seen |= todo
            for name in todo:
                needed |= {one for one in among - needed if mentions(self._text(one), name)}
            todo = {name for one in needed for name in self._leads_to(one, seen)} - seen
        return needed

    def _leads_to(self, revision: str, names: set[str]) -> Iterator[str]:
        """Further names that must be looked for, when those of ``names`` are."""
        for effect in self._effects_of(revision):
            table = getattr(effect, "table", None)
            if isinstance(effect, fx.RenamesTable) and isinstance(effect.new_name, str) and isinstance(table, str):
                if effect.new_name.lower() in names or table.lower() in names:
                    yield from (table.lower(), effect.new_name.lower())
            elif isinstance(effect, fx.CreatesIndex | fx.AddsConstraint | fx.RenamesIndex | fx.RenamesConstraint):
                if isinstance(table, str) and table.lower() in names:
                    yield from (name.lower() for name in _names_of(effect) if isinstance(name, str))
            elif isinstance(effect, fx.CreatesTable) and isinstance(table, str) and table.lower() in names:
                names_inside = [one.name for one in effect.constraints] + [one.name for one in effect.indexes]
                yield from (name.lower() for name in names_inside if isinstance(name, str))

    # -- texts --------------------------------------------------------------------------------------------------

    def _text(self, revision: str) -> bytes:
        if revision not in self._texts:
            self._texts[revision] = self._source(revision).lower()
        return self._texts[revision]

    def _is_plain(self, revision: str) -> bool:
        """Whether the file can only do what it spells out, so that a table that it does not name is not its business."""
        if revision not in self._plain:
            self._plain[revision] = is_plain(self._text(revision))
        return self._plain[revision]

    def _effects_of(self, revision: str) -> tuple[fx.Effect, ...]:
        if revision not in self._read:
            self._read[revision] = tuple(self._effects(revision))
        return self._read[revision]


def tables_of(effects: Iterable[fx.Effect]) -> set[fx.Text]:
    """The names of the tables that effects are about."""
    found: set[fx.Text] = set()
    for effect in effects:
        for name in (getattr(effect, "table", None), getattr(effect, "new_name", None)):
            if isinstance(name, str):
                found.add(name)
    return found


def mentions(source: bytes, name: str) -> bool:
    """Whether a file, in lower case, has ``name`` in it as a word of its own."""
    if not name.isascii():
        return True  # which letters are alike is then for the database to say
    word = name.encode()
    return word in source and re.search(rb"(?<![a-z0-9_])%b(?![a-z0-9_])" % re.escape(word), source) is not None


def is_plain(source: bytes) -> bool:
    """Whether a file, in lower case, spells out the names of all tables that it changes.

    It does not when it imports what is not a library's, puts texts together, asks the database, or uses SQL that
    changes what it does not name. A name that is written in two adjacent literals is the one thing this does not see.
    """
    # Loops, not generators: this is asked of every file of a history.
    for mark in _MARKS:
        if mark in source:
            return False
    return _only(b"cascade", _KNOWN_CASCADES, source) and _only(b"import ", _KNOWN_IMPORTS, source)


def _only(word: bytes, known: Iterable[bytes], source: bytes) -> bool:
    """Whether ``word`` stands in ``source`` only as a part of what is known."""
    left = source.count(word)
    for phrase in known:
        if left == 0:
            break
        left -= source.count(phrase)
    return left == 0


_MARKS = (
    *(b"\\", b"%", b".format(", b".join(", b".replace(", b' f"', b" f'", b'(f"', b"(f'", b'=f"', b"=f'", b'[f"'),
    *(b" + ", b"+=", b"chr(", b"getattr", b"eval", b"exec(", b"open(", b"__ta", b"__import", b"globals", b"read_text"),
    *(b"get_bind", b"inspect", b"reflect", b"metadata", b"session", b".impl", b"connection", b".bind"),
    *(
        b"$$",
        b"drop schema",
        b"alter schema",
        b"drop database",
        b"drop owned",
        b"search_path",
        b"execute ",
        b"rollback",
    ),
)
_KNOWN_CASCADES = (
    *(b"ondelete='cascade'", b'ondelete="cascade"', b"onupdate='cascade'", b'onupdate="cascade"'),
    *(b"on delete cascade", b"on update cascade"),
)
"""Keys that carry changes of rows on; every other CASCADE can drop what no text names."""

_KNOWN_IMPORTS = tuple(
    b"\n" + line
    for line in (
        *(b"from alembic import ", b"import sqlalchemy as sa", b"from typing import ", b"from sqlalchemy import "),
        *(b"from sqlalchemy.dialects import ", b"from sqlalchemy.dialects.postgresql import "),
        *(b"from sqlalchemy.dialects.mysql import ", b"from sqlalchemy.sql import ", b"import sqlalchemy\n"),
        *(b"from collections.abc import ", b"from __future__ import ", b"import uuid", b"import datetime"),
        *(
            b"from datetime import ",
            b"import enum",
            b"import sqlmodel",
            b"import geoalchemy2",
            b"import sqlalchemy_utils",
        ),
        *(b"from sqlalchemy.schema import ", b"from geoalchemy2 import ", b"import logging"),
    )
)


def _names_of(effect: fx.Effect) -> tuple[object, ...]:
    return getattr(effect, "name", None), getattr(effect, "new_name", None)
