"""The histories that the census knows (``projects.yml``), and where their files come to lie. Runs nothing of them."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).with_name("projects.yml")
FIELDS = {
    "name",
    "package",
    "versions",
    "own",
    "needs",
    "databases",
    "downgrade",
    "recursive",
    "env",
    "at",
    "why",
    "ci",
}


@dataclass(frozen=True)
class Project:
    """One history."""

    name: str
    versions: tuple[str, ...]
    """The folders of its revisions, from where its files lie."""
    databases: tuple[str, ...]
    why: str
    """Why it was chosen."""
    package: str | None = None
    """Its requirement for pip; None for one of this repository."""
    at: str = "."
    """Where a history of this repository lies, from its root."""
    own: tuple[str, ...] = ()
    """The folders whose modules are the project's own; the first part of each of ``versions`` if not given."""
    needs: tuple[str, ...] = ()
    """Requirements that its revisions import."""
    downgrade: bool = True
    recursive: bool = False
    env: str = ""
    """Lines for env.py: ``GIVEN`` goes to every ``upgrade()``."""
    ci: bool = False
    """Whether it is quick and needs nothing from outside."""


@dataclass(frozen=True)
class Place:
    """Where the files of a project lie."""

    home: str
    needs: tuple[str, ...]

    def below(self, names: tuple[str, ...]) -> list[str]:
        """Folders as full paths: of the project, or else of what it needs."""
        places = (self.home, *self.needs)
        return [
            next((path for place in places if os.path.isdir(path := os.path.join(place, name))), name) for name in names
        ]


def read_projects(path: Path = LIST) -> list[Project]:
    """The projects of the list. Raises ValueError for a field that it does not know."""
    found = []
    for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
        if unknown := set(entry) - FIELDS:
            raise ValueError(f"{entry.get('name')}: unknown fields {', '.join(sorted(unknown))}")
        lists = {name: tuple(entry.get(name, ())) for name in ("versions", "databases", "own", "needs")}
        if not lists["own"]:
            lists["own"] = tuple(dict.fromkeys(version.split("/")[0] for version in lists["versions"]))
        found.append(Project(**{**entry, **lists}))
    return found


def fetch(project: Project, cache: Path) -> Place:
    """Unpacks a project and what its revisions import, unless the cache has them; nothing is imported."""
    if project.package is None:
        return Place(str(ROOT / project.at), ())
    home = installed(cache, [project.package], "--no-deps")
    needs = (str(installed(cache, list(project.needs))),) if project.needs else ()
    return Place(str(home), needs)


def installed(cache: Path, requirements: list[str], *options: str) -> Path:
    """The folder that has these requirements, and what they need, from the cache or else from the package index."""
    key = hashlib.sha256("\n".join([*sorted(requirements), *options]).encode()).hexdigest()[:12]
    target = cache / key
    if target.exists():
        return target
    cache.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f"{key}-", dir=cache))
    command = [*_installer(), "--quiet", "--target", str(unfinished), *options, *requirements]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise RuntimeError(f"pip install {' '.join(requirements)}: {done.stderr.strip().splitlines()[-1:]}")
    if target.exists():  # another census was quicker
        shutil.rmtree(unfinished, ignore_errors=True)
    else:
        unfinished.rename(target)
    return target


def _installer() -> list[str]:
    """uv, which takes a tenth of the time, or pip."""
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.exists() else shutil.which("uv")
    if uv is None:
        return [sys.executable, "-m", "pip", "install"]
    return [uv, "pip", "install", "--system-certs", "--python", sys.executable]
