"""Databases that one run keeps for the next: a folder of entries, each a state and what it was made of.

An entry appears whole or not at all, and is used only if its state is the very one that was written. What it was made
of, and whether that is still so, is not known here.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from headway.files import read_small
from headway.pattern import pattern
from headway.valueclass import valueclass

MOST = 8
"""How many entries stay: those that were used last."""

_FORMAT = "headway/kept/2"
_NAME = pattern(r"[0-9a-f]{24}")
_UNFINISHED = ".new-"
_ABANDONED_SECONDS = 3600


@valueclass(frozen=True, slots=True)
class Entry:
    """A state that was kept."""

    folder: Path
    state: str
    """The digest of the state's file."""
    made_of: Mapping[str, Any]
    """What the one who kept it wants to know again; it comes from a file, so nothing in it is certain."""


@valueclass(frozen=True, slots=True)
class Keep:
    """The folder; it is made when something is first kept."""

    folder: Path

    def entries(self) -> list[Entry]:
        """Every entry that can be read, the last used first."""
        found = []
        for name in self._names():
            entry = _read(self.folder / name)
            if entry is None:
                self._remove(self.folder / name)
            else:
                found.append(entry)
        return sorted(found, key=lambda entry: (_used(entry.folder), entry.folder.name), reverse=True)

    def take(self, entry: Entry, to: Path) -> bool:
        """Copies the state; False, and the entry is gone, where it is not what was written."""
        digest = hashlib.sha256()
        try:
            with (entry.folder / "state").open("rb") as source, to.open("wb") as copy:
                while part := source.read(1 << 20):
                    digest.update(part)
                    copy.write(part)
        except OSError:
            digest = hashlib.sha256(b"unreadable")
        if digest.hexdigest() != entry.state:
            self.discard(entry)
            return False
        with suppress(OSError):  # a folder that may only be read keeps its order
            os.utime(entry.folder)
        return True

    def discard(self, entry: Entry) -> None:
        """Takes an entry out."""
        self._remove(entry.folder)

    def add(self, made_of: Mapping[str, Any], write: Callable[[Path], bool]) -> bool:
        """Keeps what ``write`` writes to the path that it is given; False where it writes nothing.

        Raises OSError where the folder cannot be written to.
        """
        self._make()
        new = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=self.folder))
        try:
            if not write(new / "state"):
                return False
            with (new / "state").open("rb") as file:
                state = hashlib.file_digest(file, "sha256").hexdigest()
            text = json.dumps({"format": _FORMAT, "state": state, "made_of": made_of}, sort_keys=True)
            (new / "entry.json").write_text(text, encoding="utf-8")
            self._give_to_owner(new, new / "state", new / "entry.json")
            # Only now has it a name that anybody looks at. One of the same name says the same.
            with suppress(FileExistsError, OSError):
                new.rename(self.folder / hashlib.sha256(text.encode()).hexdigest()[:24])
        finally:
            shutil.rmtree(new, ignore_errors=True)
        self._tidy()
        return True

    # -- the folder ---------------------------------------------------------------------------------------------

    def _names(self) -> list[str]:
        try:
            return [name for name in os.listdir(self.folder) if _NAME.fullmatch(name)]
        except OSError:
            return []

    def _make(self) -> None:
        if self.folder.is_dir():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / ".gitignore").write_text("# Made by headway; may be removed at any time.\n*\n")
        self._give_to_owner(self.folder.parent, self.folder, self.folder / ".gitignore")

    def _give_to_owner(self, *paths: Path) -> None:
        """In a container root makes what the owner of the checkout must be able to remove."""
        if os.geteuid() != 0:
            return
        top = next((place for place in self.folder.parents if _NAME_OF_OURS not in place.parts), self.folder)
        with suppress(OSError):
            owner = top.stat()
            for path in paths:
                os.chown(path, owner.st_uid, owner.st_gid)

    def _tidy(self) -> None:
        for entry in self.entries()[MOST:]:
            self.discard(entry)
        for name in os.listdir(self.folder):
            path = self.folder / name
            if name.startswith(_UNFINISHED) and time.time() - _used(path) > _ABANDONED_SECONDS:
                self._remove(path)

    def _remove(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)


_NAME_OF_OURS = ".headway"


def _read(folder: Path) -> Entry | None:
    try:
        document = json.loads(read_small(str(folder / "entry.json")))
        if document["format"] != _FORMAT or not isinstance(document["made_of"], dict):
            return None
        return Entry(folder, str(document["state"]), document["made_of"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _used(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
