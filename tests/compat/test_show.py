"""What ``show`` finds, and the words with which it does not, are Alembic's."""

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
from headway.commands.show import show

pytestmark = pytest.mark.filterwarnings("ignore")


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
