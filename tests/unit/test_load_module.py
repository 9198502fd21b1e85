"""A revision module is the same whether importlib loads it or headway does it itself, which takes less time."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from headway.runtime import runner

SOURCE = (
    '"""Words."""\nfrom __future__ import annotations\nrevision: str = "a"\n\n\ndef upgrade():\n    raise KeyError\n'
)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    file = tmp_path / "a-1 b.py"
    file.write_text(SOURCE, encoding="utf-8")
    return file


def both(path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
    assert runner._missing_bytecode(str(path))
    ours = runner.load_module(str(path))
    monkeypatch.setattr(runner, "_missing_bytecode", lambda path: None)
    return ours, runner.load_module(str(path))


def test_it_has_the_attributes_that_importlib_gives(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = both(path, monkeypatch)
    plain = ("__doc__", "__name__", "__package__", "__file__", "__cached__", "__annotations__", "revision")
    assert vars(ours).keys() == vars(theirs).keys()
    assert {name: vars(ours)[name] for name in plain} == {name: vars(theirs)[name] for name in plain}
    assert ours.__name__ not in sys.modules
    for name in ("name", "origin", "cached", "has_location", "parent", "submodule_search_locations"):
        assert getattr(ours.__spec__, name) == getattr(theirs.__spec__, name)
    assert ours.__loader__.get_source(ours.__name__) == theirs.__loader__.get_source(theirs.__name__) == SOURCE


def test_its_traceback_names_file_and_line(path: Path) -> None:
    with pytest.raises(KeyError) as caught:
        runner.load_module(str(path)).upgrade()
    assert (caught.traceback[-1].path, caught.traceback[-1].lineno) == (path, 6)
    assert str(caught.traceback[-1].statement).strip() == "raise KeyError"


def test_a_fault_in_it_is_placed_alike(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_text("x = 1\ny = (\n", encoding="utf-8")
    places = []
    for bytecode in ("anywhere.pyc", None):
        monkeypatch.setattr(runner, "_missing_bytecode", lambda path, bytecode=bytecode: bytecode)
        with pytest.raises(SyntaxError) as caught:
            runner.load_module(str(path))
        places.append((caught.value.filename, caught.value.lineno, caught.value.msg))
    assert places[0] == places[1] == (str(path), 2, "'(' was never closed")


def test_the_declared_encoding_counts(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes("# -*- coding: latin-1 -*-\nword = 'ä'\n".encode("latin-1"))
    ours, theirs = both(path, monkeypatch)
    assert ours.word == theirs.word == "ä"


@pytest.mark.parametrize("case", ["writes bytecode", "has bytecode", "bytecode elsewhere", "compiled", "relative"])
def test_otherwise_importlib_does_it(case: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = str(path)
    match case:
        case "writes bytecode":
            monkeypatch.setattr(sys, "dont_write_bytecode", False)
        case "has bytecode":
            cached = Path(runner.load_module(asked).__cached__)
            cached.parent.mkdir()
            cached.touch()
        case "bytecode elsewhere":
            monkeypatch.setattr(sys, "pycache_prefix", "/elsewhere")
        case "compiled":
            asked += "c"
        case _:
            asked = path.name
    assert runner._missing_bytecode(asked) is None
