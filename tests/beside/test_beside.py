"""The answers to the rules of squawk and Atlas name rules that there are, or say why there is none."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from beside.rendering import rendered
from headway.lint.atlas import ANALYZERS, ATLAS
from headway.lint.catalogue import RULES
from headway.lint.squawk import SQUAWK

ANSWERS = yaml.safe_load(Path(__file__).with_name("rules.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(ANSWERS.keys() | SQUAWK.keys()))
def test_each_rule_is_answered(name: str) -> None:
    assert set(SQUAWK.get(name, ())) <= {rule.code for rule in RULES}
    assert name in SQUAWK or ANSWERS[name]


def test_a_revision_is_rendered_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "b2.py"
    path.write_text(
        "import sqlalchemy as sa\nfrom alembic import op\nrevision = 'b2'\ndown_revision = 'a1'\n"
        "def upgrade():\n    op.create_index('i', 't', ['a'])\n"
    )
    assert rendered(path) == ("b2", "CREATE INDEX i ON t (a);\n\n")


def test_each_check_of_atlas_is_answered_by_a_rule_there_is() -> None:
    assert {code for codes in ATLAS.values() for code in codes} <= {rule.code for rule in RULES}
    assert {check for checks in ANALYZERS.values() for check in checks} <= ATLAS.keys()
