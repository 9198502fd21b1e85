"""Where ``package:path`` of a setting lies, found as files are: no package is imported, nor any around it."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder

from headway.errors import ConfigError
from headway.pattern import pattern
from headway.search_path import where_user_code_looks

_PACKAGE = pattern(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")


def resource_path(location: str, ahead: Sequence[str] = ()) -> str:
    """A path, or the place of a package resource ``package:path``.

    The package is looked for where user code would: in the folders ``ahead``, then along Python's search path. What
    a package itself does to its ``__path__`` is not known here. Raises ConfigError when there is no such package, or
    when it lies in an archive.
    """
    package, colon, resource = location.partition(":")
    if not colon or os.path.isabs(location) or not _PACKAGE.fullmatch(package):
        return location
    places = [*(os.path.abspath(place) for place in ahead), *where_user_code_looks()]
    for name in package.split("."):
        places = _portions(name, places, top=name == package.split(".")[0])
        if not places:
            raise ConfigError(
                f"there is no package '{package}', which the setting '{location}' names",
                hint="Install it, name its folder in prepend_sys_path, or give a path instead.",
            )
    if not os.path.isdir(places[0]):
        raise ConfigError(
            f"the package '{package}', which the setting '{location}' names, lies in an archive: {places[0]}",
            hint="Install it as files.",
        )
    return os.path.join(places[0], *re.split(r"[:/]", resource))


def _portions(name: str, places: Sequence[str], *, top: bool) -> list[str]:
    """The folders of the package ``name`` that lies in one of ``places``; none when there is no such package."""
    try:
        # The finder of files looks only at the last part of a dotted name, and imports nothing for any.
        spec = PathFinder.find_spec(name, places) or (_by_other_finders(name) if top else None)
    except (ImportError, ValueError, OSError):
        return []
    return list(spec.submodule_search_locations or ()) if spec is not None else []


def _by_other_finders(name: str) -> ModuleSpec | None:
    """What the finder of an editable install says, which its environment has put in place; a name without a dot."""
    from importlib.util import find_spec

    return find_spec(name)
