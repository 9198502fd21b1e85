"""Keeps the checkout out of Python's search path until user code is to run, so that no file of it stands in for ours.

``python -m`` puts the working directory in front of the standard library, and PYTHONPATH or an editable install may
name folders of the checkout as well: a project's ``json.py`` would be imported by whatever imports ``json`` next.
Imports nothing that is not there when Python has started, for the same reason.
"""

from __future__ import annotations

import os
import sys

import headway

_before: list[str] = []
"""The search path as it was; empty when nothing was set aside."""


def set_checkout_aside() -> None:
    """Takes every entry inside the checkout out of ``sys.path``, but for the interpreter's own and headway's."""
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
    """Makes the search path what it was before; user code is about to run."""
    if _before:
        sys.path[:] = [*_before, *(entry for entry in sys.path if entry not in _before)]
        _before.clear()


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
    packages = any(f"{os.sep}{name}" in place for name in ("site-packages", "dist-packages"))
    environments = {os.path.realpath(prefix) for prefix in (sys.prefix, sys.base_prefix)}
    return _is_below(place, library) or (packages and any(_is_below(place, prefix) for prefix in environments))


def _ours() -> set[str]:
    packages = [headway, sys.modules.get("headway_cli")]
    return {
        os.path.dirname(os.path.realpath(path)) for package in packages for path in getattr(package, "__path__", ())
    }


def _is_below(place: str, folder: str) -> bool:
    return place == folder or place.startswith(folder.rstrip(os.sep) + os.sep)
