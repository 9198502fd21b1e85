"""Which files of a history name a table, and which may mean one that they do not name. Reads texts, no syntax."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property


class Texts:
    """The files of a history, in lower case and one behind another, so that a word is looked for in all of them at once.

    ``source`` gives the bytes of a revision's file.
    """

    def __init__(self, ids: Iterable[str], source: Callable[[str], bytes]) -> None:
        self._ids = tuple(ids)
        self._source = source
        self._naming: dict[str, frozenset[str]] = {}

    def naming(self, name: str) -> frozenset[str]:
        """The revisions whose files have ``name``, which is in lower case, as a word of its own."""
        if not name.isascii():
            return frozenset(self._ids)  # which letters are alike is then for the database to say
        if name not in self._naming:
            self._naming[name] = frozenset(self._ids[place] for place in self._places(name.encode(), whole=True))
        return self._naming[name]

    @cached_property
    def partitioning(self) -> frozenset[str]:
        """The revisions whose files speak of partitions."""
        return frozenset(self._ids[place] for place in self._places(b"partition"))

    @cached_property
    def unclear(self) -> frozenset[str]:
        """The revisions whose files may do what they do not spell out, so that any table may be their business.

        A file does so when it imports what is not a library's, puts texts together, asks the database, or uses SQL that
        changes what it does not name. A name that is written in two adjacent literals is the one thing this does not see.
        """
        found = {place for mark in _MARKS for place in self._places(mark)}
        found |= {
            place
            for place in self._places(b"cascade")
            if place not in found and not _only(b"cascade", _KNOWN_CASCADES, self._text(place))
        }
        imports = (place for place in range(len(self._ids)) if place not in found)
        found |= {place for place in imports if not _only(b"import ", _KNOWN_IMPORTS, self._text(place))}
        return frozenset(self._ids[place] for place in found)

    @cached_property
    def _joined(self) -> tuple[bytes, list[int]]:
        """All texts, and where each begins; one more is the end."""
        texts = [self._source(id_).lower() + b"\0" for id_ in self._ids]
        starts = [0]
        for text in texts:
            starts.append(starts[-1] + len(text))
        return b"".join(texts), starts

    def _text(self, place: int) -> bytes:
        joined, starts = self._joined
        return joined[starts[place] : starts[place + 1]]

    def _places(self, word: bytes, *, whole: bool = False) -> Iterator[int]:
        """The places of the files that have the word; ``whole`` takes none that is a part of a longer one."""
        joined, starts = self._joined
        if not word:
            return
        at = joined.find(word)
        while at >= 0:
            place = bisect_right(starts, at) - 1
            if whole and (_in_word(joined, at - 1) or _in_word(joined, at + len(word))):
                at = joined.find(word, at + 1)
                continue
            yield place
            at = joined.find(word, starts[place + 1])


_WORD = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789_")


def _in_word(text: bytes, at: int) -> bool:
    return 0 <= at < len(text) and text[at] in _WORD


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
