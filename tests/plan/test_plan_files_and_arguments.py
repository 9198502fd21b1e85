"""What is given to plan and apply: plan files that are none, digests, targets, URLs. Each wrong one is one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fixtures.programs import set_url
from plan.projects import Project

pytestmark = pytest.mark.part(3)

ONE = "op.execute(\"UPDATE customers SET name = 'x' WHERE id = 1\")"


@pytest.fixture
def planned(sqlite_project: Project) -> tuple[Project, str]:
    """A project with a plan, and the plan's digest."""
    sqlite_project.revision(ONE)
    return sqlite_project, sqlite_project.plan()["digest"]


def changed(path: Path, *keys: str | int, to: object) -> bytes:
    """The plan file with another value at a place."""
    document = json.loads(path.read_text())
    inner = document
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = to
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"[" * 200_000, "this is not a plan file"),
        (b'{"a":' * 200_000, "this is not a plan file"),
        (b"", "this is not a plan file"),
        (b"[]", "this is no plan"),
        (b"7", "this is no plan"),
        (b'{"schema": "headway/plan/1"}', "has the format headway/plan/1"),
    ],
)
def test_a_file_that_is_no_plan(content: bytes, said: str, planned: tuple[Project, str]) -> None:
    project, _ = planned
    (project.place / "plan.json").write_bytes(content)
    done = project.apply()
    assert done.code == 2
    done.assert_one_clear_line("plan.json: ", said, "Plan again with 'headway plan")


@pytest.mark.parametrize("to", [None, 7, True, "text", [], {}, [[]], [None], [7]])
@pytest.mark.parametrize(
    "keys",
    [
        ("steps",),
        ("steps", 0),
        ("steps", 0, "statements", 0),
        ("steps", 0, "statements", 0, "values"),
        ("steps", 0, "statements", 0, "run_time"),
        ("steps", 0, "line"),
        ("code",),
        ("database",),
        ("database", "dialect"),
        ("current",),
        ("digest",),
    ],
    ids=str,
)
def test_a_plan_of_wrong_types(keys: tuple[str | int, ...], to: object, tmp_path: Path) -> None:
    from headway.errors import UsageError
    from headway.plan.model import Plan, PlanStatement, PlanStep, Target
    from headway.plan.plan_file import read_plan, to_json

    statement = PlanStatement("UPDATE a", "data", "x.py", 1, (("0", 1),), ("0",), "sha256:0")
    step = PlanStep("a1", "upgrade", "x.py", 1, "python3.11:0", (statement,))
    plan = Plan(Target("sqlite"), "alembic_version", ("a0",), ("a1",), (step,), code={"x.py": "python3.11:0"})
    path = tmp_path / "plan.json"
    path.write_text(to_json(plan))
    assert read_plan(str(path)) == plan
    path.write_bytes(changed(path, *keys, to=to))
    with pytest.raises(UsageError) as caught:
        read_plan(str(path))
    assert "not a plan file" in caught.value.message or "was changed" in caught.value.message


def test_a_plan_into_a_directory_that_is_not_there(sqlite_project: Project) -> None:
    done = sqlite_project.run("plan", "-o", "nowhere/plan.json")
    assert done.code == 2
    done.assert_one_clear_line("nowhere/plan.json: the plan cannot be written")


@pytest.mark.parametrize("approved", ["", "  "])
def test_an_empty_approval_is_refused(approved: str, planned: tuple[Project, str]) -> None:
    project, _ = planned
    before = project.state()
    done = project.apply("--approve", approved)
    assert done.code == 2
    done.assert_one_clear_line("--approve is empty")
    assert project.state() == before


def test_a_target_behind_the_database_is_said(planned: tuple[Project, str]) -> None:
    project, digest = planned
    assert project.apply("--approve", digest).code == 0
    for target in ("r1", "base"):
        done = project.run("plan", "--to", target)
        assert done.code == 2
        done.assert_one_clear_line(f"{target} is behind the database, which is on r2")
    assert json.loads(project.run("plan", "--to", "r2", "--format", "json").out)["result"] == "noop"


@pytest.mark.parametrize("verb", ["plan", "apply"])
def test_a_name_that_is_no_target_is_said(verb: str, sqlite_project: Project) -> None:
    (sqlite_project.place / ".headway.yml").write_text("targets: {staging: {url: 'env:A'}, eu: {url: 'env:B'}}\n")
    done = sqlite_project.headway(verb, "--url", "production", cwd=sqlite_project.place)
    assert done.code == 2
    done.assert_one_clear_line("'production' is neither a database URL nor a target", "eu, staging")
    assert "parse" not in done.err


@pytest.mark.parametrize("verb", ["plan", "apply"])
@pytest.mark.parametrize("policy", [None, "targets: {}\n", "scratch: sqlite\n"])
def test_a_name_is_no_url_where_there_are_no_targets(policy: str | None, verb: str, sqlite_project: Project) -> None:
    """It was "Could not parse SQLAlchemy URL"."""
    if policy is not None:
        (sqlite_project.place / ".headway.yml").write_text(policy)
    done = sqlite_project.headway(verb, "--url", "production", cwd=sqlite_project.place)
    assert done.code == 2
    done.assert_one_clear_line("'production' is neither a database URL nor a target")
    assert "parse" not in done.err


def test_plan_and_apply_take_the_database_of_the_configuration(planned: tuple[Project, str]) -> None:
    project, _ = planned
    place = project.place
    nothing = project.headway("plan", cwd=place)
    assert nothing.code == 2
    nothing.assert_one_clear_line("no database is named", "--url")
    (place / "alembic.ini").write_text((place / "alembic.ini").read_text() + "sqlalchemy.url = x\n")
    set_url(place, project.url)
    done = project.headway("plan", "-o", "plan.json", "--format", "json", cwd=place)
    assert done.code == 0, done.err
    digest = json.loads(done.out)["plan"]["digest"]
    assert project.headway("apply", "plan.json", "--approve", digest, cwd=place).code == 0
    assert project.rows("SELECT name FROM customers WHERE id = 1") == [("x",)]


def test_a_failure_is_told_once_with_a_remedy_that_works(sqlite_project: Project) -> None:
    project = sqlite_project
    name = project.revision('op.execute("UPDATE nowhere SET x = 1")')
    digest = project.plan()["digest"]
    done = project.run("apply", "plan.json", "--approve", digest)
    assert done.code == 6
    assert (done.out + done.err).count("no such table: nowhere") == 1
    assert "headway plan -o plan.json" in done.out + done.err
    project.file(name).write_text(
        project.file(name).read_text().replace("UPDATE nowhere SET x = 1", "DELETE FROM shops")
    )
    assert project.run("apply", "plan.json", "--approve", digest).code == 5  # the same command again would not do
    digest = project.plan()["digest"]
    assert project.run("apply", "plan.json", "--approve", digest).code == 0


def test_the_help_says_what_is_not_held_back(sqlite_project: Project) -> None:
    said = " ".join(sqlite_project.headway("plan", "--help", cwd=sqlite_project.place).out.split())
    assert "Effects outside of it (files, HTTP) are not held back" in said
