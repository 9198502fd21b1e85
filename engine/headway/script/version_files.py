"""Which files of the version folders are revision files, in a fixed order. Reads directories, and no file."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from operator import attrgetter
from typing import NamedTuple
from warnings import warn

from headway.errors import ConfigError

_COMPILED_FILE = r"(?!\.\#|__init__).*\.py[co]$"


class VersionFile(NamedTuple):
    """One revision file as it was found."""

    path: str
    real: str
    """What it is the same file as, when another path leads there."""
    is_link: bool


def version_files(locations: Sequence[str], *, recursive: bool, sourceless: bool) -> Iterator[VersionFile]:
    """The revision files of all locations. Each file once, by its own path where one of them is no link.

    A location may lie inside another, or be a link to it. As in Alembic, a linked folder inside one is not entered, and
    a link to nothing that could be a revision file is none. Warns of a file that two paths lead to. Raises ConfigError
    for a directory that cannot be read.
    """
    found = [file for location in locations for file in _below(location, recursive, sourceless)]
    own = {file.real for file in found if not file.is_link}
    seen: set[str] = set()
    for file in found:
        if file.real in seen or (file.is_link and file.real in own):
            warn(f"File {file.path} loaded twice! ignoring. Please ensure version_locations is unique.", stacklevel=2)
            continue
        seen.add(file.real)
        yield file


def files_at(files: Iterable[VersionFile], places: Iterable[str]) -> dict[str, list[str]]:
    """By each of ``places``, paths of files or folders, the paths of the files that are there or below.

    Links in a place are resolved, as those of ``files`` are; one pass over these, however many places there are.
    """
    asked: dict[str, list[str]] = {}
    for place in places:
        asked.setdefault(os.path.realpath(place), []).append(place)
    found: dict[str, list[str]] = {place: [] for place in asked}

    @cache
    def around(folder: str) -> list[str]:
        above = os.path.dirname(folder)
        return [*([folder] if folder in found else ()), *(around(above) if above != folder else ())]

    for file in files:
        for place in [*([file.real] if file.real in found else ()), *around(os.path.dirname(file.real))]:
            found[place].append(file.path)
    return {place: found[real] for real, named in asked.items() for place in named}


def _below(folder: str, recursive: bool, sourceless: bool) -> Iterator[VersionFile]:
    try:
        with os.scandir(folder) as listed:
            entries = sorted(listed, key=attrgetter("name"))
    except FileNotFoundError:
        return  # a new project has no versions directory until its first revision
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise ConfigError(f"this directory cannot be read: {said}", path=folder) from error
    real = os.path.realpath(folder)
    for entry in entries:
        if _is_revision_name(entry.name) and _is_there(entry):
            path = f"{folder}{os.sep}{entry.name}"
            is_link = entry.is_symlink()
            yield VersionFile(path, os.path.realpath(path) if is_link else f"{real}{os.sep}{entry.name}", is_link)
        elif entry.is_symlink() and _is_revision_file(target := os.path.realpath(entry.path)):
            yield VersionFile(target, target, is_link=True)  # Alembic goes by the name of the file itself
    if sourceless:
        names = {entry.name for entry in entries}
        yield from (VersionFile(path, os.path.realpath(path), is_link=False) for path in _compiled(folder, names))
    if recursive:
        for entry in entries:
            if entry.name != "__pycache__" and entry.is_dir(follow_symlinks=False):
                yield from _below(entry.path, recursive, sourceless)


def _is_revision_name(name: str) -> bool:
    return name.endswith(".py") and not name.startswith((".#", "__init__"))


def _is_revision_file(path: str) -> bool:
    return _is_revision_name(os.path.basename(path)) and os.path.isfile(path)


def _is_there(entry: os.DirEntry[str]) -> bool:
    """Whether there is something to read, be it a pipe, which reading will refuse with a reason.

    A link to a revision file that is gone counts: reading tells that it is, as Alembic does.
    """
    if entry.is_file(follow_symlinks=False):
        return True
    try:
        return not stat.S_ISDIR(entry.stat().st_mode)
    except FileNotFoundError:
        return _is_revision_name(os.path.basename(os.path.realpath(entry.path)))
    except OSError as error:
        return error.errno not in (errno.ENOTDIR, errno.ELOOP)


def _compiled(folder: str, names: set[str]) -> Iterator[str]:
    """The compiled files that have no source beside them: in the directory itself and in its ``__pycache__``."""
    stems = {name.partition(".")[0] for name in names if name.endswith(".py")}
    legacy = sorted(name for name in names if re.match(_COMPILED_FILE, name) and name.partition(".")[0] not in stems)
    yield from (f"{folder}{os.sep}{name}" for name in legacy)
    stems |= {name.partition(".")[0] for name in legacy}
    cache = os.path.join(folder, "__pycache__")
    if os.path.isdir(cache):
        cached = (name for name in os.listdir(cache) if re.match(_COMPILED_FILE, name))
        yield from (f"{cache}{os.sep}{name}" for name in sorted(cached) if name.partition(".")[0] not in stems)
