"""Serves ``import alembic`` from headway's facades for as long as a ``with`` block lasts.

The only place that touches ``sys.meta_path``. A really installed Alembic is untouched before and after: its modules
are set aside while the block runs and put back when it ends.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from types import ModuleType
from typing import TYPE_CHECKING

from headway.files import read_small
from headway.search_path import give_checkout_back

if TYPE_CHECKING:
    from importlib.abc import Loader
else:
    Loader = object  # the import of importlib.abc takes longer than all that is here: tempfile and random come with it

NAME = "alembic"
FACADES = "headway.compat.alembic"

_guard = threading.RLock()
_users = 0
_set_aside: dict[str, ModuleType] = {}
_ours: dict[str, ModuleType] = {}


@contextmanager
def serving_alembic() -> Iterator[None]:
    """While the block runs, ``alembic`` and its submodules are headway's. May be nested and used from threads.

    User code is about to run, so that the search path is given back what was kept out of it.
    """
    give_checkout_back()
    _begin()
    try:
        yield
    finally:
        _end()


class FacadeFinder:
    """Finds ``alembic.x.y`` in the facade package, under the name that was asked for."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != NAME and not fullname.startswith(f"{NAME}."):
            return None
        facade = FACADES + fullname.removeprefix(NAME)
        found = importlib.util.find_spec(facade) if _has_facade(facade) else None
        if found is None:
            return None
        spec = importlib.machinery.ModuleSpec(
            fullname,
            FacadeLoader(facade),
            origin=found.origin,
            is_package=found.submodule_search_locations is not None,
        )
        if spec.submodule_search_locations is not None:
            spec.submodule_search_locations = []  # submodules come from this finder, not from the disk
        return spec


class FacadeLoader(Loader):
    """Fills a fresh module with the names of a facade.

    A fresh one, because importlib writes the spec of the module it was asked for into whatever it is given.
    """

    def __init__(self, facade: str) -> None:
        self.facade = facade

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        facade = importlib.import_module(self.facade)
        kept = {"__name__", "__spec__", "__loader__", "__package__", "__path__", "__file__", "__builtins__"}
        module.__dict__.update({name: value for name, value in vars(facade).items() if name not in kept})
        module.__file__ = facade.__file__
        if self.facade == FACADES:
            _load_plugins()


def _load_plugins() -> None:
    """Sets up what installed packages publish: only now, because it imports alembic and must find what is in it."""
    if not has_entry_points("alembic.plugins"):
        return  # and autogenerate, which few runs need, is not imported
    from headway.autogenerate.plugins import load_installed

    load_installed()


def has_entry_points(group: str) -> bool:
    """Whether an installed package may publish something in a group of entry points.

    Looks for the group's name in the files that list them: importlib, which parses all of them, takes twenty times as
    long.
    """
    finders = [finder for finder in sys.meta_path if hasattr(finder, "find_distributions")]
    if finders != [importlib.machinery.PathFinder]:
        return True
    name = group.encode()
    if any(str(folder).rstrip("/\\").lower().endswith(".egg") for folder in sys.path):
        return True
    for folder in sys.path:
        try:
            entries = os.listdir(folder or os.curdir)
        except NotADirectoryError:
            return True  # an archive, which importlib looks into
        except OSError:
            continue
        for entry in entries:
            kind = entry.lower()
            if kind.endswith(".egg") or kind == "egg-info":
                return True
            if not kind.endswith((".dist-info", ".egg-info")):
                continue
            with suppress(OSError):  # most packages publish nothing and have no such file
                if name in read_small(os.path.join(folder, entry, "entry_points.txt")):
                    return True
    return False


_finder = FacadeFinder()


def _has_facade(name: str) -> bool:
    """Whether every package above ``name`` exists, so that looking for it cannot fail in its parents."""
    parent = name.rpartition(".")[0]
    return parent == "headway.compat" or (_has_facade(parent) and importlib.util.find_spec(parent) is not None)


def _begin() -> None:
    global _users
    with _guard:
        _users += 1
        if _users > 1:
            return
        _set_aside.update(_take_modules())
        sys.modules.update(_ours)  # the same objects as last time: user modules may hold on to them
        sys.meta_path.insert(0, _finder)


def _end() -> None:
    global _users
    with _guard:
        _users -= 1
        if _users > 0:
            return
        sys.meta_path.remove(_finder)
        _ours.update(_take_modules())
        sys.modules.update(_set_aside)
        _set_aside.clear()


def _take_modules() -> dict[str, ModuleType]:
    # list() takes the names at once; other threads import while we look at them.
    names = [name for name in list(sys.modules) if name == NAME or name.startswith(f"{NAME}.")]
    return {name: sys.modules.pop(name) for name in names}
