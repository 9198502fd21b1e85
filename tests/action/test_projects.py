"""Projects as people have them, through the Action: a service of the job, a workspace of several packages, one from the
package index, the actions for one command."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from action.runner import Runner
from action.test_scratch_servers import IMAGES, POSTGRES
from action.test_strangers import runner
from census.projects import installed
from fixtures.docker import docker
from fixtures.programs import ROOT

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker")]
ACTION = ROOT / "action.yml"
UV = Path(sys.executable).with_name("uv")


@pytest.fixture
def service(headway_image: str, tmp_path: Path) -> Iterator[str]:
    """The network of a job with a PostgreSQL service of the label ``db``."""
    docker("build", "--build-arg", f"BASE={headway_image}", "-t", POSTGRES, str(IMAGES / "postgres"))
    network = f"headway-job-{os.getpid()}-{time.monotonic_ns()}"
    docker("network", "create", network)
    password = ("-e", "POSTGRES_PASSWORD=s3cret-word", "--tmpfs", "/var/lib/postgresql")
    server = docker("run", "-d", "--network", network, "--network-alias", "db", *password, POSTGRES).stdout.strip()
    try:
        yield network
    finally:
        docker("rm", "-f", server)
        docker("network", "rm", network)


def test_a_service_by_its_label_twice_and_by_localhost(service: str, tmp_path: Path, headway_image: str) -> None:
    made = runner(tmp_path, 1001)
    url = "postgresql+psycopg://postgres:s3cret-word@{}:5432/postgres"
    inputs = {"working-directory": "shop", "scratch": "env:SCRATCH"}
    for _ in range(2):  # it is only starting the first time, and left empty for the second
        step = made.step(headway_image, ACTION, inputs, {"SCRATCH": url.format("db")}, network=service)
        assert step.code == 0, step.log
        assert "s3cret-word" not in step.log + step.summary
        assert "s3cret-word" in " ".join(step.masks)
    step = made.step(
        headway_image, ACTION, {**inputs, "stages": "replay"}, {"SCRATCH": url.format("localhost")}, network=service
    )
    assert step.code == 3
    assert "use the service's name" in step.log


def test_replays_are_kept_where_the_workflow_says(tmp_path: Path, headway_image: str) -> None:
    made = runner(tmp_path, 1001)
    inputs = {"working-directory": "shop", "scratch": "sqlite", "cache": ".headway/cache"}
    head = subprocess.run(
        ["git", "-c", f"safe.directory={made.workspace}", "rev-parse", "HEAD"],
        cwd=made.workspace,
        check=True,
        capture_output=True,
        text=True,
    )
    job = {"GITHUB_REF": "refs/heads/currency", "GITHUB_SHA": head.stdout.strip()}
    assert "kept replay" not in made.step(headway_image, ACTION, inputs, job=job).log
    kept = made.workspace / "shop" / ".headway" / "cache"
    files = [path for path in kept.rglob("*") if path.is_file()]
    assert files and {path.stat().st_uid for path in (kept, *kept.rglob("*"))} == {1001}
    again = made.step(headway_image, ACTION, inputs, job=job)
    assert again.code == 0 and "upgraded from a kept replay of 13" in again.log, again.log
    shutil.rmtree(kept)
    kept.symlink_to("/tmp")
    made.own()
    refused = made.step(headway_image, ACTION, inputs, job=job)
    assert refused.code == 2 and "leads out of the workspace" in refused.annotations[-1][2]


def test_the_action_of_one_command(tmp_path: Path, headway_image: str) -> None:
    made = runner(tmp_path, 1001)
    step = made.step(headway_image, ROOT / "lint" / "action.yml", {"working-directory": "shop"})
    assert step.code == 0, step.log
    assert "headway lint: passed" in step.log


def test_a_member_of_a_workspace(tmp_path: Path, headway_image: str) -> None:
    """One lock file above several packages; env.py imports another member, which has to be built."""
    made = runner(tmp_path, 1001)
    files = {
        "pyproject.toml": '[tool.uv.workspace]\nmembers = ["shop", "libs/money"]\n',
        "shop/pyproject.toml": (
            '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\n'
            'dependencies = ["money", "python-slugify>=8"]\n[tool.uv.sources]\nmoney = {workspace = true}\n'
        ),
        "libs/money/pyproject.toml": (
            '[project]\nname = "money"\nversion = "1"\nrequires-python = ">=3.11"\n'
            '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
        ),
        "libs/money/src/money/__init__.py": "CURRENCY = 'EUR'\n",
    }
    for name, text in files.items():
        path = made.workspace / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    subprocess.run([str(UV), "lock", "-q", "--system-certs"], cwd=made.workspace, check=True)
    env = made.workspace / "shop" / "migrations" / "env.py"
    env.write_text("import money, slugify\nprint('MEMBER', money.CURRENCY)\n" + env.read_text())
    made.own()
    before = {path for path in made.workspace.rglob("*") if ".git/" not in str(path)}
    step = made.step(headway_image, ACTION, {"working-directory": "shop", "scratch": "sqlite"})
    assert step.code == 0, step.log + str(step.annotations)
    assert "installed is uv.lock, which is there" in step.log and "MEMBER EUR" in step.log
    after = {path for path in made.workspace.rglob("*") if ".git/" not in str(path)}
    assert {path.name for path in after - before} <= {"headway-report.json"}


def test_a_project_from_the_package_index(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, headway_image: str
) -> None:
    """Adopted on a laptop, judged by the Action with its dependencies."""
    wanted = "optuna==5.0.0"
    site = installed(tmp_path_factory.mktemp("index"), [wanted])
    made = Runner(tmp_path / "job")
    tmp_path.chmod(0o755)
    shutil.copytree(site / "optuna", made.workspace / "optuna", ignore=shutil.ignore_patterns("__pycache__"))
    (made.workspace / "requirements.txt").write_text(f"{wanted}\n")
    home = made.workspace / "optuna" / "storages" / "_rdb"
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", f"safe.directory={made.workspace}"]
    subprocess.run([*git, "init", "-q", "-b", "main"], cwd=made.workspace, check=True)
    for command in (["add", "-A"], ["commit", "-qm", "x"], ["update-ref", "refs/remotes/origin/main", "HEAD"]):
        subprocess.run([*git, *command], cwd=made.workspace, check=True)
    headway = str(Path(sys.executable).with_name("headway"))
    adopted = subprocess.run(
        [headway, "adopt", "-q"], cwd=home, env={**os.environ, "PYTHONPATH": str(site)}, capture_output=True, text=True
    )
    assert adopted.returncode == 0, adopted.stdout + adopted.stderr
    for command in (["add", "-A"], ["commit", "-qm", "the gate"], ["update-ref", "refs/remotes/origin/main", "HEAD"]):
        subprocess.run([*git, *command], cwd=made.workspace, check=True)
    made.own()
    inputs = {"working-directory": "optuna/storages/_rdb"}
    step = made.step(headway_image, ACTION, inputs)
    assert step.code == 0, step.log
    assert "installed is requirements.txt, which is there" in step.log
    assert "ok    replay (sqlite)" in step.log
