"""What was judged by hand holds the limits that lint is measured by, and can be drawn again."""

from __future__ import annotations

from typing import Any

import yaml

from headway.lint.catalogue import RULES
from judged.histories import HERE, Found, draw, read_histories


def of(name: str) -> Any:
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


def test_of_150_findings_three_may_be_wrong_and_twelve_noise() -> None:
    findings = of("findings.yml")["findings"]
    assert len({(one["project"], one["file"], one["line"], one["code"]) for one in findings}) == 150
    verdicts = [one["verdict"] for one in findings]
    assert set(verdicts) <= {"right", "noise", "wrong"} and all(one["reason"] for one in findings)
    assert verdicts.count("wrong") <= 3 and verdicts.count("noise") <= 12
    assert {one["code"] for one in findings} <= {rule.code for rule in RULES}


def test_of_60_revisions_six_hazards_may_be_missed() -> None:
    revisions = of("revisions.yml")["revisions"]
    assert len({(one["project"], one["file"]) for one in revisions}) == 60
    assert sum(len(one["missed"]) for one in revisions) <= 6


def test_they_are_of_at_least_fifteen_histories() -> None:
    names = {history.name for history in read_histories()}
    assert len(names) >= 15
    for name in ("findings.yml", "revisions.yml"):
        (entries,) = (value for value in of(name).values() if isinstance(value, list))
        assert {one["project"] for one in entries} <= names


def test_a_seed_draws_the_same_whatever_the_order() -> None:
    found = [Found("p", f"{number}.py", 1, "DST001") for number in range(99)]
    assert draw(found, 14, 9) == draw(found[::-1], 14, 9) != draw(found, 15, 9)
