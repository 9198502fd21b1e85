"""Which files of a history name a table, and which may mean one that they do not name. Reads texts, no syntax."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import accumulate

from headway.pattern import pattern


class Texts:
    """The files of a history, in lower case and one behind another, so that a word is looked for in all of them at once.

    ``source`` gives the bytes of a revision's file.
    """

    def __init__(self, ids: Iterable[str], source: Callable[[str], bytes]) -> None:
        self._ids = tuple(ids)
        self._source = source
        self._naming: dict[str, frozenset[str]] = {}

    def naming(self, name: str) -> frozenset[str]:
        """The revisions whose files have ``name``, which is in lower case, as a word of its own.

        Not those that have it only as the table that a key points to, as in ``ForeignKey("name.column")``: they change
        another table.
        """
        if not name.isascii():
            return frozenset(self._ids)  # which letters are alike is then for the database to say
        if name not in self._naming:
            self._naming[name] = frozenset(self._ids[place] for place in self._naming_places(name.encode()))
        return self._naming[name]

    @cached_property
    def partitioning(self) -> frozenset[str]:
        """The revisions whose files speak of partitions."""
        return frozenset(self._ids[place] for place in self._places(b"partition"))

    @cached_property
    def converting(self) -> frozenset[str]:
        """The revisions that give a table another character set."""
        return frozenset(self._ids[place] for place in self._places(b"convert to"))

    @cached_property
    def taking_back(self) -> frozenset[str]:
        """The revisions that have a ``downgrade()`` in which there is more than ``pass``."""
        joined, starts = self._joined
        return frozenset(self._ids[bisect_right(starts, one.start()) - 1] for one in _DOWNGRADE.finditer(joined))

    @cached_property
    def unclear(self) -> frozenset[str]:
        """The revisions whose files may do what they do not spell out, so that any table may be their business.

        A file does so when it imports what is not a library's, puts texts together, asks the database, or uses SQL that
        changes what it does not name. A name that is written in two adjacent literals is the one thing this does not see.
        """
        # A history says the same again and again, and what is looked for is seldom there: what is not among its distinct
        # lines need not be looked for in every file. Lines that differ by a number are one; where nothing but a mark
        # matters those that differ by an id are one as well.
        joined, starts = self._joined
        joined = joined.translate(_ONE_DIGIT)
        paragraphs = set(joined.split(b"\n\n"))
        once = b"\n".join(set(b"\n".join(paragraphs).splitlines()))  # which end at a lone \r as well, as Python's do
        shapes = b"\n".join(set(once.translate(_ONE_ID).split(b"\n")))
        found = {place for mark in _MARKS if mark.translate(_ONE_ID) in shapes for place in self._places(mark)}
        strange = {line for word, is_plain in _PLAIN.items() for line in _with(word, once) if not is_plain(line)}
        if strange:
            for place in range(len(self._ids)):
                if place not in found and not strange.isdisjoint(
                    joined[starts[place] : starts[place + 1]].splitlines()
                ):
                    found.add(place)
        return frozenset(self._ids[place] for place in found)

    @cached_property
    def _joined(self) -> tuple[bytes, list[int]]:
        """All texts, and where each begins; one more is the end."""
        texts = [self._source(id_) for id_ in self._ids]
        return b"\n".join([*texts, b""]).lower(), [*accumulate((len(text) + 1 for text in texts), initial=0)]

    def _text(self, place: int) -> bytes:
        joined, starts = self._joined
        return joined[starts[place] : starts[place + 1]]

    def _places(self, word: bytes) -> Iterator[int]:
        """The places of the files that have the word, be it a part of a longer one."""
        joined, starts = self._joined
        at = joined.find(word)
        while at >= 0:
            place = bisect_right(starts, at) - 1
            yield place
            at = joined.find(word, starts[place + 1])

    def _naming_places(self, name: bytes) -> Iterator[int]:
        """The places of the files that name it otherwise than as what a key points to."""
        joined, starts = self._joined
        words = _WORDS.findall(name)
        if len(self._naming) < _FEW or not words:
            yield from self._named_between(name, 0, len(joined))
            return
        # Each name would be looked for in all of the text: with many of them, and of a long history, that is its square.
        for place in min((self._index.get(word, []) for word in words), key=len):
            yield from self._named_between(name, starts[place], starts[place + 1])

    def _named_between(self, name: bytes, start: int, stop: int) -> Iterator[int]:
        """The same for the files between two places of the text."""
        joined, starts = self._joined
        at = joined.find(name, start, stop) if name else -1
        while at >= 0:
            end = at + len(name)
            if _in_word(joined, at - 1) or _in_word(joined, end) or _is_pointed_to(joined, at, end):
                at = joined.find(name, at + 1, stop)
                continue
            place = bisect_right(starts, at) - 1
            yield place
            at = joined.find(name, starts[place + 1], stop)

    @cached_property
    def _index(self) -> dict[bytes, list[int]]:
        """Each word with the places of the files that have it."""
        found: dict[bytes, list[int]] = {}
        for place in range(len(self._ids)):
            for word in set(_WORDS.findall(self._text(place))):
                found.setdefault(word, []).append(place)
        return found


_DOWNGRADE = pattern(
    rb"^(?:[ \t]*(?:async[ \t]+)?def[ \t]+downgrade\b[^\n]*+(?!\n\s*pass\s*$)|downgrade\s*[:=]|(?:from|import)\b[^\n]*\bdowngrade\b)",
    re.M,
)
_FEW = 24
"""So many names are looked for without an index of all words, which takes as long to make as some hundred of them."""
_WORDS = pattern(rb"[a-z0-9_]+")
_WORD = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789_")


def _in_word(text: bytes, at: int) -> bool:
    return 0 <= at < len(text) and text[at] in _WORD


_REST_OF_A_REFERENCE = pattern(rb"""\.[a-z0-9_]+(["'])""")
_KEY_BEFORE = pattern(rb"""foreignkey(?:\(\s*|constraint\(\s*\[[^][()]*\]\s*,\s*\[(?:[^][()]*,)?\s*)""")
_REACH_OF_A_KEY = 400


def _is_pointed_to(text: bytes, at: int, end: int) -> bool:
    """Whether the name from ``at`` to ``end`` stands where a key names its target: ``ForeignKey("name.column")``, or in the
    second list of a ``ForeignKeyConstraint``."""
    rest = _REST_OF_A_REFERENCE.match(text, end)
    if rest is None or text[at - 1 : at] != rest[1]:
        return False
    key = text.rfind(b"foreignkey", max(0, at - _REACH_OF_A_KEY), at - 1)
    return key > 0 and not _in_word(text, key - 1) and _KEY_BEFORE.fullmatch(text, key, at - 1) is not None


_ONE_DIGIT = bytes.maketrans(b"123456789", b"000000000")
_ONE_ID = bytes.maketrans(b"abcdef", b"000000")
"""What ids that are made by chance consist of beside digits; a mark keeps its shape."""


def _with(word: bytes, text: bytes) -> Iterator[bytes]:
    """The lines of a text that have the word."""
    at = text.find(word)
    while at >= 0:
        end = text.find(b"\n", at)
        end = len(text) if end < 0 else end
        yield text[text.rfind(b"\n", 0, at) + 1 : end]
        at = text.find(word, end)


def _keys_only(line: bytes) -> bool:
    """Whether every CASCADE of the line carries changes of rows on; any other can drop what no text names."""
    return line.count(b"cascade") == sum(line.count(phrase) for phrase in _KNOWN_CASCADES)


_KNOWN_CASCADES = (
    *(b"ondelete='cascade'", b'ondelete="cascade"', b"onupdate='cascade'", b'onupdate="cascade"'),
    *(b"on delete cascade", b"on update cascade"),
)


def _is_librarys(line: bytes) -> bool:
    """Whether the line imports names of a library and does no more, or imports nothing."""
    return _IMPORT.search(line) is None or _LIBRARYS.fullmatch(line.strip()) is not None


_IMPORT = pattern(rb"\bimport\b")
_LIBRARYS = pattern(
    rb"(?:from (?:alembic|sqlalchemy(?:\.(?:dialects(?:\.\w+)?|sql|schema|types))?|typing|collections\.abc|__future__"
    rb"|datetime|geoalchemy\d|decimal) import [^;]*"
    rb"|import (?:sqlalchemy(?: as sa)?|uuid|datetime|enum|sqlmodel|geoalchemy\d|sqlalchemy_utils|logging|decimal)"
    rb"(?:\s*\#[^;]*)?)"
)


def _has_no_f_string(line: bytes) -> bool:
    return _F_STRING.search(line) is None


_F_STRING = pattern(rb"""(?<![a-z0-9_])(?:f|fr|rf)["']""")


def _takes_no_part(line: bytes) -> bool:
    """Whether no literal of the line has an index or a slice."""
    return _PART.search(line) is None


_PART = pattern(rb"""["']\[[-0-9:]""")


def _is_date(line: bytes) -> bool:
    return line.startswith(b"create date: ")


_MARKS = (
    *(b"\\", b"%", b".format", b".join(", b".replace(", b"split(", b"splitlines", b"partition(", b"strip(", b".remove"),
    *(
        b".lower(",
        b".upper(",
        b".title(",
        b"capitalize(",
        b"swapcase",
        b"casefold",
        b".translate(",
        b"just(",
        b".center(",
    ),
    *(b"encode(", b"decode(", b"zfill", b"expandtabs", b"reversed("),
    *(b"chr(", b"getattr", b"eval", b"exec(", b"open(", b"__ta", b"__import", b"globals", b"read_text"),
    *(b"get_bind", b"inspect", b"reflect", b"metadata", b"session", b".impl", b"connection", b".bind"),
    *(b"$$", b"drop schema", b"alter schema", b"drop database", b"drop owned", b"search_path", b"execute "),
    b"rollback",
)
"""What makes a file unclear wherever it stands."""

_PLAIN: dict[bytes, Callable[[bytes], bool]] = {
    b"import": _is_librarys,
    b"cascade": _keys_only,
    **dict.fromkeys((b'f"', b"f'", b'fr"', b"fr'"), _has_no_f_string),
    **dict.fromkeys((b'"[', b"'["), _takes_no_part),
    b"+": _is_date,
}
"""What makes a file unclear unless the line that it stands in is plain."""
