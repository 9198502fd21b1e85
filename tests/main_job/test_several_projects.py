"""Several projects of one repository, judged in one run with one report."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from fixtures.programs import Program

ENV = """\
from alembic import context
from sqlalchemy import create_engine

{extra}
engine = create_engine(context.config.get_main_option("sqlalchemy.url"))
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""
REVISION = """\
from alembic import op
import sqlalchemy as sa

revision = "{id}"
down_revision = {down!r}


def upgrade():
    op.create_table("t_{id}", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade():
    op.drop_table("t_{id}")
"""


def write(home: Path, *ids: str, extra: str = "") -> None:
    (home / "m" / "versions").mkdir(parents=True)
    section = "script_location = %(here)s/m\nsqlalchemy.url = sqlite:///live.db\n"
    (home / "alembic.ini").write_text(f"[alembic]\n{section}[other]\n{section}")
    (home / "m" / "env.py").write_text(ENV.format(extra=extra))
    for id_, down in zip(ids, (None, *ids), strict=False):
        (home / "m" / "versions" / f"{id_}.py").write_text(REVISION.format(id=id_, down=down))


@pytest.fixture
def monorepo(tmp_path: Path) -> Path:
    """Two projects whose env.py files import modules of the same name, with different things in them."""
    for name, ids in (("shop", ("a1", "a2")), ("billing", ("b1",))):
        write(tmp_path / name, *ids, extra=f"import sys; sys.path.insert(0, {str(tmp_path / name)!r}); import which")
        (tmp_path / name / "which.py").write_text(f"assert __file__.endswith('{name}/which.py'), __file__\n")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return tmp_path


BOTH = ("-c", "shop/alembic.ini", "-c", "billing/alembic.ini")


def test_one_report_says_whose_each_stage_is(monorepo: Path, headway: Program) -> None:
    done = headway("ci", *BOTH, "--format", "json", "--stages", "graph,lint,replay,downgrade", cwd=monorepo)
    assert done.code == 0, done.out + done.err
    report = json.loads(done.out)
    stages = {stage["name"]: stage["status"] for stage in report["stages"]}
    assert [stages[f"{name}/alembic.ini: replay (sqlite)"] for name in ("shop", "billing")] == ["pass", "pass"]
    assert report["heads"] == ["a2", "b1"]
    assert report["examined"]["revisions"] == 3


@pytest.mark.parametrize("verb", ["ci", "lint"])
def test_a_fault_of_one_is_the_end_of_both_and_hides_none_of_the_other(
    monorepo: Path, headway: Program, verb: str
) -> None:
    (monorepo / "shop" / "m" / "versions" / "a3.py").write_text(REVISION.format(id="a3", down="a1"))
    (monorepo / "billing" / "m" / "versions" / "b2.py").write_text(REVISION.format(id="b2", down="nowhere"))
    done = headway(verb, *BOTH, "--format", "json", cwd=monorepo)
    assert done.code == 1
    found = {(finding["code"], finding["file"]) for finding in json.loads(done.out)["findings"]}
    assert {code for code, file in found if file and file.startswith("billing/")} >= {"REV004"}
    assert "REV001" in {code for code, _ in found}


@pytest.mark.parametrize("verb", ["ci", "lint"])
def test_one_that_cannot_be_read_is_an_error_and_the_other_is_judged(
    monorepo: Path, headway: Program, verb: str
) -> None:
    arguments = (*BOTH, "-c", "nowhere/alembic.ini", "--stages", "graph,lint")
    done = headway(verb, *(arguments if verb == "ci" else arguments[:-2]), "--format", "json", cwd=monorepo)
    assert done.code == 2
    stages = {stage["name"]: stage for stage in json.loads(done.out)["stages"]}
    assert stages["nowhere/alembic.ini: project"]["status"] == "error"
    assert "this configuration file does not exist" in stages["nowhere/alembic.ini: project"]["why"]
    assert stages["shop/alembic.ini: lint"]["status"] == "pass"


def test_sections_are_projects_too(monorepo: Path, headway: Program) -> None:
    done = headway("ci", "-n", "alembic", "-n", "other", "--stages", "graph,lint", "-q", cwd=monorepo / "shop")
    assert done.code == 0, done.out + done.err
    assert "alembic.ini: graph" in done.out
    assert "alembic.ini [other]: graph" in done.out


def test_outside_of_git_each_has_a_name_of_its_own(monorepo: Path, headway: Program) -> None:
    shutil.rmtree(monorepo / ".git")
    done = headway("lint", *BOTH, "--format", "json", cwd=monorepo)
    names = [stage["name"] for stage in json.loads(done.out)["stages"]]
    assert names == ["shop/alembic.ini: lint", "billing/alembic.ini: lint"]


def test_the_same_twice_is_one(monorepo: Path, headway: Program) -> None:
    done = headway("lint", "-c", "shop/alembic.ini", "-c", "shop/alembic.ini", "--format", "json", cwd=monorepo)
    assert [stage["name"] for stage in json.loads(done.out)["stages"]] == ["lint"]


def test_every_format_takes_it(monorepo: Path, headway: Program) -> None:
    for format in ("text", "markdown", "sarif", "gitlab", "junit", "html", "comment"):
        done = headway("ci", *BOTH, "--stages", "graph,lint", "-f", format, "-q", cwd=monorepo)
        assert done.code == 0, done.err
        assert format in ("sarif", "gitlab") or "billing/alembic.ini" in done.out
