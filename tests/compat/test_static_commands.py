"""heads, history, branches and show print what Alembic prints, character for character."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import alembic.command as peer_command
import pytest

from compat.gallery import DRAWINGS
from compat.histories import draw, outcome
from compat.ordering import in_fixed_order
from compat.projects import both_configs, printed, write_project
from headway.commands.branches import branches
from headway.commands.heads import heads
from headway.commands.history import history
from headway.commands.show import show

pytestmark = pytest.mark.filterwarnings("ignore")

COMMANDS: dict[str, tuple[Callable[..., Any], Callable[..., Any], list[dict[str, Any]]]] = {
    "heads": (
        heads,
        peer_command.heads,
        [
            {},
            {"verbose": True},
            {"resolve_dependencies": True},
            {"resolve_dependencies": True, "verbose": True},
        ],
    ),
    "branches": (branches, peer_command.branches, [{}, {"verbose": True}]),
    "history": (history, peer_command.history, [{}, {"verbose": True}]),
    "show": (show, peer_command.show, [{"rev": "heads"}, {"rev": "base"}]),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_listings_are_alembics(name: str, tmp_path: Path) -> None:
    ini = write_project(tmp_path, draw(DRAWINGS[name]))
    for command, (ours, theirs, calls) in COMMANDS.items():
        for keywords in calls:
            assert run(ours, ini, 0, keywords) == run(theirs, ini, 1, keywords), (command, keywords)


@pytest.mark.parametrize("name", ["fork with labels", "two diamonds", "dependencies both ways", "three bases"])
def test_listings_over_several_locations_are_alembics(name: str, tmp_path: Path) -> None:
    ini = write_project(tmp_path, draw(DRAWINGS[name]), locations=3)
    for command, (ours, theirs, calls) in COMMANDS.items():
        for keywords in calls:
            assert run(ours, ini, 0, keywords) == run(theirs, ini, 1, keywords), (command, keywords)


@pytest.mark.parametrize("name", DRAWINGS)
def test_ranges_are_alembics_wherever_alembic_has_an_answer(name: str, tmp_path: Path) -> None:
    rows = draw(DRAWINGS[name])
    ini = write_project(tmp_path, rows)
    ends = ["", "base", "heads", "head", "-1", "-2", "+1", *(row.id for row in rows[:4])]
    ends += [f"{label}@{end}" for row in rows for label in row.labels[:1] for end in ("head", "base")]
    answers = 0
    for start in ends:
        for end in ends:
            keywords = {"rev_range": f"{start}:{end}"}
            theirs = run(peer_command.history, ini, 1, keywords)
            if theirs[0] == "returns":
                answers += 1
                assert run(history, ini, 0, keywords) == theirs, keywords
    assert answers


@pytest.mark.parametrize("name", DRAWINGS)
def test_show_finds_what_alembic_finds(name: str, tmp_path: Path) -> None:
    rows = draw(DRAWINGS[name])
    ini = write_project(tmp_path, rows)
    words = [
        "head",
        "heads",
        "base",
        "nothere",
        "abc",
        *(row.id[:size] for row in rows for size in (1, 3, 4, 5, 99)),
    ]
    words += [f"{label}{end}" for row in rows for label in row.labels for end in ("", "@head", "@base", "@heads")]
    for word in words:
        assert run(show, ini, 0, {"rev": word}) == run(peer_command.show, ini, 1, {"rev": word}), word


def run(command: Callable[..., Any], ini: Path, side: int, keywords: dict[str, Any]) -> tuple[str, Any]:
    """What a command prints on headway's (0) or Alembic's (1) side, or its error."""
    config = both_configs(ini)[side]
    kind, value = outcome(lambda: command(config, **keywords))
    if kind == "raises":
        return kind, re.sub(r"<branchname>@(?:\w+@)?", "<branchname>@", value)  # see docs/differences.md
    return kind, in_fixed_order(printed(config))
