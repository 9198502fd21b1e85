"""Each rule on its cases: ``cases/CODE.yml`` lists pieces of ``upgrade()`` and the lines the rule complains about.

KEYS = {"name", "base", "later", "upgrade", "downgrade", "dialects", "modules", "finds", "severity", "message", "help"}
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from headway.lint.catalogue import RULES
from headway.lint.catalogue import rule as rule_of
from rules.harness import NOT_BY_SOURCE, lint_piece, migration_source, source_line

CASES = Path(__file__).parent / "cases"
HISTORIES = NOT_BY_SOURCE | {"REV001", "REV003", "REV004", "REV005", "REV006", "REV015", "MOD015"}
HISTORIES |= {"REV002", "REV007", "REV008", "REV009", "REV010", "REV011", "REV016", "REV018", "REV019", "REV020"}
"""Their cases are histories, not pieces of one file: see test_graph_rules.py, tests/git and tests/main_job."""


def all_cases() -> list[Any]:
    return [
        pytest.param(path.stem, case, id=f"{path.stem}: {case['name']}")
        for path in sorted(CASES.glob("*.yml"))
        for case in yaml.safe_load(path.read_text())
    ]


KEYS = {"name", "base", "later", "upgrade", "downgrade", "dialects", "modules", "finds", "severity", "message", "help"}


@pytest.mark.parametrize(("code", "case"), all_cases())
def test_case(code: str, case: dict[str, Any]) -> None:
    assert case.keys() <= KEYS
    rule = rule_of(code)
    downgrade = case.get("downgrade")
    dialects = case.get("dialects", sorted(rule.dialects or ("postgresql",)))
    base = case.get("base", "pass")
    result = lint_piece(
        case["upgrade"],
        base=base,
        later=case.get("later"),
        downgrade=downgrade,
        dialects=dialects,
        rules=[rule],
        modules=case.get("modules"),
    )
    source = migration_source(case["upgrade"], downgrade)
    assert [source_line(finding, source) for finding in result.findings] == case["finds"]
    assert {finding.code for finding in result.findings} <= {code}
    if "severity" in case:
        assert {finding.severity.value for finding in result.findings} == {case["severity"]}
    assert all(case.get("message", "") in finding.message for finding in result.findings)
    assert all(case.get("help", "") in finding.help for finding in result.findings)


def test_every_rule_has_cases_and_every_file_a_rule() -> None:
    assert {path.stem for path in CASES.iterdir()} == {rule.code for rule in RULES} - HISTORIES


@pytest.mark.parametrize("path", sorted(CASES.glob("*.yml")), ids=lambda path: path.stem)
def test_every_rule_fires_and_three_times_does_not(path: Path) -> None:
    cases = yaml.safe_load(path.read_text())
    assert any(case["finds"] for case in cases)
    assert sum(not case["finds"] for case in cases) >= 3
