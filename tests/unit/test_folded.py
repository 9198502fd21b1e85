"""What one line does to several tables is one finding."""

from __future__ import annotations

import pytest

from headway.lint.finding import Finding, Severity
from headway.lint.folded import folded


def found(message: str, line: int = 3, code: str = "LCK201") -> Finding:
    severity = Severity.ERROR
    return Finding(code=code, name="x", severity=severity, message=message, help="do", file="a.py", line=line)


@pytest.mark.parametrize(
    ("messages", "one"),
    [
        (["copies a for this", "copies b for this"], "copies a, b for this"),
        (["drops table a: rows are lost", "drops table b: rows are lost"], "drops table a, b: rows are lost"),
        (["same", "same"], "same"),
        ([f"copies t{n}" for n in range(9)], "copies t0, t1, t2, t3 and 5 more"),
        (["drops i of a", "drops j of b", "drops i of a"], "drops i of a, j of b"),
        (
            ["key of a to c: writes to a and to c", "key of b to c: writes to b and to c"],
            "key of a, b to c: writes to a, b and to c",
        ),
        (["longer a b c end", "longer a end"], "longer a b c end, end"),
        (["one thing", "another"], "one thing, another"),
        (["a", "a b"], "a, a b"),
    ],
)
def test_what_differs_is_named(messages: list[str], one: str) -> None:
    assert [finding.message for finding in folded([found(message) for message in messages])] == [one]


def test_other_places_rules_and_fates_stay_apart() -> None:
    findings = [found("a"), found("b", line=4), found("b", line=4, code="DST001"), found("c", line=4, code="DST001")]
    findings.append(findings[-1].suppress("why"))
    assert [finding.message for finding in folded(findings)] == ["a", "b", "b, c", "c"]
    assert list(folded([])) == []


def test_what_is_certain_stays_apart_from_what_is_not() -> None:
    messages = ["a.x from int: written anew", "b.x from what: unless alike, written anew", "c.x from int: written anew"]
    assert [finding.message for finding in folded([found(message) for message in messages])] == [
        "a.x, c.x from int: written anew",
        "b.x from what: unless alike, written anew",
    ]
