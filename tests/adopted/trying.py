"""Switches the gate on for a real project, as a person would: copies its files, adopts, and asks whether it turns red."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from census.projects import installed

LIST = Path(__file__).with_name("projects.yml")
STAGES = ("graph", "lint", "replay", "drift", "downgrade")
SECONDS = 600


@dataclass(frozen=True)
class Entry:
    """One project."""

    name: str
    requirements: tuple[str, ...]
    package: str
    """The folder of ``site-packages`` whose files the repository has."""
    folder: str
    """Where in the repository a person works."""
    why: str
    arguments: tuple[str, ...] = ()
    """Of every command."""
    adopt: tuple[str, ...] = ()
    """Of ``headway adopt`` as well."""
    files: dict[str, str] = field(default_factory=dict)
    """What the person writes first, by path from the top of the repository."""
    environment: dict[str, str] = field(default_factory=dict)
    before: str = ""
    """Python that makes what the commands need."""
    proves: tuple[str, ...] = STAGES
    """The stages that turn red on a bad revision; the others cannot run on this project."""
    stays: str = ""
    """What the gate says where it stays red after ``adopt``."""
    ci: bool = False


@dataclass(frozen=True)
class Tried:
    """What came of it."""

    adopted: str
    adopt_code: int
    judged: str
    ci_code: int
    red: tuple[str, ...]
    """The stages that turned red on a planted fault."""
    planted: str

    @property
    def transcript(self) -> str:
        """Everything that was printed."""
        return (
            f"$ headway adopt\n{self.adopted}\n$ headway ci\n{self.judged}\n$ headway doctor --inject\n{self.planted}"
        )


def read_entries() -> list[Entry]:
    """The projects of the list."""
    found = []
    for entry in yaml.safe_load(LIST.read_text(encoding="utf-8")):
        lists = {name: tuple(entry[name]) for name in ("requirements", "arguments", "adopt", "proves") if name in entry}
        found.append(Entry(**{**entry, **lists}))
    return found


def try_it(entry: Entry, cache: Path, place: Path) -> Tried:
    """Adopts the project in a repository of its own below ``place``."""
    site = installed(cache, list(entry.requirements))
    top = place / entry.name
    shutil.copytree(site / entry.package, top / entry.package, ignore=shutil.ignore_patterns("__pycache__"))
    for name, text in entry.files.items():
        (top / name).write_text(text)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "CI_"))},
        "PYTHONPATH": str(site),
        "PYTHONWARNINGS": "ignore",
        "HOME": str(place),
        **entry.environment,
    }
    home = top / entry.folder

    def run(*command: str) -> tuple[int, str]:
        done = subprocess.run(
            command, cwd=home, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )
        return done.returncode, done.stdout + done.stderr

    def release() -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@b")
        for command in (
            ("add", "-A"),
            (*who, "commit", "-qm", "x"),
            ("update-ref", "refs/remotes/origin/main", "HEAD"),
        ):
            subprocess.run(["git", *command], cwd=top, check=True, capture_output=True)

    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=top, check=True)
    if entry.before:
        code, said = run(sys.executable, "-c", entry.before)
        assert code == 0, said
    release()
    headway = (str(Path(sys.executable).with_name("headway")),)  # 'python -m' would put the folder in front of imports
    adopt_code, adopted = run(*headway, "adopt", "-q", *entry.arguments, *entry.adopt)
    release()
    ci_code, judged = run(*headway, "ci", "-q", *entry.arguments)
    _, planted = run(*headway, "doctor", "--inject", *entry.arguments)
    red = tuple(re.findall(r"^ok +(\w+): turns red", planted, re.M))
    return Tried(adopted, adopt_code, judged, ci_code, red, planted)


def faults(entry: Entry, tried: Tried) -> list[str]:
    """What is not as it should be."""
    found = []
    if entry.stays:
        if not tried.ci_code or entry.stays not in tried.judged:
            found.append(f"ci should stay red and say '{entry.stays}'")
    elif tried.adopt_code or tried.ci_code:
        found.append(f"adopt ended with {tried.adopt_code}, ci with {tried.ci_code}")
    elif "'headway ci' is green on this tree" not in tried.adopted:
        found.append("adopt does not say that ci is green")
    if tried.red != tuple(stage for stage in STAGES if stage in entry.proves):
        found.append(f"these turned red: {', '.join(tried.red) or 'none'}")
    if "Traceback" in tried.transcript:
        found.append("somebody was shown a traceback")
    return found
