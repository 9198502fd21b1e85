"""What other linters and manuals say about changes of a schema: headway says as much, and no more where they recommend it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from rules.harness import lint_piece

REPORTED: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("reported.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", REPORTED, ids=[case["name"] for case in REPORTED])
def test_what_others_say(case: dict[str, Any]) -> None:
    result = lint_piece(
        case["upgrade"],
        downgrade=case.get("downgrade", 'op.execute("SELECT 1")'),
        dialects=case.get("dialects", ["postgresql"]),
    )
    assert sorted(finding.code for finding in result.findings) == sorted(case["finds"])
    assert not result.not_analysed


def test_there_are_sixty_of_many_sources() -> None:
    assert len(REPORTED) >= 60
    assert len({case["name"] for case in REPORTED}) == len(REPORTED)
    assert len({case["source"].split("/")[2] for case in REPORTED}) >= 6
