"""How the files of a work tree stand to a tree that git keeps, by their bytes and the links on the way to them.

They are read and hashed here: git itself would run the filters that a checkout may configure. Changes no file.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from headway.files import read_small

Tree = Mapping[str, tuple[str, str]]
"""The mode and the id of every entry of a commit, by its path from the top with slashes."""
LINK, MODULE = "120000", "160000"
_LINKS = 40
"""Links that one path may lead through, as Linux has it."""


class State(Enum):
    """How a file stands to the base."""

    SAME = "same"
    MODIFIED = "modified"
    ADDED = "added"
    OUTSIDE = "outside"
    """Not in the work tree, so that git cannot tell."""


class WorkTree:
    """The work tree at ``root``, a real path, beside ``tree``; what was told of a file is kept.

    ``sources`` has the bytes of files that have just been read, by absolute path: they are not read once more.
    """

    def __init__(self, root: str, tree: Tree, sources: Mapping[str, bytes] = MappingProxyType({})) -> None:
        self._root = root
        self._tree = tree
        self._sources = sources
        self._states: dict[str, State] = {}
        self._steps: dict[str, list[str]] = {}
        self._plain: dict[str, str | None] = {}

    def state(self, path: str) -> State:
        """How the file at an absolute path stands to the tree; each link on the way must be the tree's own."""
        found = self._states.get(path)
        if found is None:
            folder, name = os.path.split(path)
            if folder not in self._plain:
                self._plain[folder] = self._plain_way(folder)
            inside = self._plain[folder]
            if inside is None or os.path.islink(path):
                found = self._followed(folder, name)
            else:
                found = self._beside(path, inside + name)
            self._states[path] = found
        return found

    def has(self, path: str) -> bool:
        """Whether there is anything at an absolute path, if only a link that leads nowhere."""
        return self._states.get(path) is State.SAME or os.path.lexists(path)

    def _plain_way(self, folder: str) -> str | None:
        """What the tree's paths of the files in a folder begin with, if no link and no submodule is on the way there."""
        if folder != self._root and not folder.startswith(self._root + os.sep):
            return None
        inside = folder[len(self._root) + 1 :]
        place, way = self._root, ""
        for step in inside.split(os.sep) if inside else ():
            place, way = os.path.join(place, step), f"{way}{step}"
            is_module = self._tree.get(way, ("", ""))[0] == MODULE
            if step in ("", os.curdir, os.pardir) or is_module or os.path.islink(place):
                return None
            way += "/"
        return way

    def _followed(self, folder: str, name: str) -> State:
        """The state of a file, along each link on the way to it."""
        if folder not in self._steps:
            self._steps[folder] = steps(self._root, folder)
        inside = self._steps[folder]
        left = [*inside, name] if inside else steps(self._root, os.path.join(folder, name))
        done: list[str] = []
        links = 0
        while left:
            step = left.pop(0)
            if step in ("", os.curdir):
                continue
            if step == os.pardir:
                if not done:
                    return State.OUTSIDE
                done.pop()
                continue
            mode, id_ = self._tree.get("/".join([*done, step]), ("", ""))
            if mode == MODULE:
                return State.MODIFIED  # released or not, only the submodule's own repository knows
            place = os.path.join(self._root, *done, step)
            if not os.path.islink(place):
                done.append(step)
                continue
            links += 1
            target = os.readlink(place)
            if mode != LINK or not _has_id(os.fsencode(target), id_) or links > _LINKS:
                return State.ADDED
            if not os.path.isabs(target):
                left = [*target.split(os.sep), *left]
                continue
            left, done = steps(self._root, os.path.join(target, *left)), []
            if not left:
                return State.OUTSIDE
        return self._beside(os.path.join(self._root, *done), "/".join(done)) if done else State.OUTSIDE

    def _beside(self, path: str, inside: str) -> State:
        """The state of what is no link, beside the tree's entry at ``inside``."""
        mode, id_ = self._tree.get(inside, ("", ""))
        if mode == MODULE:
            return State.MODIFIED
        if not mode or mode == LINK:
            return State.ADDED
        try:
            data = self._sources.get(path)
            data = read_small(path) if data is None else data
        except OSError:
            return State.MODIFIED  # whoever reads it says why
        # A checkout may have turned the ends of lines into those of Windows.
        is_same = _has_id(data, id_) or (b"\r\n" in data and _has_id(data.replace(b"\r\n", b"\n"), id_))
        return State.SAME if is_same else State.MODIFIED


def steps(root: str, path: str) -> list[str]:
    """The steps from ``root`` to ``path``, links below it not followed; none when it lies outside."""
    rest = path
    steps: list[str] = []
    found: list[str] = []
    while True:
        if os.path.realpath(rest) == root:
            found = list(reversed(steps))  # the uppermost one: a link to the root may lie below it
        above, step = os.path.split(rest)
        if above == rest:
            return found
        steps.append(step)
        rest = above


def _has_id(content: bytes, id_: str) -> bool:
    """Whether git would store ``content`` under this id."""
    import hashlib  # a library of digests, which most questions to git do without

    make = hashlib.sha256 if len(id_) == 64 else hashlib.sha1
    return make(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest() == id_
