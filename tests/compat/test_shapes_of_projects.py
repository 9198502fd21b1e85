"""Histories in the shapes of real projects: each verb ends, prints and leaves behind what it does on Alembic."""

from __future__ import annotations

import importlib
import shutil
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from compat.ordering import entries_in_order, in_fixed_order
from compat.peers import ALEMBIC, HEADWAY, Program
from compat.shapes import SHAPES

pytestmark = pytest.mark.filterwarnings("ignore")

ONE_HEAD = ("glance", "leaning", "prefect", "quay")
VERSIONS = "alembic_version"
LISTINGS = (
    ("heads",),
    ("heads", "-v"),
    ("heads", "--resolve-dependencies"),
    ("branches",),
    ("branches", "-v"),
    ("history",),
    ("history", "-v"),
    ("history", "-i"),
    ("show", "heads"),
    ("current",),
    ("current", "-v"),
)
RUNS: dict[str, tuple[tuple[str, ...], ...]] = {
    "a run to the top and back": (
        ("upgrade", "heads"),
        ("current",),
        ("check",),
        ("upgrade", "heads"),
        ("downgrade", "base"),
        ("current",),
    ),
    "one by one": (
        ("upgrade", "+1"),
        ("current",),
        ("upgrade", "+1"),
        ("downgrade", "-1"),
        ("upgrade", "heads"),
        ("downgrade", "-1"),
    ),
    "scripts": (("upgrade", "heads", "--sql"),),
    "stamps": (("stamp", "heads"), ("current",), ("stamp", "base"), ("current",)),
    "new files": (
        ("merge", "-m", "joined", "--rev-id", "ff02", "heads"),
        ("revision", "-m", "last", "--rev-id", "ff03"),
        ("heads",),
        ("history",),
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_listings(shape: str, tmp_path: Path) -> None:
    ours, theirs = (_told(program, shape, tmp_path / "project", LISTINGS) for program in (HEADWAY, ALEMBIC))
    assert ours == theirs
    assert not any(failed for _, failed, *_ in ours)


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("shape", SHAPES)
def test_runs(shape: str, run: str, tmp_path: Path) -> None:
    ours, theirs = (_told(program, shape, tmp_path / "project", RUNS[run]) for program in (HEADWAY, ALEMBIC))
    assert ours == theirs
    assert any(not failed for _, failed, *_ in ours)


def lay_out(place: Path, shape: str) -> None:
    """Writes the files of a shape."""
    for name, text in SHAPES[shape].items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    importlib.invalidate_caches()  # a relative entry of the search path meant another directory before


def _told(program: Program, shape: str, place: Path, verbs: Iterable[tuple[str, ...]]) -> list[tuple[object, ...]]:
    shutil.rmtree(place, ignore_errors=True)
    lay_out(place, shape)
    # Of a single head headway says that there is nothing to join.
    return list(told(program, place, [verb for verb in verbs if verb[0] != "merge" or shape not in ONE_HEAD]))


def told(program: Program, place: Path, verbs: Iterable[tuple[str, ...]]) -> Iterator[tuple[object, ...]]:
    """How each verb ends, what it prints, and what it leaves behind: tables, version rows, files."""
    for verb in verbs:
        said = program(*verb, cwd=place)
        forget_modules(place)
        out = said.out if not said.failed else ""
        if verb[0] in ("revision", "merge"):
            out = ""  # it shows a path as the terminal's width allows
        out = entries_in_order(out) if verb[0] == "current" else in_fixed_order(out)
        yield verb, said.failed, out, rows(place), _files(place)


def forget_modules(place: Path) -> None:
    """What one program has imported of the project, the other has to import itself."""
    for name, module in list(sys.modules.items()):
        if (getattr(module, "__file__", None) or "").startswith(str(place)):
            del sys.modules[name]
    importlib.invalidate_caches()


def rows(place: Path) -> tuple[list[str], list[str]]:
    """The tables of the project's database, and what its version table holds."""
    database = place / "app.db"
    if not database.exists():
        return [], []
    with sqlite3.connect(database) as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        versions = connection.execute("SELECT version_num FROM alembic_version") if VERSIONS in tables else ()
        found = sorted(row[0] for row in versions)
    return sorted(tables - {VERSIONS}), found  # an empty version table is made by whoever asks, or not


def _files(place: Path) -> object:
    return sorted(str(path.relative_to(place)) for path in place.rglob("*.py"))
