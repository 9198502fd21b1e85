"""Links in and around version folders: each verb ends, prints and leaves behind what it does on Alembic."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from compat.peers import ALEMBIC, HEADWAY, Program
from compat.projects import ENV, SCRIPT
from compat.shapes import INI, RECURSIVE, revision
from compat.test_shapes_of_projects import LISTINGS, RUNS, told

pytestmark = pytest.mark.filterwarnings("ignore")


def _elsewhere(versions: Path) -> None:
    versions.rename(versions.parent.parent / "elsewhere")
    versions.symlink_to("../elsewhere")


def _scripts_elsewhere(versions: Path) -> None:
    scripts = versions.parent
    scripts.rename(scripts.parent / "elsewhere")
    scripts.symlink_to("elsewhere")


def _outside(versions: Path) -> None:
    (versions / "2025" / "b1.py").rename(versions.parent / "b1_outside.py")
    (versions / "2025" / "b1.py").symlink_to("../../b1_outside.py")


def _folder_outside(versions: Path) -> None:
    (versions / "2025").rename(versions.parent.parent / "2025")
    (versions / "2025").symlink_to("../../2025")


def _twice_outside(versions: Path) -> None:
    _outside(versions)
    (versions / "zz.py").symlink_to("../b1_outside.py")


LINKS: dict[str, Callable[[Path], object]] = {
    "link to a folder that is read already": lambda versions: (versions / "current").symlink_to(versions / "2025"),
    "link to the parent": lambda versions: (versions / "2025" / "up").symlink_to(versions),
    "linked file": lambda versions: (versions / "latest.py").symlink_to("2025/b1.py"),
    "two links to a file": lambda versions: [
        (versions / "0.py").symlink_to("2025/b1.py"),
        (versions / "2025" / "0.py").symlink_to("b1.py"),
    ],
    "link of another name": lambda versions: (
        _outside(versions),
        (versions / "2025" / "b1.py").rename(versions / "2025" / "b1.link"),
    ),
    "hard link": lambda versions: (versions / "2025" / "c1.py").hardlink_to(versions / "2025" / "b1.py"),
    "link to a file that is gone": lambda versions: (versions / "c1.py").symlink_to("2025/gone.py"),
    "link to nowhere": lambda versions: (versions / "c1.py").symlink_to("nowhere"),
    "versions is a link": _elsewhere,
    "the folder of the scripts is a link": _scripts_elsewhere,
    "file outside": _outside,
    "file outside, twice": _twice_outside,
    "folder outside": _folder_outside,
}
REFUSED = {"hard link", "folder outside"}
"""What holds two files of one id, of which Alembic runs one, or no file at all."""


def lay_out(place: Path, name: str) -> None:
    shutil.rmtree(place, ignore_errors=True)
    versions = place / "scripts" / "versions"
    (versions / "2025").mkdir(parents=True)
    (place / "alembic.ini").write_text(INI.format(location="%(here)s/scripts") + RECURSIVE)
    (place / "scripts" / "env.py").write_text(ENV)
    (place / "scripts" / "script.py.mako").write_text(SCRIPT)
    (versions / "2025" / "a1.py").write_text(revision("a1", "None"))
    (versions / "2025" / "b1.py").write_text(revision("b1", "'a1'"))
    LINKS[name](versions)


@pytest.mark.part(3)
@pytest.mark.parametrize("run", ["listings", *RUNS])
@pytest.mark.parametrize("name", sorted(LINKS.keys() - REFUSED))
def test_links(name: str, run: str, tmp_path: Path) -> None:
    place = tmp_path / "project"
    verbs = [verb for verb in (LISTINGS if run == "listings" else RUNS[run]) if verb[0] != "merge"]

    def side(program: Program) -> list[object]:
        lay_out(place, name)
        return list(told(program, place, verbs))

    assert side(HEADWAY) == side(ALEMBIC)


def test_a_hard_link_is_a_second_file_of_the_same_id(tmp_path: Path) -> None:
    """Alembic warns, and runs one of the two; see docs/differences.md."""
    lay_out(tmp_path / "project", "hard link")
    said = HEADWAY("heads", cwd=tmp_path / "project")
    assert said.failed and "revision id b1 is already taken by" in said.err


def test_a_linked_folder_is_not_entered(tmp_path: Path) -> None:
    lay_out(tmp_path / "project", "folder outside")
    assert HEADWAY("heads", cwd=tmp_path / "project").out == ALEMBIC("heads", cwd=tmp_path / "project").out == ""
