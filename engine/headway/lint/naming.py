"""Where a project's models say how constraints without a name are called. Reads texts of the project, executes none."""

from __future__ import annotations

import ast
import re
from collections import deque
from collections.abc import Iterator

from headway.pattern import pattern
from headway.reading.modules import ProjectModules
from headway.reading.syntax import nodes_of, parsed

_MODULES, _CHARACTERS = 200, 2_000_000
"""So much is looked through, what env.py imports first."""
_IMPORT = pattern(
    r"^[ \t]*(?:from[ \t]+(\.*)(\w[\w.]*)?[ \t]+import[ \t]+(\([^()]*\)|[^\n#;]*)|import[ \t]+([^\n#;]*))", re.MULTILINE
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
        kinds = _kinds_in(text) if "onvention" in text.lower() else frozenset()
        if kinds:
            return kinds
        for name in _imported(text, package):
            if name in seen or len(seen) >= _MODULES or left <= 0:
                continue
            found = modules.find(name)
            if found is not None:
                seen.add(name)
                left -= len(found[1])
                todo.append((found[2], found[1]))
    return frozenset()


def _kinds_in(text: str) -> frozenset[str]:
    """The keys of the dictionaries that are given as ``naming_convention``, or to a name that says so."""
    try:
        nodes = nodes_of(parsed(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    found: list[ast.expr | None] = []
    for node in nodes:
        match node:
            case ast.keyword(arg="naming_convention", value=value):
                found.append(value)
            case ast.Assign(targets=[ast.Name(id=name) | ast.Attribute(attr=name)], value=value):
                found += [value] if "convention" in name.lower() else []
            case ast.AnnAssign(target=ast.Name(id=name) | ast.Attribute(attr=name), value=value):
                found += [value] if "convention" in name.lower() else []
    keys = [key for one in found if isinstance(one, ast.Dict) for key in one.keys]
    return frozenset(str(key.value) for key in keys if isinstance(key, ast.Constant) and key.value in _KEYS)


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
