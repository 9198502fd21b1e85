"""ARCHITECTURE.md names the rooms and the files that there are, and no others."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_rooms_are_as_drawn() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    block = text[text.index("## Rooms") :].split("```")[1]
    drawn = {room: set(names.split()) for room, names in re.findall(r"^  (\w+)/ +[^\n]+\n +([\w./ ]+)$", block, re.M)}
    engine = ROOT / "engine" / "headway"
    there = {
        room.name: {
            item.name if item.is_file() else f"{item.name}/"
            for item in room.iterdir()
            if (item.suffix == ".py" and item.name != "__init__.py") or (item.is_dir() and item.name != "__pycache__")
        }
        for room in engine.iterdir()
        if room.is_dir() and room.name != "__pycache__"
    }
    assert drawn == there
