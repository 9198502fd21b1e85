"""Pieces of Python and everything that is told of their effects: columns, keys, conditions, databases, transactions."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from reading.harness import read
from reading.sql_cases import shown

BANK = Path(__file__).parent / "cases" / "pieces.txt"


def blocks() -> list[str]:
    """A block is a piece of ``upgrade()``, behind what stands above it and ``---``; then the lines of its effects."""
    heading, *found = BANK.read_text(encoding="utf-8").strip("\n").split("\n\n")
    assert heading.startswith("#")
    return found


def effects_of(block: str) -> list[str]:
    code = "\n".join(line for line in block.split("\n") if not line.startswith("=> "))
    module, mark, upgrade = code.partition("\n---\n")
    migration = read(upgrade, module) if mark else read("", code) if "def upgrade" in code else read(code)
    assert migration.upgrade is not None
    return [shown(replace(effect, order=0)) for effect in migration.upgrade.effects]


@pytest.mark.parametrize("block", blocks(), ids=lambda block: block.partition("\n")[0][:60])
def test_a_piece_has_its_effects(block: str) -> None:
    assert effects_of(block) == [line[3:] for line in block.split("\n") if line.startswith("=> ")]


def test_the_bank_is_as_it_is_read() -> None:
    kept = [[line for line in block.split("\n") if not line.startswith("=> ")] for block in blocks()]
    now = ["\n".join([*lines, *(f"=> {one}" for one in effects_of("\n".join(lines)))]) for lines in kept]
    heading = BANK.read_text(encoding="utf-8").partition("\n\n")[0]
    text = "\n\n".join([heading, *now]) + "\n"
    if os.environ.get("HEADWAY_UPDATE_GOLDEN") == "1":
        BANK.write_text(text, encoding="utf-8")
    assert BANK.read_text(encoding="utf-8") == text
    assert len(now) > 100
