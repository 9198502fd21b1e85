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
from histories.state import State, state_of

TESTS = Path(__file__).resolve().parents[1]
DATABASES = ("sqlite", "postgresql")
GROUPS: dict[str, tuple[tuple[str, ...], ...]] = {
    "listings": (("heads",), ("heads", "-v"), ("branches",), ("history",), ("history", "-v"), ("show", "heads")),
    "script": (("upgrade", "heads", "--sql"),),
    "upgrade": (("upgrade", "heads"), ("current",), ("history", "-i")),
    "downgrade": (("downgrade", "base"), ("current",)),
}
"""Verbs in the order in which they run; the database is read after each of the last two groups."""
LONGEST = 900
"""Seconds for one group on one database."""
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
    times: tuple[float, float]
    """Seconds of headway and of Alembic."""
    reached: str = ""
    """The version rows after a run."""


def compare(project: Project, place: Place, database: str, empty: Callable[[str], str]) -> list[Compared]:
    """Runs every group on both sides. ``empty`` gives the URL of a new empty database."""
    urls = {program: empty(database) for program in ("headway", "alembic")}
    found = []
    with tempfile.TemporaryDirectory(prefix="hw-histories-") as directory:
        for group, verbs in GROUPS.items():
            sides = {name: _side(name, project, place, url, verbs, directory) for name, url in urls.items()}
            states = None
            if group in ("upgrade", "downgrade"):
                states = {name: state_of(url) for name, url in urls.items()}
            found.append(_judge(project.name, database, group, sides, states))
    return found


def _side(
    program: str, project: Project, place: Place, url: str, verbs: tuple[tuple[str, ...], ...], directory: str
) -> list[dict[str, Any]]:
    home = _lay_out(project, place, url, os.path.join(directory, "project"))
    path = [place.home, *place.needs]
    request = {"program": program, "project": home, "verbs": verbs, "path": path}
    asked, answered = os.path.join(directory, "request"), os.path.join(directory, "answer")
    Path(asked).write_text(json.dumps(request), encoding="utf-8")
    Path(answered).unlink(missing_ok=True)
    root = TESTS.parent
    places = [str(TESTS), str(root / "engine"), str(root / "entrypoint"), os.environ.get("PYTHONPATH", "")]
    kept = {name: value for name, value in os.environ.items() if name in _KEPT}  # what strangers may see
    environment = {**kept, "PYTHONPATH": os.pathsep.join(places), "HOME": directory, "PYTHONHASHSEED": "0"}
    command = [sys.executable, "-P", "-W", "ignore", "-m", "histories.side", asked, answered]
    try:
        done = subprocess.run(
            command, env=environment, cwd=directory, capture_output=True, text=True, timeout=LONGEST, check=False
        )
    except subprocess.TimeoutExpired:
        return [{"verb": verbs[0], "code": -1, "out": "", "err": f"more than {LONGEST} seconds", "took": LONGEST}]
    if not os.path.exists(answered):
        raise RuntimeError(f"{program} on {project.name}: status {done.returncode}: {done.stderr[-2000:]}")
    answer: list[dict[str, Any]] = json.loads(Path(answered).read_text(encoding="utf-8"))
    return answer


def _lay_out(project: Project, place: Place, url: str, home: str) -> str:
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
    return home


# -- judging --------------------------------------------------------------------------------------------------------


def _judge(
    project: str, database: str, group: str, sides: dict[str, list[dict[str, Any]]], states: dict[str, State] | None
) -> Compared:
    ours, theirs = sides["headway"], sides["alembic"]
    differences, stopped = [], ""
    for mine, other in zip(ours, theirs, strict=False):
        verb = " ".join(other["verb"])
        if other["code"] and not stopped:
            stopped = _last_line(other["err"])
        if bool(mine["code"]) != bool(other["code"]):
            differences.append(f"{verb}: ends with {mine['code']}, Alembic with {other['code']}: {_errors(mine, other)}")
        if not other["code"] and not mine["code"]:
            differences += _text_differs(verb, *(_shown(side) for side in (mine, other)))
    if len(ours) != len(theirs):
        differences.append("one of the two took too long")
    for what in ("schema", "rows", "versions") if states else ():
        assert states is not None
        differences += _text_differs(f"{what} after {group}", states["headway"][what], states["alembic"][what])
    times = tuple(sum(run["took"] for run in side) for side in (ours, theirs))
    reached = states["alembic"]["versions"] if states else ""
    return Compared(project, database, group, tuple(differences), stopped, (times[0], times[1]), reached)


def _shown(side: dict[str, Any]) -> str:
    text = _ANSI.sub("", side["out"])
    if side["verb"][0] == "current":
        return entries_in_order(text)
    return text if side["verb"][0] == "upgrade" else in_fixed_order(text)


def _text_differs(what: str, mine: str, other: str) -> list[str]:
    if mine == other:
        return []
    lines = difflib.unified_diff(other.splitlines(), mine.splitlines(), "alembic", "headway", lineterm="", n=1)
    return [f"{what}:\n" + "\n".join(list(lines)[:40])]


def _errors(mine: dict[str, Any], other: dict[str, Any]) -> str:
    return _last_line((mine if mine["code"] else other)["err"])


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("(Background")]
    errors = [line for line in lines if re.match(r"[\w.]+(Error|Exception|Warning)\b|headway: ", line)]
    return (errors or lines or ["nothing said"])[-1][:300]
