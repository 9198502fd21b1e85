"""Where imports look: headway's own packages until user code is to run, the project's from then on.

``python -m`` puts the working directory in front of the standard library, and PYTHONPATH or an editable install may
name folders of the checkout as well: a project's ``json.py`` would be imported by whatever imports ``json`` next. So
the checkout is set aside at the start.

In the image the packages that only headway needs (typer, PyYAML and what they bring) lie apart, in ``PRIVATE``, and the
project's in the folder that ``HEADWAY_PACKAGES`` names: a project may bring its own old typer. SQLAlchemy, the drivers
and Mako are the project's where it has them. Imports nothing that is not there when Python has started.
"""

from __future__ import annotations

import os
import sys

import headway

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

PRIVATE = os.path.join(sys.prefix, "private")
"""The packages of headway's own in the image; elsewhere there is no such folder, and project and headway share theirs."""

PACKAGES = "HEADWAY_PACKAGES"
"""The variable that names the folder of the project's packages, where they lie apart from headway's."""

_before: list[str] = []
"""The search path as it was; empty when nothing was set aside."""
_aside: dict[str, ModuleType] = {}
"""Modules out of PRIVATE that were loaded before user code was to run, by name; from then on the project's have theirs."""


def set_checkout_aside() -> None:
    """Takes every entry inside the checkout out of ``sys.path``, but for the interpreter's own and headway's, and puts
    headway's own packages and the project's, in this order, before those that both share."""
    _take_checkout_out()
    packages = os.environ.get(PACKAGES)
    ahead = [PRIVATE] if PRIVATE in sys.path else []
    ahead += [packages] if packages and os.path.isdir(packages) else []
    _put_ahead(ahead)


_PACKAGES = ("site-packages", "dist-packages")


def _put_ahead(folders: list[str]) -> None:
    """Puts folders before the packages of the interpreter's environment."""
    if folders:
        rest = [entry for entry in sys.path if entry not in folders]
        at = next((at for at, entry in enumerate(rest) if os.path.basename(entry) in _PACKAGES), len(rest))
        sys.path[:] = [*rest[:at], *folders, *rest[at:]]


def _take_checkout_out() -> None:
    try:
        here = os.path.realpath(os.getcwd())
    except OSError:  # the working directory is gone, and nothing can be imported from it
        return
    top = _top(here)
    kept = [entry for entry in sys.path if not _is_of(top, here, entry)]
    if kept != sys.path and not _before:
        _before[:] = sys.path
        sys.path[:] = kept


def give_checkout_back() -> None:
    """Makes the search path what it was before, without what is headway's alone; user code is about to run."""
    if _before:
        sys.path[:] = [*_before, *(entry for entry in sys.path if entry not in _before)]
        _before.clear()
    if PRIVATE in sys.path:
        sys.path.remove(PRIVATE)
        _aside.update(_loaded_from(PRIVATE))
        for name in _aside:
            del sys.modules[name]
    packages = os.environ.pop(PACKAGES, None)
    if packages and os.path.isdir(packages):
        import site  # its ``.pth`` files run code, which is the project's

        _put_ahead([packages])
        site.addsitedir(packages)


def import_own(name: str) -> ModuleType:
    """The package that headway itself needs by this name, whatever the project has by it. Raises as an import does."""
    if PRIVATE in sys.path or not os.path.isdir(PRIVATE):
        return _import(name)
    if name not in _aside:
        theirs = {known: sys.modules.pop(known) for known in {*_aside, name} if known in sys.modules}
        sys.modules.update(_aside)
        sys.path.insert(0, PRIVATE)
        try:
            _import(name)
            _aside.update(_loaded_from(PRIVATE))
        finally:
            sys.path.remove(PRIVATE)
            for known in _aside:
                sys.modules.pop(known, None)
            sys.modules.update(theirs)
    return _aside[name]


def _import(name: str) -> ModuleType:
    __import__(name)
    return sys.modules[name]


def _loaded_from(folder: str) -> dict[str, ModuleType]:
    """The modules whose file, or for a package without one a folder, lies in ``folder``."""
    found = {}
    for name, module in list(sys.modules.items()):
        places = [getattr(module, "__file__", None), *getattr(module, "__path__", ())]
        if any(isinstance(place, str) and _is_below(place, folder) for place in places):
            found[name] = module
    return found


def where_user_code_looks() -> list[str]:
    """The search path that user code has, whether or not it has been given back yet."""
    return list(_before or sys.path)


def _top(place: str) -> str:
    """The top of the checkout around ``place``, or ``place`` itself outside of one."""
    at = place
    while not os.path.lexists(os.path.join(at, ".git")):
        above = os.path.dirname(at)
        if above == at:
            return place
        at = above
    return at


def _is_of(top: str, here: str, entry: str) -> bool:
    place = os.path.realpath(os.path.join(here, entry))
    return _is_below(place, top) and not _is_pythons(place) and place not in _ours()


def _is_pythons(place: str) -> bool:
    """Whether the interpreter has its own modules there, or the packages of its environment."""
    library = os.path.dirname(os.path.realpath(os.__file__))
    packages = any(f"{os.sep}{name}" in place for name in _PACKAGES)
    environments = {os.path.realpath(prefix) for prefix in (sys.prefix, sys.base_prefix)}
    return _is_below(place, library) or (packages and any(_is_below(place, prefix) for prefix in environments))


def _ours() -> set[str]:
    packages = [headway, sys.modules.get("headway_cli")]
    return {
        os.path.dirname(os.path.realpath(path)) for package in packages for path in getattr(package, "__path__", ())
    }


def _is_below(place: str, folder: str) -> bool:
    return place == folder or place.startswith(folder.rstrip(os.sep) + os.sep)
