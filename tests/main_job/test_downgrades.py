"""The way down and up again: whose downgrade has left something, and what is no fault of anybody's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fixtures.programs import Program
from main_job.projects import TEMPLATE_ENV

FILE = """from alembic import op
import sqlalchemy as sa
revision = "{id}"
down_revision = {down!r}
{more}

def upgrade():
    {up}


def downgrade():
    {back}
"""
BOTH = 'op.create_table("a", sa.Column("id", sa.Integer))\n    op.create_table("b", sa.Column("id", sa.Integer))'


def add(place: Path, id_: str, down: str | None, up: str, back: str, more: str = "") -> None:
    (place / "m" / "versions" / f"{id_}.py").write_text(FILE.format(id=id_, down=down, up=up, back=back, more=more))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "m" / "versions").mkdir(parents=True)
    (tmp_path / "m" / "env.py").write_text(TEMPLATE_ENV)
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s/m\nsqlalchemy.url = driver://x/y\n")
    (tmp_path / ".headway.yml").write_text("baseline: r1\nexpected_heads: 2\n")
    add(tmp_path, "r1", None, BOTH, 'op.drop_table("a")\n    op.drop_table("b")')
    return tmp_path


def blamed(headway: Program, project: Path, kind: str = "sqlite") -> dict[str, str]:
    command = ("ci", "--format", "json", "--scratch", kind, "--select", "DWN005", "--stages", "replay,downgrade")
    done = headway(*command, cwd=project)
    found: list[dict[str, Any]] = json.loads(done.out)["findings"]
    assert (done.code == 1) is bool(found), done.out + done.err
    return {one["revision"]: one["message"] for one in found}


ADD, DROP = 'op.add_column("{}", sa.Column("x", sa.Integer))', 'op.drop_column("{}", "x")'


@pytest.mark.parametrize("guilty", ["s1", "s2"])
def test_of_two_beside_each_other_the_guilty_one_is_named(project: Path, headway: Program, guilty: str) -> None:
    for id_, table in (("s1", "a"), ("s2", "b")):
        add(project, id_, "r1", ADD.format(table), "pass" if id_ == guilty else DROP.format(table))
    found = blamed(headway, project)
    assert set(found) == {guilty}
    assert f"column {'a' if guilty == 's1' else 'b'}.x" in found[guilty]


def test_below_the_guilty_one_nobody_is_named(project: Path, headway: Program) -> None:
    (project / ".headway.yml").write_text("baseline: r1\n")
    add(project, "s1", "r1", ADD.format("a"), DROP.format("a"))
    add(project, "s2", "s1", ADD.format("b"), "pass")
    assert set(blamed(headway, project)) == {"s2"}


@pytest.mark.parametrize("stays", ["s1", "s2"])
def test_one_that_stays_is_no_fault_of_the_other(project: Path, headway: Program, stays: str) -> None:
    for id_, table in (("s1", "a"), ("s2", "b")):
        more = 'irreversible = "rows were merged"' if id_ == stays else ""
        add(project, id_, "r1", ADD.format(table), "pass" if id_ == stays else DROP.format(table), more)
    assert blamed(headway, project) == {}


def test_who_leaves_what_another_leaves_as_well_is_named(project: Path, headway: Program) -> None:
    """One that stays has made the same index: that is no proof for the other."""
    index = 'op.create_index("ix_n", "a", ["id"], if_not_exists=True)'
    add(project, "s1", "r1", index, "pass")
    add(project, "s2", "s1", 'op.drop_index("ix_n", "a", if_exists=True)', index)
    add(project, "k1", "r1", index, "pass", 'irreversible = "no"')
    assert "s1" in blamed(headway, project)


def test_each_of_two_guilty_ones_has_its_own(project: Path, headway: Program) -> None:
    for id_, table in (("s1", "a"), ("s2", "b")):
        add(project, id_, "r1", ADD.format(table), "pass")
    found = blamed(headway, project)
    assert "a.x" in found["s1"] and "b.x" not in found["s1"]
    assert "b.x" in found["s2"] and "a.x" not in found["s2"]


def test_what_is_known_to_hold_stays_known(project: Path, headway: Program) -> None:
    """What ``lint --fix`` writes for a foreign key and for a CHECK."""
    (project / ".headway.yml").write_text("baseline: r1\ndialects: [postgresql]\n")
    checks = 'op.create_check_constraint("ck", "a", "id > 0", postgresql_not_valid=True)'
    add(project, "s1", "r1", checks, 'op.drop_constraint("ck", "a", type_="check")')
    add(project, "s2", "s1", 'op.execute(\'ALTER TABLE "a" VALIDATE CONSTRAINT "ck"\')', "pass")
    assert blamed(headway, project, "postgresql") == {}
    add(project, "s2", "s1", 'op.create_check_constraint("ck2", "a", "id > 1")', "pass")
    assert set(blamed(headway, project, "postgresql")) == {"s2"}
