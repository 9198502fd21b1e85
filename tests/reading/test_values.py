"""What Python would compute is computed, and what it might is never told as certain."""

from __future__ import annotations

import os

import pytest

from reading.value_cases import BANK, Case, cases, rewritten


@pytest.mark.parametrize("case", cases(), ids=str)
def test_what_a_piece_of_python_does(case: Case) -> None:
    if os.environ.get("HEADWAY_UPDATE_GOLDEN") == "1":
        BANK.write_text(rewritten())
    assert case.read() == case.reads
