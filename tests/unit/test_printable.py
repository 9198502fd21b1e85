"""Text from strangers cannot end a line, move the cursor, turn text around, or be a command to GitHub's runner."""

from __future__ import annotations

import json
import re
import unicodedata

import pytest

from headway import printable

COMMANDS = [
    "::error::x",
    "  ::stop-commands::x",
    "a\n::add-mask::b",
    "a\r\n\t::warning::b",
    "##[group]x",
    "a ##[debug]b",
]


def is_command(line: str) -> bool:
    """As the runner decides it."""
    return line.lstrip().startswith("::") or "##[" in line


def test_no_control_character_is_left_on_a_line() -> None:
    every = "".join(map(chr, range(0x11000)))
    shown = printable.one_line(every)
    assert len(shown.splitlines()) == 1
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs")]
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]", shown)
    assert printable.lines(every).count("\n") == 1


@pytest.mark.parametrize("text", ["plain", "müßig 漢字 🎉 \u200d", "a: b, c::int", "x # [1]"])
def test_what_can_be_read_stays(text: str) -> None:
    assert printable.one_line(text) == printable.lines(text) == printable.without_commands(text) == text


@pytest.mark.parametrize("text", COMMANDS)
def test_no_line_is_a_command(text: str) -> None:
    assert any(map(is_command, re.split("[\r\n]", text)))
    assert not any(map(is_command, re.split("[\r\n]", printable.without_commands(text))))


def test_what_is_escaped_is_still_json() -> None:
    text = "\x00\x1b\x7f\x9b\u2028\u202e\ud800"
    document = json.dumps({"a": text}, ensure_ascii=False)
    assert json.loads(printable.lines(document)) == {"a": text}
