"""One real history given to headway and to Alembic, verb by verb, each on an empty database of its own."""

from __future__ import annotations

import difflib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from census.projects import Place, Project
from compat.ordering import entries_in_order, in_fixed_order
from histories.purposes import FURTHER, UNDONE, explain
from histories.state import State

TESTS = Path(__file__).resolve().parents[1]
DATABASES = ("sqlite", "postgresql")
GROUPS: dict[str, tuple[tuple[str, ...], ...]] = {
    "listings": (("heads",), ("heads", "-v"), ("branches",), ("history",), ("history", "-v"), ("show", "heads")),
    "script": (("upgrade", "heads", "--sql"),),
    "upgrade": (("upgrade", "heads"), ("current",), ("history", "-i")),
    "downgrade": (("downgrade", "base"), ("current",)),
}
"""Verbs in the order in which they run; the database is read after each group."""
LONGEST = 900
"""Seconds for one history on one database."""
ENV = """
import sqlalchemy.orm
from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

url = context.config.get_main_option("sqlalchemy.url")
engine = create_engine(url, poolclass=NullPool)
GIVEN = {}
%s
with engine.connect() as connection:
    if context.is_offline_mode():
        context.configure(url=url, target_metadata=sqlalchemy.MetaData(), literal_binds=True)
    else:
        context.configure(connection=connection, target_metadata=sqlalchemy.MetaData(), transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations(**GIVEN)
"""
"""A plain one: those of the projects read the configuration of a service that is not there."""
_KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")
_ERROR = re.compile(r"^([\w.]+(Error|Exception)\b|headway: )|FAILED:")
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Compared:
    """What one group of verbs did on both sides."""

    project: str
    database: str
    group: str
    differences: tuple[str, ...]
    stopped: str
    """The error with which Alembic ended; empty when every verb ran."""
    purposes: tuple[str, ...]
    """The reasons of what differs on purpose."""
    times: tuple[float, float]
    """Seconds of headway and of Alembic."""
    reached: str = ""
    """The version rows after a run."""


def compare(project: Project, place: Place, database: str, empty: Callable[[str], str]) -> list[Compared]:
    """Runs every group on both sides. ``empty`` gives the URL of a new empty database.

    Raises RuntimeError when a side cannot be run at all.
    """
    ours, theirs = (_side(program, project, place, empty(database)) for program in ("headway", "alembic"))
    return [_judge(project.name, database, group, ours[group], theirs[group]) for group in GROUPS]


