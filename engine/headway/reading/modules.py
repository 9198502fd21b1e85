"""Finds the text of the project's own modules, by name and without importing anything."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Sequence

LONGEST = 2_000_000
"""Bytes of a module that is read."""


class ProjectModules:
    """The modules that an import finds in ``places``; outside of ``roots`` nothing is read.

    ``shown_from`` is the directory that paths in reports are relative to.
    """

    def __init__(self, roots: Sequence[str], places: Sequence[str], shown_from: str) -> None:
        self.roots = tuple(os.path.realpath(root) + os.sep for root in roots)
        self.places = tuple(dict.fromkeys(os.path.realpath(place) for place in places))
        self.shown_from = os.path.realpath(shown_from)
        self._found: dict[str, tuple[str, str, str] | None] = {}

    def find(self, name: str) -> tuple[str, str, str] | None:
        """The shown path, the text and the package of a module of the project; None for any other."""
        if name not in self._found:
            self._found[name] = self._look_for(name)
        return self._found[name]

    def _look_for(self, name: str) -> tuple[str, str, str] | None:
        parts = name.split(".")
        if not all(part.isidentifier() for part in parts):
            return None
        for place in self.places:
            path = os.path.join(place, *parts)
            for candidate, package in ((os.path.join(path, "__init__.py"), name), (f"{path}.py", ".".join(parts[:-1]))):
                text = self._read(candidate)
                if text is not None:
                    return os.path.relpath(os.path.realpath(candidate), self.shown_from), text, package
        return None

    def _read(self, path: str) -> str | None:
        real = os.path.realpath(path)
        if not real.startswith(self.roots):
            return None
        try:
            found = os.stat(real)
            if not stat.S_ISREG(found.st_mode) or found.st_size > LONGEST:
                return None
            with open(real, encoding="utf-8") as file:
                return file.read()
        except (OSError, ValueError):
            return None


Modules = Callable[[], tuple[ProjectModules, str]]
"""Finds the modules of a project, and the package that its revisions lie in; called only where a file needs them."""


def modules_of(directory: str, places: Sequence[str], root: str) -> tuple[ProjectModules, str]:
    """Where the text of the project's own modules is found, and the package that its revisions lie in.

    ``directory`` is that of the scripts, ``places`` are where imports look first, ``root`` is the top of the repository.
    """
    above, package = package_roots(directory)
    roots = [root, os.path.join(above, package.partition(".")[0]) if package else directory]
    return ProjectModules(roots, [*places, above], root), package


def package_roots(directory: str) -> tuple[str, str]:
    """The directory that holds the top-level package ``directory`` lies in, and its dotted name below that.

    The name is empty for a directory that is in no package.
    """
    parts: list[str] = []
    place = os.path.realpath(directory)
    while os.path.isfile(os.path.join(place, "__init__.py")) and os.path.dirname(place) != place:
        parts.append(os.path.basename(place))
        place = os.path.dirname(place)
    return place, ".".join(reversed(parts))


def top_level_modules(places: Sequence[str]) -> frozenset[str]:
    """The names of the modules and packages that lie in these directories, those of libraries left out.

    Of a namespace package, which has no module of its own, the packages in it: ``shop.model``; others may lie elsewhere.
    """
    names: set[str] = set()
    for place in set(map(os.path.abspath, places)):
        if os.path.isdir(place):
            names.update(name for entry in os.scandir(place) for name in _module_names(entry))
    return frozenset(names - sys.stdlib_module_names - {"alembic", "sqlalchemy", "setup", "conftest"})


def _module_names(entry: os.DirEntry[str]) -> list[str]:
    if entry.is_file():
        stem, extension = os.path.splitext(entry.name)
        return [stem] if extension == ".py" and stem.isidentifier() else []
    if not entry.name.isidentifier() or entry.name.startswith("_") or not entry.is_dir():
        return []
    inside = list(os.scandir(entry.path))
    if any(inner.name.endswith(".py") for inner in inside):
        return [entry.name]
    # As in https://peps.python.org/pep-0420/: a directory is a part of a namespace package by what lies in it.
    packages = (inner for inner in inside if inner.name.isidentifier() and inner.is_dir())
    return [
        f"{entry.name}.{inner.name}" for inner in packages if os.path.isfile(os.path.join(inner.path, "__init__.py"))
    ]
