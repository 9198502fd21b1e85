"""Which files stand at a path of the command line, by links, folders and files; in one pass, however many there are."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from headway.script.version_files import files_at, version_files

Listed = Callable[..., dict[str, list[str]]]


@pytest.fixture
def top(tmp_path: Path) -> Path:
    for name in ("v/a.py", "v/b.py", "v/deep/c.py", "other/d.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "v" / "linked.py").symlink_to(tmp_path / "other" / "d.py")
    (tmp_path / "way").symlink_to(tmp_path / "v")
    (tmp_path / "v2").mkdir()
    return tmp_path


@pytest.fixture
def listed(top: Path) -> Listed:
    """By each of the names, the names of the files that are there."""

    def ask(*names: str, through: str = "v") -> dict[str, list[str]]:
        files = tuple(version_files([str(top / through)], recursive=True, sourceless=False))
        found = files_at(files, [str(top / name) for name in names])
        return {
            os.path.relpath(place, top): sorted(os.path.basename(path) for path in paths)
            for place, paths in found.items()
        }

    return ask


def test_a_file_a_folder_and_the_folder_of_all(listed: Listed) -> None:
    assert listed("v/a.py", "v/deep", "v") == {
        "v/a.py": ["a.py"],
        "v/deep": ["c.py"],
        "v": ["a.py", "b.py", "c.py"],
    }
    assert listed(".") == {".": ["a.py", "b.py", "c.py", "linked.py"]}


def test_links_lead_to_what_they_name(listed: Listed) -> None:
    assert listed("way/a.py", "other/d.py", "v/linked.py") == {
        "way/a.py": ["a.py"],
        "other/d.py": ["linked.py"],
        "v/linked.py": ["linked.py"],
    }
    assert listed("v/b.py", through="way") == {"v/b.py": ["b.py"]}


def test_what_only_begins_alike_is_not_there(listed: Listed) -> None:
    assert listed("v/a", "v2", "v/gone.py") == {"v/a": [], "v2": [], "v/gone.py": []}


def test_no_file_is_looked_at_again(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(200):
        (top / "v" / f"n{number}.py").write_text("")
    files = tuple(version_files([str(top / "v")], recursive=True, sourceless=False))
    looked: list[str] = []
    real = os.path.realpath
    monkeypatch.setattr(os.path, "realpath", lambda path, **kw: looked.append(os.fspath(path)) or real(path, **kw))
    assert len(files_at(files, [str(top / "v"), str(top / "v" / "n7.py")])[str(top / "v")]) == 203
    assert len(looked) == 2
