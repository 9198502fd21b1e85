"""The project's own packages that Python has imported from a copy that is installed, and that says something else than the
checkout: whoever edits the checkout wonders why nothing changes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from types import ModuleType

from headway.api.project import Project
from headway.drift.verdict import NotCompared
from headway.files import read_small
from headway.script.directory import places_of

KIND = "installed copy"
_GENERATED = frozenset({"_version.py", "version.py", "__version__.py"})
"""What is written when a package is built."""


def stale_copies(project: Project) -> list[NotCompared]:
    """A line for each such package, as something that was not compared: the models that were are older ones.

    Looks at what has been imported, and imports nothing.
    """
    found: dict[str, NotCompared] = {}
    for name, module in list(sys.modules.items()):
        top = name.partition(".")[0]
        if top in found or not (path := _source_of(module)) or _is_below(path, project.root):
            continue
        twin = next(_twins(project, name, path), None)
        if twin is not None and _differ(path, twin):
            why = (
                f"env.py imported {name} of an installed copy, which is not what {project.shown(twin)} says: install the "
                "project so that the checkout is used (pip install -e .), or install it anew"
            )
            found[top] = NotCompared(KIND, f"package {top} of the checkout", why)
    return list(found.values())


def _source_of(module: ModuleType) -> str | None:
    path = getattr(module, "__file__", None)
    return path if isinstance(path, str) and path.endswith(".py") and "-packages" in path else None


def _twins(project: Project, name: str, path: str) -> Iterator[str]:
    """The files of the checkout that a module of this name would be of."""
    parts = name.split(".")
    ending = (
        os.path.join(*parts, "__init__.py") if os.path.basename(path) == "__init__.py" else os.path.join(*parts) + ".py"
    )
    places = [project.root, os.path.join(project.root, "src"), *places_of(project.config, project.home)]
    for place in dict.fromkeys(map(os.path.realpath, places)):
        twin = os.path.join(place, ending)
        if os.path.isfile(twin):
            yield twin


def _differ(one: str, other: str) -> bool:
    if os.path.basename(one) in _GENERATED:
        return False
    try:
        return read_small(one).replace(b"\r\n", b"\n") != read_small(other).replace(b"\r\n", b"\n")
    except OSError:
        return False


def _is_below(path: str, folder: str) -> bool:
    """Whether a file is of the checkout itself, and not of an environment that lies in it."""
    return os.path.realpath(path).startswith(os.path.realpath(folder) + os.sep) and "-packages" not in path
