"""Lock files of Poetry, PDM and Pipenv as lines that pip and uv take: pinned, with hashes and markers. Pure.

Poetry's is described at https://python-poetry.org/docs/ only by what the tool writes (lock-version 1.x and 2.x), PDM's
at https://pdm-project.org/en/latest/usage/lockfile/, Pipenv's at https://pipenv.pypa.io/en/latest/pipfile.html.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from headway.errors import ConfigError
from headway.pattern import pattern
from headway.valueclass import valueclass


@valueclass(frozen=True, slots=True)
class Locked:
    """What a lock file pins."""

    lines: tuple[str, ...]
    """Requirements, one a line, for an installation without dependencies."""
    indexes: Mapping[str, str] = field(default_factory=dict)
    """Package indexes of its own by name."""
    python: str = ""
    """The versions of Python it was made for, as the file writes them."""


def read_lock(
    kind: str, data: bytes, path: str, *, project: Mapping[str, Any], extras: Sequence[str], groups: Sequence[str]
) -> Locked:
    """The pins of a lock file, ``kind`` being its name; ``project`` is the pyproject.toml beside it.

    Raises ConfigError when it is not what its name says.
    """
    try:
        if kind == "poetry.lock":
            return _poetry(tomllib.loads(data.decode()), project, extras, groups)
        if kind == "pdm.lock":
            return _pdm(tomllib.loads(data.decode()), project, extras, groups)
        return _pipenv(json.loads(data), groups)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        said = " ".join(str(error).split())
        raise ConfigError(
            f"this is no {kind} that can be read: {said}", path=path, hint="Write it anew with its tool."
        ) from error


def _poetry(
    lock: Mapping[str, Any], project: Mapping[str, Any], extras: Sequence[str], groups: Sequence[str]
) -> Locked:
    packages = list(lock.get("package", []))
    kept = {"main", *groups}
    optional = {_required(wanted)[0] for extra in extras for wanted in lock.get("extras", {}).get(extra, ())}
    # Since lock-version 2.1 each package says to which groups it belongs, and under which marker.
    reached = None
    if not all("groups" in package for package in packages):
        reached = _reached(
            _poetry_roots(project, groups, optional), {_name(p["name"]): _poetry_needs(p) for p in packages}
        )
    lines, indexes = [], {}
    for package in packages:
        name = _name(package["name"])
        if reached is None:
            belongs = set(package["groups"]) & kept
            if not belongs or (package.get("optional") and name not in optional):
                continue
            marker = _poetry_marker(package, belongs)
        elif name in reached:
            marker = _any(reached[name])
        else:
            continue
        source = package.get("source") or {}
        if source.get("type") == "legacy":
            indexes[source.get("reference", "index")] = source["url"]
        lines.append(_line(name, package["version"], _poetry_files(lock, package), marker, source))
    return Locked(tuple(lines), indexes, lock.get("metadata", {}).get("python-versions", ""))


def _reached(roots: Sequence[tuple[str, str]], needs: Mapping[str, Sequence[tuple[str, str]]]) -> dict[str, set[str]]:
    """The packages that ``roots`` lead to, each with the markers under which; every package, always, without roots.

    ``needs`` has the dependencies of each package: names and markers.
    """
    if not roots:
        return {name: {""} for name in needs}
    found: dict[str, set[str]] = {}
    waiting = [root for root in roots if root[0] in needs]
    while waiting:
        name, marker = waiting.pop()
        if name not in found:
            waiting += [below for below in needs[name] if below[0] in needs]
        found.setdefault(name, set()).add(marker)
    return found


def _poetry_roots(project: Mapping[str, Any], groups: Sequence[str], optional: set[str]) -> list[tuple[str, str]]:
    """What the project itself asks for: names and markers."""
    poetry = project.get("tool", {}).get("poetry", {})
    tables = [poetry.get("dependencies", {})]
    tables += [poetry.get("group", {}).get(group, {}).get("dependencies", {}) for group in groups]
    roots = [
        (_name(name), _marker_of(one))
        for table in tables
        for name, how in table.items()
        for one in _alternatives(how)
        if not (isinstance(one, dict) and one.get("optional")) or _name(name) in optional
    ]
    roots += [_required(requirement) for requirement in project.get("project", {}).get("dependencies", [])]
    return [*roots, *((name, "") for name in optional)]


def _poetry_needs(package: Mapping[str, Any]) -> list[tuple[str, str]]:
    below = (package.get("dependencies") or {}).items()
    return [(_name(name), _marker_of(one)) for name, how in below for one in _alternatives(how)]


def _alternatives(how: Any) -> list[Any]:
    return how if isinstance(how, list) else [how]


def _marker_of(how: Any) -> str:
    return how.get("markers", "") if isinstance(how, dict) else ""


def _required(requirement: str) -> tuple[str, str]:
    """The name and the marker of a requirement as PEP 508 writes it."""
    wanted, _, marker = requirement.partition(";")
    return _name(re.split(r"[^\w.-]", wanted.strip())[0]), marker.strip()


def _any(markers: set[str]) -> str:
    return "" if "" in markers else " or ".join(f"({marker})" for marker in sorted(markers))


def _poetry_marker(package: Mapping[str, Any], groups: set[str]) -> str:
    marker = package.get("markers") or ""
    return marker if isinstance(marker, str) else _any({marker.get(group, "") for group in groups})


def _poetry_files(lock: Mapping[str, Any], package: Mapping[str, Any]) -> list[str]:
    files = package.get("files") or lock.get("metadata", {}).get("files", {}).get(package["name"]) or []
    return [file["hash"] for file in files]


def _pdm(lock: Mapping[str, Any], project: Mapping[str, Any], extras: Sequence[str], groups: Sequence[str]) -> Locked:
    packages = list(lock.get("package", []))
    kept = {"default", *groups, *extras}
    reached = None
    if not all("groups" in package for package in packages):  # without the strategy inherit_metadata
        needs: dict[str, list[tuple[str, str]]] = {}
        for package in packages:
            below = [_required(requirement) for requirement in package.get("dependencies", [])]
            needs.setdefault(_name(package["name"]), []).extend(below)
        reached = _reached(_pdm_roots(project, extras, groups), needs)
    lines = []
    for package in packages:
        marker = package.get("marker", "")
        if reached is None:
            if not set(package["groups"]) & kept:
                continue
        elif (name := _name(package["name"])) in reached:
            marker = marker or _any(reached[name])
        else:
            continue
        hashes = [file["hash"] for file in package.get("files", [])]
        name = package["name"] + (f"[{','.join(package['extras'])}]" if package.get("extras") else "")
        lines.append(_line(name, package["version"], hashes, marker, _pdm_source(package)))
    targets = lock.get("metadata", {}).get("targets") or [{}]
    return Locked(tuple(lines), python=targets[0].get("requires_python", ""))


def _pdm_roots(project: Mapping[str, Any], extras: Sequence[str], groups: Sequence[str]) -> list[tuple[str, str]]:
    table = project.get("project", {})
    wanted = list(table.get("dependencies", []))
    for extra in extras:
        wanted += table.get("optional-dependencies", {}).get(extra, [])
    for group in groups:
        wanted += project.get("tool", {}).get("pdm", {}).get("dev-dependencies", {}).get(group, [])
        wanted += [one for one in project.get("dependency-groups", {}).get(group, []) if isinstance(one, str)]
    return [_required(requirement) for requirement in wanted]


def _pdm_source(package: Mapping[str, Any]) -> dict[str, Any]:
    if package.get("git"):
        return {"type": "git", "url": package["git"], "resolved_reference": package.get("revision")}
    if package.get("url"):
        return {"type": "url", "url": package["url"]}
    return {"type": "directory", "url": package["path"]} if package.get("path") else {}


def _pipenv(lock: Mapping[str, Any], groups: Sequence[str]) -> Locked:
    meta = lock["_meta"]
    indexes = {
        source.get("name", "index"): source["url"]
        for source in meta.get("sources", [])
        if "pypi.org" not in source["url"]
    }
    lines = []
    for section in ("default", *groups):
        for name, package in lock.get(section, {}).items():
            source: dict[str, Any] = {}
            if package.get("git"):
                source = {"type": "git", "url": package["git"], "resolved_reference": package.get("ref")}
            elif package.get("path") or package.get("file"):
                source = {"type": "directory", "url": package.get("path") or package["file"]}
            extras = f"[{','.join(package['extras'])}]" if package.get("extras") else ""
            version = package.get("version", "").removeprefix("==")
            lines.append(_line(name + extras, version, package.get("hashes", []), package.get("markers", ""), source))
    return Locked(tuple(lines), indexes, meta.get("requires", {}).get("python_version", ""))


_EXTRA = pattern(r"""extra\s*==\s*(['"])[^'"]*\1""")
"""What a lock file says of a package that an extra brings; whether it was asked for has been decided before."""


def _line(name: str, version: str, hashes: Sequence[str], marker: str, source: Mapping[str, Any]) -> str:
    kind = source.get("type")
    if kind in ("git", "hg"):
        reference = source.get("resolved_reference") or source.get("reference")
        wanted = f"{name} @ git+{source['url']}" + (f"@{reference}" if reference else "")
        if source.get("subdirectory"):
            wanted += f"#subdirectory={source['subdirectory']}"
    elif kind in ("url", "file", "directory"):
        wanted = f"{name} @ {source['url']}" if "://" in source["url"] else source["url"]
    else:
        wanted = f"{name}=={version}" if version not in ("", "*") else name
    marker = _EXTRA.sub('python_version >= "3"', marker)
    line = wanted + (f" ; {marker}" if marker else "")
    if kind not in ("git", "hg", "directory"):
        line += "".join(f" --hash={one}" for one in sorted(set(hashes)))
    if any(letter in line for letter in "\r\n"):
        raise ValueError(f"the package {name!r} is written over several lines")
    return line


def _name(name: str) -> str:
    """See https://packaging.python.org/en/latest/specifications/name-normalization/"""
    return re.sub(r"[-_.]+", "-", name).lower()
