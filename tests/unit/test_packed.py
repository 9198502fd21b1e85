"""A folder in one file: what comes out is what went in, and nothing is written outside of it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from headway.scratch.packed import UNPACKING_ERRORS, pack, unpack


def packed(to: Path, index: object, contents: bytes = b"") -> Path:
    with zipfile.ZipFile(to, "w") as archive:
        archive.writestr("index.json", json.dumps(index))
        archive.writestr("contents", contents)
    return to


def tree(folder: Path) -> dict[str, bytes | None]:
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def test_what_comes_out_is_what_went_in(tmp_path: Path) -> None:
    source, to = tmp_path / "source", tmp_path / "to"
    for name, content in (
        ("a/1", b"same"),
        ("b/c/2", b"same"),
        ("3", b""),
        ("a/4", b""),
        ("5", bytes(range(256)) * 9999),
    ):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(content)
    (source / "empty").mkdir()
    assert pack(source, tmp_path / "state")
    to.mkdir()
    unpack(tmp_path / "state", to)
    assert tree(to) == tree(source)
    assert {path.stat().st_mode & 0o777 for path in to.rglob("*")} == {0o600, 0o700}


def test_what_lies_elsewhere_is_not_packed(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "link").symlink_to(tmp_path)
    assert not pack(tmp_path / "source", tmp_path / "state")


@pytest.mark.parametrize("path", ["../out", "/tmp/out", "a/../../out", "..", ".", "", "a//b", "a/./b"])
@pytest.mark.parametrize("kind", ["files", "folders"])
def test_nothing_is_written_outside(tmp_path: Path, kind: str, path: str) -> None:
    index: dict[str, Any] = {"folders": ["a"], "files": []}
    index[kind].append([3, [path]] if kind == "files" else path)
    (tmp_path / "to").mkdir()
    with pytest.raises(UNPACKING_ERRORS):
        unpack(packed(tmp_path / "state", index, b"abc"), tmp_path / "to")
    assert set(tree(tmp_path)) <= {"state", "to", "to/a"}


@pytest.mark.parametrize(
    "index",
    [{}, [], None, {"folders": 1}, {"folders": [], "files": [[9, ["x"]]]}, {"folders": [], "files": [["x"]]}, 5],
)
def test_what_nobody_has_packed_is_an_error(tmp_path: Path, index: object) -> None:
    (tmp_path / "to").mkdir()
    with pytest.raises(UNPACKING_ERRORS):
        unpack(packed(tmp_path / "state", index, b"abc"), tmp_path / "to")


@pytest.mark.parametrize("at", range(0, 2000, 97))
def test_a_damaged_file_is_an_error_or_the_same(tmp_path: Path, at: int) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "a").write_bytes(b"".join(b"%d" % (number**3) for number in range(3000)))
    pack(source, tmp_path / "state")
    data = bytearray((tmp_path / "state").read_bytes())
    data[at] ^= 0x40
    (tmp_path / "state").write_bytes(data)
    (tmp_path / "to").mkdir()
    try:
        unpack(tmp_path / "state", tmp_path / "to")
    except UNPACKING_ERRORS:
        return
    assert tree(tmp_path / "to") == tree(source)
