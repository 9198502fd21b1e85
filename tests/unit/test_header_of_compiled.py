"""The header of a file that comes compiled, without its source: what is certain is read, and nothing else is guessed."""

from __future__ import annotations

import importlib.util
import marshal
from pathlib import Path

import pytest

from headway.errors import ScriptError
from headway.reading.compiled import header_of_compiled
from headway.reading.header import Dynamic
from headway.reading.header_reader import read_header

USUAL = '''"""create users"""
from alembic import op

revision = "b2"
down_revision: str | None = "a1"
branch_labels = None
depends_on = (
    "c3",
    "d4",
)


def upgrade():
    down_revision = "local"
    __doc__ = "local"
'''

NOT_TOLD = {
    "a condition": ("import os\nif os.name:\n    down_revision = 'a'\nelse:\n    down_revision = 'b'", 5),
    "an expression with a condition": ("down_revision = 'a' if __file__ else 'b'", 1),
    "a loop": ("for down_revision in ('a', 'b'):\n    pass", 1),
    "a handler": ("try:\n    down_revision = parent()\nexcept NameError:\n    down_revision = 'b'", 4),
    "one of two": ("down_revision = 'a'\nwith open(__file__) as f:\n    down_revision = f.read()", 3),
    "a call": ("down_revision = 'A'.lower()", 1),
    "a name": ("A = 'a'\n\ndown_revision = A", 3),
    "a number": ("down_revision = 12", 1),
    "numbers": ("down_revision = ('a', 1)", 1),
    "an import": ("from shop import down_revision", 1),
    "a function": ("def down_revision():\n    pass", 1),
    "a function that sets it": (
        "down_revision = 'a'\ndef f():\n    def g():\n        global down_revision\n        down_revision = 'b'\n    g()\nf()",
        1,
    ),
    "everything of a module": ("down_revision = 'a'\nfrom shop.header import *", 2),
}


def compiled(source: str) -> bytes:
    return importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(compile(source, "b2.py", "exec"))


def test_plain_values_are_read_with_their_lines() -> None:
    header = header_of_compiled(compiled(USUAL), "b2.pyc")
    assert header.values == {
        "revision": "b2",
        "down_revision": "a1",
        "branch_labels": None,
        "depends_on": ("c3", "d4"),
    }
    assert (header.lines["revision"], header.lines["down_revision"], header.lines["branch_labels"]) == (4, 5, 6)
    assert header.docstring == "create users"
    assert not header.is_computed


@pytest.mark.parametrize("shape", NOT_TOLD)
def test_what_only_running_it_would_tell_is_dynamic(shape: str) -> None:
    source, line = NOT_TOLD[shape]
    header = header_of_compiled(compiled(source), "b2.pyc")
    assert header.values["down_revision"] == Dynamic(line)
    assert header.lines["down_revision"] == line
    assert header.is_computed


def test_a_value_that_is_set_again_is_the_last_one() -> None:
    header = header_of_compiled(compiled("from shop import *\ndown_revision = parent()\ndown_revision = 'a'"), "b2.pyc")
    assert header.values["down_revision"] == "a"
    assert header.values["depends_on"] == Dynamic(1)
    assert header_of_compiled(compiled("__doc__ = print()"), "b2.pyc").docstring == ""


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (bytes(4) + compiled("revision = 'a'")[4:], "compiled by another version of Python"),
        (compiled("revision = 'a'")[:30], "this compiled file is damaged"),
        (importlib.util.MAGIC_NUMBER, "this compiled file is damaged"),
        (importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps("revision"), "this compiled file holds no module"),
    ],
    ids=["another Python", "cut off", "empty", "a text"],
)
def test_a_file_that_is_none_is_said(data: bytes, said: str) -> None:
    with pytest.raises(ScriptError, match=said) as error:
        header_of_compiled(data, "b2.pyc")
    assert error.value.path == "b2.pyc"


def test_a_file_is_read_by_what_it_is(tmp_path: Path) -> None:
    source, made = tmp_path / "b2.py", tmp_path / "b3.pyc"
    source.write_text("revision = 'b2'\n")
    made.write_bytes(compiled("revision = 'b3'"))
    kept: dict[str, bytes] = {}
    assert read_header(str(source), kept).values == {"revision": "b2"}
    assert read_header(str(made)).values == {"revision": "b3"}
    assert kept == {str(source): b"revision = 'b2'\n"}
    with pytest.raises(ScriptError, match="this file cannot be read: No such file") as error:
        read_header(str(tmp_path / "gone.py"))
    assert error.value.path == str(tmp_path / "gone.py")
