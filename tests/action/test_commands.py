"""Every command through the built image, red; that each is green on the same repository is in test_image.py, but for these."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from action.runner import Runner
from action.test_strangers import NEWEST, runner
from fixtures.programs import ROOT

ACTION = ROOT / "action.yml"

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker")]


@pytest.fixture
def made(tmp_path: Path) -> Runner:
    return runner(tmp_path, 1001)


def edit(made: Runner, name: str, before: str, after: str) -> None:
    path = made.workspace / name
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))


def drops_a_table(made: Runner) -> None:
    edit(made, NEWEST, "def upgrade() -> None:\n", 'def upgrade() -> None:\n    op.execute("DROP TABLE reviews")\n')


def forgets_a_column(made: Runner) -> None:
    path = made.workspace / "shop" / "storefront" / "models.py"
    path.write_text(
        path.read_text()
        + '\n\nclass Gift(Base):\n    __tablename__ = "gifts"\n    id: Mapped[int] = mapped_column(primary_key=True)\n'
    )


def two_heads(made: Runner) -> None:
    git(made, "checkout", "-q", "-b", "other", "main")
    parent = next(
        line for line in git(made, "show", f"currency:{NEWEST}").splitlines() if line.startswith("down_revision")
    )
    other = f'"""another"""\n\nfrom alembic import op\n\nrevision = "e00000000001"\n{parent}\n\n\ndef upgrade():\n    op.execute("SELECT 1")\n\n\ndef downgrade():\n    op.execute("SELECT 1")\n'
    (made.workspace / "shop" / "migrations" / "versions" / "e00000000001_another.py").write_text(other)
    git(made, "add", "-A")
    git(made, "commit", "-qm", "another")
    git(made, "checkout", "-q", "currency")
    made.own()


def one_id_twice(made: Runner) -> None:
    path = made.workspace / NEWEST
    path.with_name("copy.py").write_text(path.read_text())


def git(made: Runner, *arguments: str) -> str:
    who = ("-c", f"safe.directory={made.workspace}", "-c", "user.name=a", "-c", "user.email=a@b")
    return subprocess.run(
        ["git", *who, *arguments], cwd=made.workspace, check=True, capture_output=True, text=True
    ).stdout


CASES: dict[str, tuple[dict[str, str], Callable[[Runner], None], int]] = {
    "ci": ({"scratch": "sqlite"}, drops_a_table, 1),
    "lint": ({}, drops_a_table, 1),
    "drift": ({"scratch": "sqlite"}, forgets_a_column, 1),
    "forecast": ({"branches": "currency\nother"}, two_heads, 1),
    "doctor": ({}, one_id_twice, 1),
}


@pytest.mark.parametrize("command", CASES)
def test_red(command: str, made: Runner, headway_image: str) -> None:
    inputs, fault, code = CASES[command]
    given = {"working-directory": "shop", "command": command, **inputs}
    if command == "lint":
        step = made.step(headway_image, ACTION, given)
        assert (step.code, step.outputs["result"]) == (0, "pass"), step.log
    fault(made)
    made.own()
    step = made.step(headway_image, ACTION, given)
    assert (step.code, step.outputs["result"], step.outputs["exit-code"]) == (code, "fail", str(code)), step.log
    assert "Traceback" not in step.log


def test_a_deployment(made: Runner, headway_image: str) -> None:
    """plan, then apply and check, each refused or red where it has to be, on a file in the workspace."""
    url = {"working-directory": "shop", "url": "sqlite:///storefront.db"}

    def step(command: str, code: int, result: str, **more: str) -> dict[str, str]:
        given = {"working-directory": "shop"} if command == "check" else url
        done = made.step(headway_image, ACTION, {**given, "command": command, **more})
        assert (done.code, done.outputs["result"]) == (code, result), done.log
        return done.outputs

    step("check", 1, "fail")  # the database does not stand at the head
    planned = step("plan", 0, "pass")
    assert planned["pending-count"] == "14"
    step("apply", 5, "fail", approve="sha256:0")
    assert not (made.workspace / "shop" / "storefront.db").exists()
    assert step("apply", 0, "pass", approve=planned["plan-digest"])["applied-count"] == "14"
    step("check", 0, "pass")
    assert step("plan", 0, "noop")["pending-count"] == "0"
    forgets_a_column(made)
    made.own()
    step("check", 1, "fail")
    strangers = [path for path in made.workspace.rglob("*") if path.lstat().st_uid != made.uid]
    assert strangers == []
