"""Installs the project's packages with uv, apart from headway's, and keeps them between runs by all they depend on."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from headway.config.sources import parse_toml
from headway.errors import ConfigError
from headway_cli.action.packages.failure import explained
from headway_cli.action.packages.locked import Locked, read_lock
from headway_cli.action.packages.wanted import Wanted
from headway_cli.action.workplace import Workplace

_MORE = 2**24
"""The largest lock file that is read, in bytes."""


def install(
    wanted: Sequence[Wanted],
    place: Workplace,
    environment: Mapping[str, str],
    kept: str | None,
    say: Callable[[str], None],
) -> str | None:
    """The folder with the project's packages; None when there is nothing to install.

    ``environment`` is what the installer sees; ``kept`` a folder of environments that earlier runs have kept, which the
    project's code cannot write to. Raises ConfigError when the installation fails, saying by what.
    """
    if not wanted:
        return None
    key = _key(wanted, environment)
    if key is not None and kept is not None:
        there = _packages_of(os.path.join(kept, key))
        if os.path.isdir(there):
            say(f"headway: the packages of an earlier run are used ({key[:12]})")
            target = os.path.join(place.home, "packages")
            subprocess.run(["cp", "-R", "-P", "--", os.path.join(kept, key), target], check=True)
            return _packages_of(target)
    _say_other_python(wanted, say)
    target = os.path.join(place.home, "packages")
    _uv(place, environment, ["venv", "--quiet", "--no-project", "--python", sys._base_executable, target], place.root)  # type: ignore[attr-defined]
    for one in wanted:
        if one.kind != "package":
            _install_one(one, place, environment, target)
    requirements = [one.place for one in wanted if one.kind == "package"]
    if requirements:  # in one go, so that they have to agree
        _uv(place, environment, [*_pip(target), *requirements], place.root)
    if key is not None and kept is not None:
        _keep(target, os.path.join(kept, key))
    return _packages_of(target)


def _install_one(one: Wanted, place: Workplace, environment: Mapping[str, str], target: str) -> None:
    folder = os.path.dirname(place.inside(one.place)) if one.kind not in ("package", "project") else place.root
    pip = _pip(target)
    extras = [f"--extra={extra}" for extra in one.extras]
    groups = [f"--group={group}" for group in one.groups]
    if one.kind == "uv.lock":
        command = ["sync", "--quiet", "--frozen", "--no-editable", "--no-dev", "--inexact", *extras, *groups]
        _uv(place, {**environment, "UV_PROJECT_ENVIRONMENT": target}, command, place.inside(one.member))
    elif one.kind in ("poetry.lock", "pdm.lock", "Pipfile.lock"):
        locked = _locked(one)
        path = os.path.join(place.home, "locked.txt")
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(locked.lines) + "\n")
        indexes = [word for name, url in locked.indexes.items() for word in ("--index", f"{_plain(name)}={url}")]
        _uv(
            place,
            {**environment, **_credentials(environment, locked)},
            [*pip, "--no-deps", *indexes, "-r", path],
            folder,
        )
    elif one.kind in ("requirements", "pylock.toml"):
        _uv(place, environment, [*pip, "-r", place.inside(one.place)], folder)
    elif one.kind == "pyproject":
        path = place.inside(one.place)
        named = [f"--group={path}:{group}" for group in one.groups]
        _uv(place, environment, [*pip, "-r", path, *extras, *named], folder)
    else:
        inside = place.inside(one.place) + (f"[{','.join(one.extras)}]" if one.extras else "")
        _uv(place, environment, [*pip, inside], place.inside(one.place))


def _pip(target: str) -> list[str]:
    return ["pip", "install", "--quiet", "--python", os.path.join(target, "bin", "python")]


def _uv(place: Workplace, environment: Mapping[str, str], arguments: Sequence[str], directory: str) -> None:
    own = {
        "UV_CACHE_DIR": os.path.join(place.home, "uv"),
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_NO_PROGRESS": "1",
        "UV_LINK_MODE": "hardlink",
        "UV_SYSTEM_CERTS": "1",  # where a company puts its own authority
        "UV_PYTHON": sys._base_executable,  # type: ignore[attr-defined]
        "NO_COLOR": "1",
    }
    given = {
        "UV_DEFAULT_INDEX": environment.get("UV_INDEX_URL") or environment.get("PIP_INDEX_URL"),
        "UV_INDEX": environment.get("UV_EXTRA_INDEX_URL") or environment.get("PIP_EXTRA_INDEX_URL"),
    }
    indexes = {name: url for name, url in given.items() if url}
    code, said = place.ask([_program(), *arguments], directory, {**indexes, **environment, **own})
    if code:
        kind, words, remedy = explained(said)
        raise ConfigError(f"the project's packages cannot be installed ({kind}): {words}", hint=remedy)


def _program() -> str:
    beside = os.path.join(os.path.dirname(sys.executable), "uv")
    program = beside if os.access(beside, os.X_OK) else shutil.which("uv")
    if program is None:
        raise ConfigError(
            "the project's packages cannot be installed: uv is not there", hint="Run: pip install 'headway[action]'."
        )
    return program


def _locked(one: Wanted) -> Locked:
    beside = os.path.join(os.path.dirname(one.place), "pyproject.toml")
    project: Mapping[str, Any] = {}
    if os.path.isfile(beside):
        project = parse_toml(_bytes(beside), beside)
    return read_lock(one.kind, _bytes(one.place), one.place, project=project, extras=one.extras, groups=one.groups)


def _credentials(environment: Mapping[str, str], locked: Locked) -> dict[str, str]:
    """Poetry's variables for a private index under the names that uv has for them."""
    found = {}
    for name in locked.indexes:
        ours, theirs = _plain(name).upper().replace("-", "_"), re.sub(r"\W", "_", name).upper()
        for word in ("USERNAME", "PASSWORD"):
            if value := environment.get(f"POETRY_HTTP_BASIC_{theirs}_{word}"):
                found[f"UV_INDEX_{ours}_{word}"] = value
    return found


