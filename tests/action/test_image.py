"""The container image: built from the Dockerfile, run as GitHub runs a container action and as others run containers."""

from __future__ import annotations

import gzip
import json
import tarfile
from pathlib import Path

import pytest

from action.runner import Runner
from action.test_strangers import runner
from fixtures.docker import docker
from fixtures.programs import ROOT

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker")]
ACTION = ROOT / "action.yml"
NEWEST = "shop/migrations/versions/d16e2b7f5a08_order_currency.py"
LAYER = 60_000_000
"""What headway may add to the base image, compressed, in bytes."""


@pytest.fixture
def made(tmp_path: Path) -> Runner:
    return runner(tmp_path, 1001)


@pytest.mark.parametrize("uid", [1001, 0])
def test_the_gate_on_sqlite_and_postgresql(uid: int, tmp_path: Path, headway_image: str) -> None:
    made = runner(tmp_path, uid)
    step = made.step(headway_image, ACTION, {"working-directory": "shop", "scratch": "sqlite\npostgresql"})
    assert step.code == 0, step.log
    assert "ok    downgrade (postgresql)" in step.log
    assert (step.outputs["result"], step.outputs["heads"]) == ("pass", "d16e2b7f5a08")
    assert (
        "1 revision(s) judged (main; postgresql, sqlite, from .headway.yml)" in step.log
    )  # git is there, and trusts a work tree of another owner
    assert "headway ci: pass" in step.summary
    strangers = [path for path in made.workspace.rglob("*") if path.lstat().st_uid != uid]
    assert strangers == []


def test_a_red_run(made: Runner, headway_image: str) -> None:
    path = made.workspace / NEWEST
    path.write_text(
        path.read_text().replace("def upgrade() -> None:\n", 'def upgrade() -> None:\n    op.drop_table("x")\n', 1)
    )
    step = made.step(headway_image, ACTION, {"working-directory": "shop", "command": "lint"})
    assert step.code == 1
    # A table that goes where a column comes is two findings: what is lost, and that no release fits between.
    named = {(kind, properties["file"]) for kind, properties, _ in step.annotations}
    assert named == {("error", NEWEST), ("warning", NEWEST)}


@pytest.mark.parametrize(
    ("inputs", "code", "result"),
    [
        ({"command": "drift", "scratch": "sqlite"}, 0, "pass"),
        ({"command": "forecast", "branches": "currency\nmain"}, 0, "pass"),
        ({"command": "doctor"}, 0, "pass"),
        ({"command": "check", "config": "alembic.ini"}, 1, "fail"),
        ({"command": "plan"}, 2, "error"),
        ({"command": "ci", "stages": "graph,lint"}, 0, "pass"),
        ({"command": "ci", "version": "99"}, 2, "error"),
        ({"command": "plan", "url": "sqlite:///new.db", "plan": "out/plan.json"}, 0, "pass"),
    ],
    ids=lambda value: "-".join(value.values()) if isinstance(value, dict) else str(value),
)
def test_each_command(inputs: dict[str, str], code: int, result: str, made: Runner, headway_image: str) -> None:
    step = made.step(headway_image, ACTION, {"working-directory": "shop", **inputs})
    assert (step.code, step.outputs["result"], step.outputs["exit-code"]) == (code, result, str(code)), step.log
    assert "Traceback" not in step.log
    if "plan" in inputs:
        assert step.outputs["plan-path"] == "shop/out/plan.json"
        assert json.loads((made.workspace / "shop" / "out" / "plan.json").read_text())
        assert not (made.workspace / "shop" / "new.db").exists()


