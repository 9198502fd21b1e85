"""The pictures show what a run of today shows; ``python tests/docs/pictures.py`` takes them anew."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from docs import pictures
from fixtures.programs import ROOT


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return pictures.pages(tmp_path_factory.mktemp("pictures"))


def test_they_were_taken_of_what_is_shown_now(made: dict[str, str]) -> None:
    assert json.loads(pictures.MADE_OF.read_text()) == {name: pictures.digest(text) for name, text in made.items()}


def test_each_is_an_image_that_a_document_shows(made: dict[str, str]) -> None:
    documents = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    shown = {Path(name).name for path in documents for name in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", path.read_text())}
    there = {path.name for path in pictures.FOLDER.iterdir() if path.suffix in (".png", ".svg")}
    assert there == shown and set(made) == {name for name in there if name.endswith(".png")}
    for name in made:
        data = (pictures.FOLDER / name).read_bytes()
        assert data.startswith(b"\x89PNG") and 20_000 < len(data) < 400_000


def test_what_is_in_it_is_the_programs(made: dict[str, str]) -> None:
    page = made["pull-request.png"]
    for words in (
        "LCK101",
        "Suggested change",
        "autocommit_block",
        "SHARE",
        "CREATE INDEX ix_orders_status",
        "1 not compared",
    ):
        assert words in page
