"""What a project wants installed: the input ``requirements``, or the lock file that is there. Reads names, no contents."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from headway.errors import UsageError
from headway.pattern import pattern
from headway.valueclass import valueclass

LOCKS = ("uv.lock", "pylock.toml", "poetry.lock", "pdm.lock", "Pipfile.lock")
"""Lock files by their tools' names, the surest first. See https://packaging.python.org/en/latest/specifications/pylock-toml/"""
LISTS = ("requirements.txt", "pyproject.toml")

_CHOSEN = pattern(r"(?P<path>[^\[\]:]+?)(?:\[(?P<extras>[\w.,\s-]+)\])?(?::(?P<groups>[\w.,\s-]+))?")


@valueclass(frozen=True, slots=True)
class Wanted:
    """One thing to install: a file of a known kind, a folder with a project in it, or a requirement."""

    kind: str
    """``uv.lock``, ``pylock.toml``, ``poetry.lock``, ``pdm.lock``, ``Pipfile.lock``, ``requirements``, ``pyproject``,
    ``project`` or ``package``."""
    place: str
    """The path, or the text of the requirement."""
    extras: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    member: str = ""
    """The folder of the project itself, where the lock file is that of a workspace around it."""


def wanted_by(lines: Sequence[str], directory: str, top: str) -> tuple[list[Wanted], str]:
    """What to install for the project in ``directory``, and how that was found, in a few words.

    ``lines`` are those of the input: files, folders, requirements, or the one word ``none``. Without any, the nearest
    lock file on the way up to ``top`` counts, else the nearest ``requirements.txt`` or ``pyproject.toml``. Raises
    UsageError for a file that is not there or leads out of ``top``.
    """
    if list(lines) == ["none"]:
        return [], "nothing, as the input 'requirements' says"
    if lines:
        return [_of_line(line, directory, top) for line in lines], "the input 'requirements'"
    for names in (LOCKS, LISTS):
        for folder in _upward(directory, top):
            for name in names:
                path = os.path.join(folder, name)
                if os.path.isfile(path):
                    found = Wanted(_kind_of(path), path, member=_member(directory, folder))
                    return [found], f"{os.path.relpath(path, top)}, which is there"
    return [], "nothing: there is no lock file, no requirements.txt and no pyproject.toml"


def _of_line(line: str, directory: str, top: str) -> Wanted:
    match = _CHOSEN.fullmatch(line)
    if match:
        path = os.path.join(directory, match["path"].strip())
        if os.path.lexists(path):
            _refuse_outside(line, path, top)
            member = _member(directory, os.path.dirname(path))
            return Wanted(_kind_of(path), path, _names(match["extras"]), _names(match["groups"]), member)
    if line.startswith("-"):
        raise UsageError(
            f"input 'requirements' is '{line}', which is an option of pip",
            hint="Put options into a requirements file; indexes go into UV_INDEX or PIP_INDEX_URL under env:.",
        )
    looks_like_a_file = line.endswith((".txt", ".lock", ".toml", ".in")) or os.sep in line.partition("@")[0]
    if looks_like_a_file:
        raise UsageError(
            f"input 'requirements' names '{line}', and there is no such file in the working directory",
            hint="Write a path below working-directory, '.', or requirements such as psycopg[binary]>=3.1.",
        )
    return Wanted("package", line)


def _kind_of(path: str) -> str:
    name = os.path.basename(os.path.normpath(path))
    if os.path.isdir(path):
        return "project"
    if name in LOCKS:
        return name
    if re.fullmatch(r"pylock\.[^.]+\.toml", name):
        return "pylock.toml"
    return "pyproject" if name == "pyproject.toml" else "requirements"


def _member(directory: str, folder: str) -> str:
    """The folder whose dependencies count: that of the project, where it has a pyproject.toml of its own."""
    return directory if os.path.isfile(os.path.join(directory, "pyproject.toml")) else folder


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())


def _refuse_outside(line: str, path: str, top: str) -> None:
    place, inside = os.path.realpath(path), os.path.realpath(top)
    if place != inside and not place.startswith(inside + os.sep):
        raise UsageError(f"input 'requirements' names '{line}', which is outside of the workspace")


def _upward(directory: str, top: str) -> list[str]:
    folders = [directory]
    while folders[-1] != top and os.path.dirname(folders[-1]) != folders[-1]:
        folders.append(os.path.dirname(folders[-1]))
    return folders
