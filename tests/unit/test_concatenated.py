"""Several revision files as one: each does in its function what it did in its module."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest

from headway.errors import ScriptError
from headway.script.concatenated import Member, concatenated
from headway.script.revision_text import RevisionBody, RevisionHeader, revision_text

ONE = '''"""The first

Revises:
"""
from __future__ import annotations
import said

# revision identifiers, used by Alembic.
revision: str = "a-1"
down_revision = None

NAME = "one"
TEXT = """
  kept
    as it is
\tand this"""


class Box:
    name = NAME

    def say(self, more=lambda: NAME):
        said.note(f"""{self.name}
  {more()}""")


def upgrade() -> None:
    def inner():
        return TEXT

    said.note(NAME); said.note(inner())
    Box().say()


def downgrade() -> None:
    said.note("down " + NAME)
'''
TWO = """import said
revision, NAME = "b2", "two"; depends_on = None


def upgrade(**given):
    said.note((NAME, revision, given))


def downgrade(**given):
    said.note(("down", NAME, given))
"""


def run(*sources: str, wanted: str, **given: Any) -> tuple[list[Any], str]:
    """What the squash of these files says, and its text."""
    parts = concatenated([Member(f"r{number}", "x.py", source) for number, source in enumerate(sources)])
    body = RevisionBody(parts.upgrade, parts.downgrade, (), parts.futures, parts.takes_arguments, parts.functions)
    text = revision_text(RevisionHeader('with """ and \\', "s9", ()), body, "s9.py")
    notes: list[Any] = []
    said = ModuleType("said")
    said.note = notes.append  # type: ignore[attr-defined]
    sys.modules["said"] = said
    try:
        names: dict[str, Any] = {}
        exec(compile(text, "s9.py", "exec", dont_inherit=True), names)
        names[wanted](**given)
    finally:
        del sys.modules["said"]
    return notes, text


def test_each_file_keeps_its_names_its_texts_and_its_order() -> None:
    notes, text = run(ONE, ONE.replace('"one"', '"other"'), wanted="upgrade")
    kept = "\n  kept\n    as it is\n\tand this"
    assert notes == ["one", kept, "one\n  one", "other", kept, "other\n  other"]
    assert run(ONE, ONE.replace('"one"', '"other"'), wanted="downgrade")[0] == ["down other", "down one"]
    assert '"""r0: The first"""' in text
    assert "down_revision" not in text.partition("def upgrade")[2]
    assert text.count("from __future__") == 1


def test_arguments_of_an_env_py_for_several_databases_are_passed_on() -> None:
    with_arguments = TWO.replace('"two"', '"three"')
    assert run(TWO, with_arguments, wanted="upgrade", engine_name="x")[0] == [
        ("two", "b2", {"engine_name": "x"}),
        ("three", "b2", {"engine_name": "x"}),
    ]


@pytest.mark.parametrize(
    ("piece", "why"),
    [
        ("def x():\n    global N\n    N = 1\n", "'global N'"),
        ("from os import *\n", "'from os import *'"),
        ("x = globals()\n", "'globals'"),
        ("if __name__ == '__main__':\n    pass\n", "'__name__'"),
        ("def downgrade(:\n", "not valid Python"),
    ],
)
def test_what_means_something_else_in_a_function_is_refused(piece: str, why: str) -> None:
    with pytest.raises(ScriptError) as raised:
        concatenated([Member("a", "a.py", TWO + piece)])
    assert why in raised.value.message
    assert raised.value.line == TWO.count("\n") + (2 if "global N" in piece else 1)


@pytest.mark.parametrize("name", ["upgrade", "downgrade"])
def test_a_function_that_is_not_there_is_refused(name: str) -> None:
    with pytest.raises(ScriptError, match=f"a has no {name}"):
        concatenated([Member("a", "a.py", TWO.replace(f"def {name}(", "def other("))])