def test_what_counts_as_new_by_the_event(made: Runner, headway_image: str) -> None:
    inputs = {"working-directory": "shop", "command": "lint"}
    (before,) = docker_free_git(made, "rev-parse", "main")
    push = made.step(headway_image, ACTION, inputs, event={"before": before, "ref": "refs/heads/currency"})
    assert "1 revision(s) judged" in push.log, push.log
    queue = {"merge_group": {"base_sha": before, "base_ref": "refs/heads/main"}}
    assert "1 revision(s) judged" in made.step(headway_image, ACTION, inputs, event=queue, event_name="merge_group").log
    fork = {"pull_request": {"head": {"repo": {"full_name": "eve/shop"}}, "base": {"repo": {"full_name": "shop/shop"}}}}
    for name in ("pull_request", "pull_request_target"):
        job = {"GITHUB_BASE_REF": "main"}
        ci = made.step(headway_image, ACTION, {"working-directory": "shop"}, event=fork, event_name=name, job=job)
        assert "replay" in ci.log and "executed" in ci.log, ci.log
        plan = {"working-directory": "shop", "command": "plan", "url": "sqlite:///x.db"}
        assert made.step(headway_image, ACTION, plan, event=fork, event_name=name, job=job).code == 5


def docker_free_git(made: Runner, *arguments: str) -> list[str]:
    import subprocess

    done = subprocess.run(
        ["git", "-c", f"safe.directory={made.workspace}", *arguments],
        cwd=made.workspace,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.split()


def test_a_variable_that_the_code_does_not_see_is_named(made: Runner, headway_image: str) -> None:
    env = made.workspace / "shop" / "migrations" / "env.py"
    env.write_text("import os\nos.environ['SHOP_SETTING']\n" + env.read_text())
    made.own()
    inputs = {"working-directory": "shop", "scratch": "sqlite"}
    step = made.step(headway_image, ACTION, inputs, {"SHOP_SETTING": "1"})
    assert step.code != 0
    assert any("name it in the input 'environment'" in text for _, _, text in step.annotations), step.annotations
    given = made.step(headway_image, ACTION, {**inputs, "environment": "SHOP_SETTING"}, {"SHOP_SETTING": "1"})
    assert given.code == 0, given.log


def test_a_users_module_cannot_stand_in_for_ours(made: Runner, headway_image: str) -> None:
    for name in ("headway.py", "typer.py", "sqlalchemy.py", "json.py"):
        (made.workspace / "shop" / name).write_text("raise SystemExit('shadowed')\n")
    ini = made.workspace / "shop" / "alembic.ini"
    ini.write_text(ini.read_text().replace("prepend_sys_path = .", "prepend_sys_path = ./src"))
    (made.workspace / "shop" / "src").symlink_to("storefront")
    made.own()
    step = made.step(headway_image, ACTION, {"working-directory": "shop", "command": "lint"})
    assert step.code == 0, step.log


# -- the image by itself ----------------------------------------------------------------------------------------


def test_the_image_has_what_it_needs_and_no_more(headway_image: str) -> None:
    def sh(script: str) -> str:
        return docker("run", "--rm", headway_image, "sh", "-c", script).stdout

    assert docker("run", "--rm", headway_image, "--version").stdout.startswith("headway ")
    assert docker("run", "--rm", "--entrypoint", "alembic", headway_image, "--version").stdout.startswith(
        "alembic 1.20.1"
    )
    assert sh("command -v gcc cc make || echo none").strip() == "none"
    assert sh("command -v git") != ""
    labels = json.loads(docker("inspect", "-f", "{{json .Config.Labels}}", headway_image).stdout)
    assert {name.rpartition(".")[2] for name in labels} >= {"title", "description", "source", "licenses"}


@pytest.mark.parametrize("module", ["psycopg", "psycopg2", "asyncpg", "pymysql", "aiomysql", "aiosqlite", "oracledb"])
def test_a_driver_is_there(module: str, headway_image: str) -> None:
    python = ["run", "--rm", "--entrypoint", "/opt/headway/bin/python", headway_image, "-W", "error", "-c"]
    assert docker(*python, f"import {module}").returncode == 0


def test_headways_own_layer_is_small(headway_image: str, tmp_path: Path) -> None:
    """Compressed as registries keep it, gzip at its usual level."""
    archive = tmp_path / "image.tar"
    docker("save", "-o", str(archive), headway_image)
    history = json.loads(docker("inspect", "-f", "{{json .RootFS.Layers}}", headway_image).stdout)
    with tarfile.open(archive) as image:
        manifest = json.load(image.extractfile("manifest.json") or pytest.fail("no manifest"))[0]
        assert len(manifest["Layers"]) == len(history)
        sizes = []
        for layer in manifest["Layers"][1:]:
            data = image.extractfile(layer)
            assert data is not None
            sizes.append(len(gzip.compress(data.read(), 6)))
    assert sum(sizes) < LAYER, sizes


def test_plain_docker_without_root_without_rights(made: Runner, plain_image: str) -> None:
    """A Kubernetes Job, ``docker run`` on a laptop: no root, no capabilities, nothing to write but /tmp."""
    hard = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--tmpfs", "/tmp:exec"]
    mount = ["-v", f"{made.workspace}:/work:ro", "-w", "/work/shop"]
    done = docker("run", "--rm", *hard, *mount, plain_image, "ci", "--scratch", "postgresql", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "downgrade (postgresql)" in done.stdout
    assert docker("run", "--rm", *hard, plain_image, "sh", "-c", "id -un; pwd").stdout.split()[0] == "headway"
    other = docker("run", "--rm", "--read-only", "--user", "12345", "-e", "HOME=/nowhere", plain_image, "rules")
    assert "LCK101" in other.stdout


def test_sql_server_has_an_image_of_its_own(made: Runner, headway_image: str, mssql_image: str) -> None:
    """Its driver is in no other, and writes the SQL of the whole history; nobody runs as root."""
    code = "import pymssql, sqlalchemy as sa; sa.create_engine('mssql+pymssql://x/y'); import os; print(os.getuid())"
    run = ("run", "--rm", "--entrypoint", "/opt/headway/bin/python")
    assert docker(*run, mssql_image, "-c", code).stdout.split() == ["1654"]
    assert docker(*run, headway_image, "-c", "import pymssql", check=False).returncode == 1
    settings = made.workspace / "shop" / "alembic.ini"
    settings.write_text(settings.read_text().replace("sqlite:///storefront.db", "mssql+pymssql://sa@db/shop"))
    mount = ("-v", f"{made.workspace}:/work:ro", "-w", "/work/shop")
    done = docker("run", "--rm", *mount, mssql_image, "upgrade", "head", "--sql", check=False)
    assert done.returncode == 0, done.stderr
    assert "CREATE TABLE customers" in done.stdout and "\nGO\n" in done.stdout


def test_a_signal_reaches_the_program(made: Runner, plain_image: str) -> None:
    path = made.workspace / NEWEST
    path.write_text(
        path.read_text().replace(
            "def upgrade() -> None:\n",
            "def upgrade() -> None:\n    import time; print('SLEEPS', flush=True); time.sleep(60)\n",
            1,
        )
    )
    made.own()
    name = f"headway-signal-{made.place.name}"
    docker(
        "run",
        "-d",
        "--name",
        name,
        "-v",
        f"{made.workspace}:/work:ro",
        "-w",
        "/work/shop",
        plain_image,
        "ci",
        "--scratch",
        "sqlite",
    )
    try:
        import time

        deadline = time.monotonic() + 60
        while "SLEEPS" not in (said := docker("logs", name)).stdout + said.stderr:
            assert time.monotonic() < deadline, said
            time.sleep(0.2)
        docker("stop", "-t", "8", name)
        code = docker("inspect", "-f", "{{.State.ExitCode}}", name).stdout.strip()
        said = docker("logs", name)
        assert code == "143", said
        assert "ended by signal 15" in said.stderr + said.stdout
    finally:
        docker("rm", "-f", name)