def _side(program: str, project: Project, place: Place, url: str) -> dict[str, dict[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="hw-histories-") as directory:
        home = os.path.join(directory, "project")
        _lay_out(project, place, url, home)
        path = [place.home, *place.needs]
        request = {"program": program, "project": home, "groups": GROUPS, "path": path, "url": url}
        asked, answered = os.path.join(directory, "request"), os.path.join(directory, "answer")
        Path(asked).write_text(json.dumps(request), encoding="utf-8")
        command = [sys.executable, "-P", "-W", "ignore", "-m", "histories.side", asked, answered]
        try:
            done = subprocess.run(
                command,
                env=_environment(directory),
                cwd=directory,
                capture_output=True,
                text=True,
                timeout=LONGEST,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"{program} took more than {LONGEST} seconds") from None
        if not os.path.exists(answered):
            raise RuntimeError(f"{program}: status {done.returncode}: {done.stderr[-2000:]}")
        answer: dict[str, dict[str, Any]] = json.loads(Path(answered).read_text(encoding="utf-8"))
    return answer


def _environment(home: str) -> dict[str, str]:
    root = TESTS.parent
    places = [str(TESTS), str(root / "engine"), str(root / "entrypoint"), os.environ.get("PYTHONPATH", "")]
    kept = {name: value for name, value in os.environ.items() if name in _KEPT}  # what strangers may see
    return {**kept, "PYTHONPATH": os.pathsep.join(places), "HOME": home}


def _lay_out(project: Project, place: Place, url: str, home: str) -> None:
    os.makedirs(os.path.join(home, "migrations"), exist_ok=True)
    Path(home, "migrations", "env.py").write_text(ENV % project.env, encoding="utf-8")
    lines = [
        "[alembic]",
        "script_location = migrations",
        "path_separator = newline",
        "version_locations =",
        *(f"    {folder}" for folder in place.below(project.versions)),
        f"recursive_version_locations = {'true' if project.recursive else 'false'}",
        f"sqlalchemy.url = {url.replace('%', '%%')}",
    ]
    Path(home, "alembic.ini").write_text("\n".join(lines) + "\n", encoding="utf-8")


# -- judging --------------------------------------------------------------------------------------------------------


def _judge(project: str, database: str, group: str, ours: dict[str, Any], theirs: dict[str, Any]) -> Compared:
    notes = _Notes(database)
    pairs = list(zip(ours["runs"], theirs["runs"], strict=True))
    further = [reason for mine, other in pairs if (reason := _goes_further(mine, other))]
    if further:
        notes.purposes += further
    else:
        for mine, other in pairs:
            _judge_verb(notes, group, mine, other)
        _judge_states(notes, group, pairs, ours["state"], theirs["state"])
    return Compared(
        project=project,
        database=database,
        group=group,
        differences=tuple(notes.differences),
        stopped=next((_last_line(run) for run in theirs["runs"] if run["code"]), ""),
        purposes=tuple(dict.fromkeys(notes.purposes)),
        times=(sum(run["took"] for run in ours["runs"]), sum(run["took"] for run in theirs["runs"])),
        reached=theirs["state"]["versions"],
    )


def _goes_further(mine: dict[str, Any], other: dict[str, Any]) -> str | None:
    """Why headway ends well where Alembic fails, if that is on purpose; there is nothing to compare then."""
    if mine["code"] or not other["code"]:
        return None
    return next((reason for text, reason in FURTHER if text in _last_line(other)), None)


def _judge_states(
    notes: _Notes, group: str, pairs: list[tuple[dict[str, Any], dict[str, Any]]], ours: State, theirs: State
) -> None:
    undone = notes.database == "sqlite" and any(mine["code"] and other["code"] for mine, other in pairs)
    for what in ("versions", "schema", "rows"):
        otherwise = UNDONE if undone and what != "versions" else None
        notes.compare(f"{what} after {group}", what, ours[what], theirs[what], otherwise)


def _judge_verb(notes: _Notes, group: str, mine: dict[str, Any], other: dict[str, Any]) -> None:
    verb = " ".join(other["verb"])
    if bool(mine["code"]) != bool(other["code"]):
        failed = _last_line(mine if mine["code"] else other)
        notes.differences.append(f"{verb}: ends with {mine['code']}, Alembic with {other['code']}: {failed}")
    elif not mine["code"]:
        notes.compare(verb, group, _shown(mine), _shown(other))
    elif group == "script":
        notes.compare(f"{verb}: the revision at which it stops", "step", _last_step(mine), _last_step(other))


class _Notes:
    """What differs, and why."""

    def __init__(self, database: str) -> None:
        self.database = database
        self.differences: list[str] = []
        self.purposes: list[str] = []

    def compare(self, title: str, what: str, mine: str, other: str, otherwise: str | None = None) -> None:
        """Notes the reasons of a difference, or the difference unless ``otherwise`` is the reason of all the rest."""
        found = explain(what, self.database, mine, other)
        self.purposes += found.reasons
        if found.ours == found.theirs:
            return
        if otherwise:
            self.purposes.append(otherwise)
            return
        lines = difflib.unified_diff(
            found.theirs.splitlines(), found.ours.splitlines(), "alembic", "headway", lineterm="", n=1
        )
        self.differences.append(f"{title}:\n" + "\n".join(list(lines)[:40]))


def _last_step(side: dict[str, Any]) -> str:
    return ([line for line in side["out"].splitlines() if line.startswith("-- Running ")] or [""])[-1]


def _shown(side: dict[str, Any]) -> str:
    text = _ANSI.sub("", side["out"])
    if side["verb"][0] == "current":
        return entries_in_order(text)
    return text if side["verb"][0] == "upgrade" else in_fixed_order(text)


def _last_line(side: dict[str, Any]) -> str:
    said = [line for line in side["err"].splitlines() if line.strip() and not line.startswith("(Background")]
    said += [line for line in side["out"].splitlines() if "FAILED:" in line]
    errors = [line for line in said if _ERROR.search(line)]
    return (errors or said or ["nothing said"])[-1].strip()[:300]
