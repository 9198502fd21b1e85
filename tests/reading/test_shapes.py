"""Every shape in which real histories write a change, and what is read of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from reading.harness import read, said

CASES = Path(__file__).parent / "cases"


def all_cases() -> list[Any]:
    found = []
    for path in sorted(CASES.glob("*.yml")):
        for case in yaml.safe_load(path.read_text()):
            found.append(pytest.param(case, id=f"{path.stem}: {case['name']}"))
    return found


@pytest.mark.parametrize("case", all_cases())
def test_what_is_read(case: dict[str, Any]) -> None:
    databases = case.get("databases", ["postgresql"])
    migration = read(
        case.get("upgrade", ""),
        case.get("module", ""),
        case.get("modules"),
        frozenset(databases) if databases else None,
    )
    assert said(migration) == case["reads"]


def test_every_case_is_a_change_that_could_hide() -> None:
    names = [parameter.id for parameter in all_cases()]
    assert len(names) == len(set(names)) and len(names) > 80
