"""A revision module is what its source says: never a bytecode file beside it, and as importlib would make it."""

from __future__ import annotations

import importlib.util
import os
import py_compile
import sys
from pathlib import Path

import pytest

from headway.files import read_small
from headway.runtime import runner

SOURCE = (
    '"""Words."""\nfrom __future__ import annotations\nrevision: str = "a"\n\n\ndef upgrade():\n    raise KeyError\n'
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "a-1 b.py"
    file.write_text(SOURCE, encoding="utf-8")
    return file


def test_it_has_the_attributes_that_importlib_gives(path: Path) -> None:
    ours = runner.load_module(str(path))
    spec = importlib.util.spec_from_file_location("a_1_b_py", path)
    assert spec is not None and spec.loader is not None
    theirs = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(theirs)
    plain = ("__doc__", "__name__", "__package__", "__file__", "__annotations__", "revision")
    assert vars(ours).keys() == vars(theirs).keys()
    assert {name: vars(ours)[name] for name in plain} == {name: vars(theirs)[name] for name in plain}
    assert ours.__name__ not in sys.modules
    assert ours.__spec__ is not None and ours.__spec__.origin == str(path)


def test_its_traceback_names_file_and_line(path: Path) -> None:
    with pytest.raises(KeyError) as caught:
        runner.load_module(str(path)).upgrade()
    assert (caught.traceback[-1].path, caught.traceback[-1].lineno) == (path, 6)
    assert str(caught.traceback[-1].statement).strip() == "raise KeyError"


def test_a_fault_in_it_is_placed(path: Path) -> None:
    path.write_text("x = 1\ny = (\n", encoding="utf-8")
    with pytest.raises(SyntaxError) as caught:
        runner.load_module(str(path))
    assert (caught.value.filename, caught.value.lineno) == (str(path), 2)


def test_the_declared_encoding_counts(path: Path) -> None:
    path.write_bytes("# -*- coding: latin-1 -*-\nword = 'ä'\n".encode("latin-1"))
    assert runner.load_module(str(path)).word == "ä"


@pytest.mark.parametrize(
    "mode", [py_compile.PycInvalidationMode.UNCHECKED_HASH, py_compile.PycInvalidationMode.TIMESTAMP]
)
@pytest.mark.parametrize("dont_write", [True, False])
def test_bytecode_that_somebody_brought_does_not_run(
    mode: py_compile.PycInvalidationMode, dont_write: bool, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PEP 552: Python takes a .pyc with an unchecked hash for the source, whatever that says."""
    monkeypatch.setattr(sys, "dont_write_bytecode", dont_write)
    innocent = path.read_text()
    stat = path.stat()
    path.write_text(SOURCE.replace('"a"', '"b"'))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    cached = importlib.util.cache_from_source(str(path))
    py_compile.compile(str(path), cfile=cached, invalidation_mode=mode)
    path.write_text(innocent)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert runner.load_module(str(path)).revision == "a"


def test_what_was_read_is_what_runs(path: Path) -> None:
    source = path.read_bytes()
    path.write_text(SOURCE.replace('"a"', '"b"'))
    assert runner.load_module(str(path), source=source).revision == "a"


def test_a_compiled_file_that_stands_for_its_source_runs(path: Path) -> None:
    compiled = path.with_suffix(".pyc")
    py_compile.compile(str(path), cfile=str(compiled))
    assert runner.load_module(str(compiled)).revision == "a"


@pytest.mark.parametrize("most", [1, 7, 65536])
def test_a_short_read_is_not_the_end_of_a_file(most: int, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network file system may give less than it was asked for."""
    text = SOURCE + "#" * 70_000
    path.write_text(text)
    read = os.read
    monkeypatch.setattr(os, "read", lambda descriptor, size: read(descriptor, min(size, most)))
    assert read_small(str(path)) == text.encode()