def _plain(name: str) -> str:
    return re.sub(r"[^\w-]", "-", name)


def _key(wanted: Sequence[Wanted], environment: Mapping[str, str]) -> str | None:
    """What an environment depends on, as a digest; None where a source tree is part of it, which changes with each commit."""
    digest = hashlib.sha256(f"{sys.version}\0{sys.platform}\0{os.uname().machine}".encode())
    for one in wanted:
        if one.kind in ("project", "package"):
            if one.kind == "project" or "==" not in one.place or "@" in one.place:
                return None
            digest.update(one.place.encode())
            continue
        data = _bytes(one.place)
        if re.search(rb"(?m)^\s*(-e|-r|-c|\.|file:)|\b(editable|directory|path)\s*=|@\s*file:", data):
            return None  # the file leads to others
        if one.kind in ("requirements", "pyproject") and not re.search(rb"--hash=", data):
            return None  # what it names today is another thing tomorrow
        digest.update(repr((one.kind, one.extras, one.groups)).encode() + data)
    index = sorted((name, value) for name, value in environment.items() if "INDEX" in name and "PASSWORD" not in name)
    digest.update(repr(index).encode())
    return digest.hexdigest()


def _bytes(path: str) -> bytes:
    with open(path, "rb") as file:
        data = file.read(_MORE + 1)
    if len(data) > _MORE:
        hint = "A list of packages is shorter: name the file that was meant in 'requirements'."
        raise ConfigError(f"a file of more than {_MORE} bytes is not read", path=path, hint=hint)
    return data


def _packages_of(environment: str) -> str:
    return os.path.join(environment, "lib", f"python{sys.version_info[0]}.{sys.version_info[1]}", "site-packages")


def _keep(made: str, place: str) -> None:
    """Copies an environment to where it is kept; root does, and the user who made it can change it no more."""
    os.makedirs(os.path.dirname(place), exist_ok=True)
    owner = os.stat(os.path.dirname(os.path.dirname(place)))
    unfinished = f"{place}.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    done = subprocess.run(["cp", "-R", "-P", "--", made, unfinished], capture_output=True, check=False)
    if done.returncode:
        shutil.rmtree(unfinished, ignore_errors=True)
        return
    if os.geteuid() == 0:
        for path in (os.path.dirname(place), unfinished):
            subprocess.run(["chown", "-R", "-h", f"{owner.st_uid}:{owner.st_gid}", "--", path], check=False)
    os.rename(unfinished, place)


def _say_other_python(wanted: Sequence[Wanted], say: Callable[[str], None]) -> None:
    """Says when the project asks for another Python than the image has."""
    ours = f"{sys.version_info[0]}.{sys.version_info[1]}"
    for one in wanted:
        path = os.path.join(os.path.dirname(one.place), ".python-version") if one.kind != "package" else ""
        if os.path.isfile(path):
            asked = re.findall(r"\d+\.\d+", _bytes(path).decode("ascii", errors="replace"))
            if asked and ours not in asked:
                say(f"headway: .python-version asks for Python {asked[0]}; this image has {ours}, which is used")
            return
