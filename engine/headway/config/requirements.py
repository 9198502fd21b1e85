"""What the requirements of a project tell. Reads texts, executes nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from glob import escape, glob

from headway.files import read_small
from headway.pattern import pattern

REQUIREMENTS = ("requirements*.txt", "requirements/*.txt", "pyproject.toml", "Pipfile", "setup.cfg")
_FILES, _BYTES = 100, 1024 * 1024
"""How many files of a pattern are read, and how large they may be."""

# Each repetition has an end, so that no file takes longer than in proportion to its length.
_SQLALCHEMY = pattern(
    r"""^[ \t"'\[]{0,99}sqlalchemy[ \t]{0,9}(?:\[[\w, -]{0,99}\])?[ \t]{0,9}(?P<said>[=<>!~^"'][^;\n#]{0,99})""",
    re.M | re.I,
)
_BELOW_2 = pattern(r"""<[ ]*2(?:\.0)*(?![.\d])|<=?[ ]*1\.|==[ ]*1\.|~=[ ]*1\.|=[ ]*["'][\^~=]{0,2}[ ]*1\.""")


def stays_below_sqlalchemy_2(folders: Iterable[str]) -> bool:
    """Whether the requirements in these folders name SQLAlchemy, and none of them lets a version 2 in."""
    said = [
        one["said"]
        for folder in dict.fromkeys(folders)
        for _, text in texts_of(folder, REQUIREMENTS)
        for one in _SQLALCHEMY.finditer(text)
    ]
    return bool(said) and all(_BELOW_2.search(one) for one in said)


def texts_of(folder: str, patterns: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The names and texts of the files in a folder that fit one of the patterns; what cannot be read is left out."""
    for shape in patterns:
        for path in sorted(glob(os.path.join(escape(folder), shape)))[:_FILES]:
            try:
                yield os.path.relpath(path, folder), read_small(path, _BYTES).decode(errors="replace")
            except OSError:
                continue
