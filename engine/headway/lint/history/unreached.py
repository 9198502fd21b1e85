"""Revision files that nobody runs, because subfolders of a version location are not looked into. Judges nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from headway.files import read_small
from headway.pattern import pattern
from headway.script.directory import RevisionDirectory

MOST = 2_000
"""How many files are looked at: a version location may be the top of a repository."""

_BYTES = 1024 * 1024
_REVISION = pattern(rb"^revision\s*(?::[^=\n]*)?=\s*[\"']", re.MULTILINE)
_PARENT = pattern(rb"^down_revision\s*(?::[^=\n]*)?=", re.MULTILINE)


def unreached_files(directory: RevisionDirectory) -> Iterator[tuple[str, int]]:
    """The paths of the files that say ``revision`` and ``down_revision`` and are none of the history, with the line."""
    if directory.recursive_version_locations:
        return
    known = {os.path.realpath(folder) for folder in directory.locations}
    looked_at = 0
    for top in (folder for location in sorted(known) for folder in _folders_in(location)):
        for folder, inner, names in os.walk(top):
            inner[:] = sorted(filter(_may_hold_any, inner))
            if os.path.realpath(folder) in known:
                continue
            for name in sorted(names):
                if not name.endswith(".py") or name == "__init__.py":
                    continue
                looked_at += 1
                if looked_at > MOST:
                    return
                path = os.path.join(folder, name)
                if (line := _line_of_revision(path)) is not None:
                    yield path, line


def _folders_in(location: str) -> list[str]:
    try:
        with os.scandir(location) as listed:
            folders = [one.path for one in listed if one.is_dir(follow_symlinks=False) and _may_hold_any(one.name)]
    except OSError:
        return []  # who lists the history says so
    return sorted(folders)


def _may_hold_any(folder: str) -> bool:
    return folder != "__pycache__" and not folder.startswith(".")


def _line_of_revision(path: str) -> int | None:
    try:
        text = read_small(path, _BYTES)
    except OSError:
        return None
    found = _REVISION.search(text)
    if found is None or not _PARENT.search(text):
        return None
    return text.count(b"\n", 0, found.start()) + 1
