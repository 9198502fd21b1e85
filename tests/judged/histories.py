"""The histories whose findings are judged by hand, and what lint finds in them. Executes nothing of theirs."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from census.projects import installed

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class History:
    """One history of the package index."""

    package: str
    """Its requirement, with the version."""
    versions: str
    """The folder of its revisions, from where its files lie."""
    database: str

    @property
    def name(self) -> str:
        """The project's name."""
        return self.package.partition("==")[0]


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """One finding; ``code`` is empty for a revision."""

    project: str
    file: str
    line: int
    code: str
    message: str = ""

    @property
    def key(self) -> tuple[str, str, int, str]:
        """What a verdict names it by."""
        return self.project, self.file, self.line, self.code


def read_histories() -> list[History]:
    """All of ``projects.yml``."""
    return [History(**entry) for entry in yaml.safe_load((HERE / "projects.yml").read_text(encoding="utf-8"))]


def unpack(history: History, cache: Path) -> Path:
    """The folder of a project's files, with settings for headway beside them; nothing of it is imported."""
    home = installed(cache, [history.package], "--no-deps")
    above = (home / history.versions).parents
    folder = next((one for one in above if (one / "env.py").exists()), above[0]).relative_to(home)
    (home / "alembic.ini").write_text(
        f"[alembic]\nscript_location = %(here)s/{folder}\nversion_locations = %(here)s/{history.versions}\n"
        "path_separator = newline\nprepend_sys_path = .\n",
        encoding="utf-8",
    )
    (home / "requirements.txt").write_text("\n".join(_requirements(home, history.name)), encoding="utf-8")
    (home / ".headway.yml").write_text(f"dialects: [{history.database}]\n", encoding="utf-8")
    return home


def _requirements(home: Path, name: str) -> Iterator[str]:
    """What a package requires, which in its repository stands in a file that a wheel does not hold."""
    for path in home.glob(f"{name.replace('-', '_')}-*.dist-info/METADATA"):
        head = path.read_text(encoding="utf-8").partition("\n\n")[0]
        lines = (line.partition(": ")[2] for line in head.splitlines() if line.startswith("Requires-Dist: "))
        yield from (
            line.partition(";")[0].replace("(", "").replace(")", "").strip() for line in lines if "extra ==" not in line
        )


def findings(history: History, home: Path) -> Iterator[Found]:
    """What ``headway lint --all`` finds. Raises RuntimeError where it does not get through."""
    command = [sys.executable, "-m", "headway_cli", "lint", "--all", "--format", "json"]
    done = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{history.name}: status {done.returncode}: {done.stderr.strip()}")
    for one in json.loads(done.stdout)["findings"]:
        yield Found(history.name, one["file"] or "", one["line"] or 0, one["code"], one["message"])


def revisions(history: History, home: Path) -> Iterator[Found]:
    """Its revision files."""
    for path in sorted((home / history.versions).glob("*.py")):
        if "down_revision" in path.read_text(encoding="utf-8"):
            yield Found(history.name, str(path.relative_to(home)), 0, "")


def draw(found: Sequence[Found], seed: int, count: int) -> list[Found]:
    """A part of them chosen by ``seed``, in order."""
    return sorted(random.Random(seed).sample(sorted(found), min(count, len(found))))
