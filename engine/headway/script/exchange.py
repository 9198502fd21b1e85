"""Changes revision files on disk: all of them or none."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence

from headway.errors import ScriptError
from headway.files import read_small


def text_of(path: str) -> str:
    """What is in a file, with its own ends of lines. Raises ScriptError where it cannot be read as UTF-8."""
    try:
        return read_small(path).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ScriptError(f"this file cannot be read as UTF-8: {error}", path=os.path.relpath(path)) from error


def write_text(path: str, text: str) -> list[str]:
    """Writes a file with the ends of lines that ``text`` has; returns the folders that were made for it, the innermost
    first. Raises ScriptError where it cannot."""
    made = _make_folder(os.path.dirname(path))
    try:
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as error:
        raise ScriptError(f"this file cannot be written: {error.strerror}", path=os.path.relpath(path)) from error
    return made


def exchange(changes: Mapping[str, str], gone: Sequence[str] = (), check: Callable[[], object] = lambda: None) -> None:
    """Writes the texts of ``changes`` by path and deletes ``gone``, then calls ``check``.

    What has been done is undone when a part of it fails, or ``check`` raises. Raises ScriptError, and what ``check`` does.
    """
    before = {path: read_small(path) for path in (*changes, *gone) if os.path.exists(path)}
    made: list[str] = []
    try:
        for path, text in changes.items():
            made += write_text(path, text)
        for path in gone:
            _delete(path)
        check()
    except BaseException:
        for path in changes:
            if path not in before and os.path.exists(path):
                os.remove(path)
        for path, data in before.items():
            with open(path, "wb") as file:
                file.write(data)
        remove_folders(made)
        raise


def remove_folders(made: Sequence[str]) -> None:
    """Removes folders that :func:`write_text` has made, with what Python has put there."""
    for folder in made:
        cache = os.path.join(folder, "__pycache__")
        if os.path.isdir(cache):
            for name in os.listdir(cache):
                os.remove(os.path.join(cache, name))
            os.rmdir(cache)
        os.rmdir(folder)


def _delete(path: str) -> None:
    try:
        os.remove(path)
    except OSError as error:
        raise ScriptError(f"this file cannot be deleted: {error.strerror}", path=os.path.relpath(path)) from error


def _make_folder(folder: str) -> list[str]:
    made: list[str] = []
    while not os.path.isdir(folder):
        made.append(folder)
        folder = os.path.dirname(folder)
    for one in reversed(made):
        os.mkdir(one)
    return made
