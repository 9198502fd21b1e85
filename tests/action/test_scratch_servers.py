"""Scratch servers in containers (``docker://``): made, reached from where headway runs, and gone afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from action.test_strangers import runner
from fixtures.docker import docker
from fixtures.programs import ROOT, environment_of_runs
from headway.errors import UsageError
from headway.scratch.docker import MARK, database_of

ACTION = ROOT / "action.yml"
IMAGES = Path(__file__).parent / "images"
POSTGRES, MARIADB = "hwtest/postgres:16", "hwtest/mariadb:11"
FULL = bool(os.environ.get("HEADWAY_FULL"))
MOMENTS = range(10) if FULL else (1, 3, 7)
"""When a run is killed: the first three before it has a container, the others from that on to its end; ``./dev full servers``
runs all ten."""


@pytest.mark.parametrize(
    ("image", "database"),
    [
        ("postgres:16", "postgresql"),
        ("docker.io/library/postgres@sha256:00", "postgresql"),
        ("postgis/postgis:16-3.4", "postgresql"),
        ("registry:5000/team/mariadb", "mariadb"),
        ("mysql:8", "mysql"),
    ],
)
def test_the_database_of_an_image(image: str, database: str) -> None:
    assert database_of(image) == database


@pytest.mark.parametrize("image", ["", "redis:7", "mysqld/redis"])
def test_an_image_of_no_known_database(image: str) -> None:
    with pytest.raises(UsageError, match="no database that headway knows"):
        database_of(image)


# -- with a real engine -----------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def servers(headway_image: str) -> Iterator[None]:
    """Images with the interface of the official ones, which no registry is needed for."""
    docker("build", "--build-arg", f"BASE={headway_image}", "-t", POSTGRES, str(IMAGES / "postgres"))
    docker("build", "--network", "host", "--build-arg", f"BASE={headway_image}", "-t", MARIADB, str(IMAGES / "mariadb"))
    yield
    for name in labelled():
        docker("rm", "-f", name, check=False)


def labelled() -> list[str]:
    return docker("ps", "-aq", "--filter", f"label={MARK}").stdout.split()


@pytest.mark.docker
@pytest.mark.xdist_group("docker")
@pytest.mark.parametrize("network", ["host", "bridge", "own"])
def test_a_replay_from_inside_of_the_action(network: str, tmp_path: Path, headway_image: str, servers: None) -> None:
    made = runner(tmp_path, 1001)
    name = network
    if network == "own":  # as a job's services make one
        name = f"headway-test-{tmp_path.name}"
        docker("network", "create", name)
    try:
        inputs = {
            "working-directory": "shop",
            "scratch": f"docker://{POSTGRES}\ndocker://{MARIADB}",
            "requirements": "none",
        }
        step = made.step(headway_image, ACTION, inputs, network=name)
    finally:
        if network == "own":
            docker("network", "rm", name)
    assert step.code == 0, step.log
    assert "replay (postgresql+psycopg://" in step.log and "replay (mysql+pymysql://" in step.log, step.log
    assert "***@" in step.log
    assert labelled() == []


def seconds_until_there(known: Collection[str] = ()) -> float:
    """How long it takes until there is a container beside those that are known."""
    began = time.monotonic()
    while not set(labelled()) - set(known):
        assert time.monotonic() < began + 60
        time.sleep(0.05)
    return time.monotonic() - began


@pytest.mark.docker
@pytest.mark.xdist_group("docker")
def test_an_untrusted_run_starts_none(tmp_path: Path, headway_image: str, servers: None) -> None:
    made = runner(tmp_path, 1001)
    inputs = {"working-directory": "shop", "scratch": f"docker://{POSTGRES}", "untrusted": "true"}
    time.sleep(1.1)  # events are told by the second
    began = str(int(time.time()))
    step = made.step(headway_image, ACTION, inputs, network="bridge")
    assert "not run" in step.log or "skipped" in step.log
    assert (
        docker(
            "events", "--since", began, "--until", str(int(time.time()) + 1), "--filter", f"label={MARK}", check=False
        ).stdout
        == ""
    )


@pytest.mark.docker
@pytest.mark.xdist_group("docker")
def test_an_image_that_cannot_be_had(storefront: Path, headway_image: str) -> None:
    done = program(storefront, "docker://127.0.0.1:1/postgres:16")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "Docker refuses" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.docker
@pytest.mark.xdist_group("docker")
def test_a_server_that_does_not_start(storefront: Path, servers: None) -> None:
    docker("tag", POSTGRES, "hwtest/mysql:8")  # which finds no POSTGRES_PASSWORD
    done = program(storefront, "docker://hwtest/mysql:8")
    assert done.returncode == 3
    assert "does not start" in done.stdout
    assert labelled() == []


@pytest.mark.docker
@pytest.mark.xdist_group("docker")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_leaves_nothing(how: signal.Signals, storefront: Path, servers: None) -> None:
    process = start(storefront, f"docker://{POSTGRES}")
    seconds_until_there()
    process.send_signal(how)
    assert process.wait(timeout=30) == 128 + how
    assert labelled() == []


@pytest.mark.docker
@pytest.mark.xdist_group("docker")
def test_what_killed_runs_leave_goes_with_the_next(storefront: Path, servers: None) -> None:
    process = start(storefront, f"docker://{POSTGRES}")
    before = seconds_until_there()
    began = time.monotonic()
    assert process.wait(timeout=240) == 0
    after = time.monotonic() - began
    left = 0
    for moment in MOMENTS:
        process = start(storefront, f"docker://{POSTGRES}")
        known = set(labelled())
        if moment < 3:
            time.sleep(before * (moment + 0.5) / 3)
        else:
            seconds_until_there(known)
            time.sleep(after * (moment - 3) / 7)
        process.kill()
        process.wait()
        left += len(labelled())
    assert left, "no run was killed while it had a container"
    assert program(storefront, f"docker://{POSTGRES}").returncode == 0
    assert labelled() == []


@pytest.mark.docker
@pytest.mark.xdist_group("docker")
def test_the_container_of_another_run_stays(storefront: Path, servers: None) -> None:
    other = start(storefront, f"docker://{POSTGRES}")
    seconds_until_there()
    theirs = labelled()
    other.send_signal(signal.SIGSTOP)
    try:
        assert program(storefront, f"docker://{POSTGRES}").returncode == 0
        assert labelled() == theirs
    finally:
        other.send_signal(signal.SIGCONT)
        other.terminate()
        other.wait(timeout=60)
    assert labelled() == []


def command(kind: str) -> list[str]:
    return [sys.executable, "-m", "headway_cli", "ci", "--scratch", kind, "--stages", "replay"]


def program(project: Path, kind: str) -> subprocess.CompletedProcess[str]:
    env = {**environment_of_runs(), "DOCKER_HOST": os.environ.get("DOCKER_HOST", "")}
    return subprocess.run(command(kind), cwd=project, env=env, capture_output=True, text=True, check=False, timeout=240)


def start(project: Path, kind: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command(kind), cwd=project, env=environment_of_runs(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def test_a_local_mariadb(storefront: Path) -> None:
    if shutil.which("mariadbd") is None and shutil.which("mariadbd", path="/usr/sbin") is None:
        pytest.skip("no mariadbd here")
    done = program(storefront, "local:mariadb")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "replay (local:mariadb)" in done.stdout


def test_a_local_postgresql(storefront: Path) -> None:
    done = program(storefront, "local:postgresql")
    if done.returncode == 2:
        assert "local:postgresql needs the programs initdb and postgres" in done.stdout + done.stderr
        pytest.skip("no PostgreSQL server on this machine")
    assert done.returncode == 0, done.stdout + done.stderr
