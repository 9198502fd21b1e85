"""Where a project's models say how constraints without a name are called. Reads texts of the project, executes none."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator

from headway.pattern import pattern
from headway.reading.modules import ProjectModules

_MODULES, _CHARACTERS = 200, 8_000_000
"""So much is looked through, what env.py imports first."""
_CONVENTION = pattern(r"\bnaming_convention\b")
_IMPORT = pattern(
    r"^[ \t]*(?:from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+(\([^()]*\)|[^\n#;]*)|import[ \t]+([^\n#;]*))", re.MULTILINE
)
_NAME = pattern(r"(?:^|,)\s*([\w.]+)")
_KEYS = ("fk", "uq", "ck", "pk", "ix")


def named_kinds(environment: str, modules: ProjectModules) -> frozenset[str]:
    """The keys (``fk``, ``uq``, ``ck``, ``pk``, ``ix``) that a ``naming_convention`` has names for, in the text of env.py or of a
    module of the project that it imports, directly or not; empty where there is none.

    See https://docs.sqlalchemy.org/en/20/core/constraints.html#configuring-constraint-naming-conventions
    """
    todo = deque([("", environment)])
    seen: set[str] = set()
    left = _CHARACTERS
    while todo:
        package, text = todo.popleft()
        if _CONVENTION.search(text):
            return frozenset(key for key in _KEYS if f'"{key}":' in text or f"'{key}':" in text)
        for name in _imported(text, package):
            if name in seen or len(seen) >= _MODULES or left <= 0:
                continue
            found = modules.find(name)
            if found is not None:
                seen.add(name)
                left -= len(found[1])
                todo.append((found[2], found[1]))
    return frozenset()


def _imported(text: str, package: str) -> Iterator[str]:
    """The modules that a text may import; what is imported from one may be a module as well."""
    around = package.split(".") if package else []
    for dots, module, names, plain in _IMPORT.findall(text):
        if plain:
            yield from _NAME.findall(plain)
            continue
        above = around[: len(around) - len(dots) + 1] if dots else []
        base = ".".join([*above, *filter(None, [module])])
        if base:
            yield base
            yield from (f"{base}.{name}" for name in _NAME.findall(names.strip("()")))
