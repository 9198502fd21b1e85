"""A rule's docstring is its documentation: it has the fixed headings, and its Bad and Good examples are run."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from fixtures.programs import Program
from headway.config.policy import Policy
from headway.lint.catalogue import RULES, documentation, summary
from headway.lint.judge import lint
from headway.lint.rule import Rule
from headway.lint.rules.dwn.trace_left import TraceLeft
from rules.harness import BASE, NOT_BY_SOURCE, TODAY, facts_of, history_of, migration_source

HEADINGS = ["What", "Why", "Bad", "Good", "When to ignore"]
RULES_ROOM = Path(__file__).resolve().parents[2] / "engine" / "headway" / "lint" / "rules"
STATIC = [rule for rule in RULES if rule.code not in NOT_BY_SOURCE]


def blocks(rule: type[Rule], heading: str) -> list[str]:
    """The code blocks below a heading."""
    section = re.split(r"^## (.+)$", documentation(rule), flags=re.M)
    text = section[section.index(heading) + 1]
    return re.findall(r"```(?:python|yaml|ini)\n(.*?)```", text, re.S)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_documentation_has_its_headings(rule: type[Rule]) -> None:
    assert re.findall(r"^## (.+)$", documentation(rule), flags=re.M) == HEADINGS
    assert summary(rule).endswith(".")
    assert len(summary(rule)) <= 80
    assert blocks(rule, "Bad") and blocks(rule, "Good")


@pytest.mark.parametrize("rule", STATIC, ids=lambda rule: rule.code)
def test_bad_is_found_and_good_is_not(rule: type[Rule]) -> None:
    found = {heading: codes_of(rule, blocks(rule, heading)) for heading in ("Bad", "Good")}
    assert rule.code in found["Bad"]
    assert rule.code not in found["Good"]


def codes_of(rule: type[Rule], examples: list[str]) -> set[str]:
    codes = set()
    for example in examples:
        facts = facts_of(history_of(example), dialects=rule.dialects or ())
        codes |= {finding.code for finding in lint(facts, RULES, Policy(), TODAY).findings}
    return codes


@pytest.mark.parametrize(("heading", "code"), [("Bad", 1), ("Good", 0)])
def test_a_downgrade_that_leaves_a_trace_is_found_by_rehearsing_it(
    heading: str, code: int, storefront: Path, headway: Program
) -> None:
    versions = storefront / "migrations" / "versions"
    shutil.rmtree(versions)
    versions.mkdir()
    (versions / "a1_base.py").write_text(BASE)
    (versions / "b2_piece.py").write_text(migration_source(blocks(TraceLeft, heading)[0]))
    (storefront / "storefront" / "models.py").write_text(MODELS)
    (storefront / ".headway.yml").write_text("baseline: a1\nscratch: sqlite\n")
    done = headway("ci", cwd=storefront)
    assert done.code == code, done.err + done.out
    assert (TraceLeft.code in done.out) == (heading == "Bad")


MODELS = """
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass


class Review(Base):
    __tablename__ = "reviews"
    id = sa.Column(sa.Integer, primary_key=True)
    product_id = sa.Column(sa.Integer, index=True)
"""


def test_codes_and_names_are_unique_and_the_file_is_named_by_the_complaint() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES) == len({rule.name for rule in RULES})
    for rule in RULES:
        family, slug = rule.code[:3].lower(), rule.name.replace("-", "_")
        assert rule.__module__ == f"headway.lint.rules.{family}.{slug}"


def test_every_rule_file_is_in_the_catalogue() -> None:
    files = {path.stem for path in RULES_ROOM.glob("*/*.py") if not path.stem.startswith("_")}
    assert files == {rule.name.replace("-", "_") for rule in RULES}
