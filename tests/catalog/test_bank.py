"""Each replay of the bank leaves behind what stands beside it, on every database."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from catalog.bank import CASES, Case, cases, rewritten

BANK = [(path, case) for path in sorted(CASES.glob("*.txt")) for case in cases(path)]


@pytest.mark.parametrize(("path", "case"), BANK, ids=[str(case) for _, case in BANK])
def test_what_is_known_at_the_end(path: Path, case: Case) -> None:
    if os.environ.get("HEADWAY_UPDATE_GOLDEN") == "1":
        path.write_text(rewritten(path))
    assert case.replayed() == case.says
