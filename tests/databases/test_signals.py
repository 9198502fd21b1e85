"""SIGTERM and SIGINT stop the running statement on its server, roll back, and give the lock back last."""

from __future__ import annotations

import importlib.util
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from databases.endings import SLOW, Watcher, begin, kill_what_was_started, project, start
from databases.test_run_lock import driver_url, is_free
from faults.servers import proxied
from fixtures.databases import missing
from fixtures.proxy import Proxy, to_tcp

pytestmark = pytest.mark.part(5)

WITHIN = 6.0

DRIVERS = [
    "postgresql+psycopg",
    "postgresql+psycopg2",
    "postgresql+psycopg_async",
    "postgresql+asyncpg",
    "mariadb+pymysql",
    "mariadb+mysqldb",
    "sqlite+pysqlite",
    "sqlite+aiosqlite",
]
BOTH = [signal.SIGTERM, signal.SIGINT]


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    yield
    kill_what_was_started()


@pytest.fixture
def proxies() -> Iterator[list[Proxy]]:
    made: list[Proxy] = []
    yield made
    for proxy in made:
        proxy.close()


def database(request: pytest.FixtureRequest, kind: str) -> tuple[str, sa.URL]:
    backend, _, driver = kind.partition("+")
    if driver == "mysqldb" and importlib.util.find_spec("MySQLdb") is None:
        missing("mysqlclient is not installed")
    url = str(request.getfixturevalue(f"{backend}_url"))
    return url, driver_url(url, driver)


def end(process: subprocess.Popen[str], number: signal.Signals, watcher: Watcher) -> str:
    """Sends the signal and waits; nobody may get in while the server is still at work."""
    sent = time.monotonic()
    process.send_signal(number)
    while process.poll() is None:
        assert time.monotonic() - sent < WITHIN, "still there"
        if watcher.backend != "sqlite":
            free = is_free(watcher.url)
            assert not (free and watcher.at_work()), "a second run gets in"
        time.sleep(0.05)
    out, err = process.communicate()
    assert process.returncode == 128 + number, err
    assert "Traceback" not in out + err
    said = [line for line in err.splitlines() if line.startswith("headway: ended by signal")]
    assert len(said) == 1, err
    assert f"ended by signal {int(number)}. " in said[0]
    return said[0]


def all_quiet(watcher: Watcher) -> None:
    assert not watcher.at_work()
    assert is_free(watcher.url)
    assert not [name for name in watcher.tables() if name.startswith("_alembic_tmp")]


@pytest.mark.parametrize("number", BOTH)
@pytest.mark.parametrize("where", ["transaction", "autocommit"])
@pytest.mark.parametrize("kind", DRIVERS)
def test_a_statement_in_flight(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, where: str, number: signal.Signals
) -> None:
    url, driven = database(request, kind)
    watcher = Watcher(url)
    process = begin(project(tmp_path / "p", driven, where))
    watcher.wait_for_work()
    said = end(process, number, watcher)
    all_quiet(watcher)
    there = "q" in watcher.tables()
    assert there is (watcher.versions() == ["a1"])
    if there:
        assert "Applied: a1." in said
        assert ("t" in watcher.tables()) is ("CREATE TABLE t" in said)
    else:
        assert "Nothing was applied." in said and where == "transaction" and "t" not in watcher.tables()


@pytest.mark.parametrize("kind", DRIVERS)
@pytest.mark.parametrize("where", ["swallowed", "session", "sleep"])
def test_wherever_it_is(request: pytest.FixtureRequest, tmp_path: Path, kind: str, where: str) -> None:
    """What the migration catches, sends past ``op``, or does without a database."""
    url, driven = database(request, kind)
    watcher = Watcher(url)
    process = begin(project(tmp_path / "p", driven, where))
    if where != "sleep":
        watcher.wait_for_work()
    end(process, signal.SIGTERM, watcher)
    all_quiet(watcher)
    assert watcher.versions() in ([], ["a1"])


@pytest.mark.parametrize("number", BOTH)
@pytest.mark.parametrize("kind", ["sqlite+pysqlite", "sqlite+aiosqlite"])
def test_in_a_batch(request: pytest.FixtureRequest, tmp_path: Path, kind: str, number: signal.Signals) -> None:
    url, driven = database(request, kind)
    watcher = Watcher(url)
    process = begin(project(tmp_path / "p", driven, "batch"))
    watcher.wait_for_work()
    end(process, number, watcher)
    all_quiet(watcher)
    assert watcher.versions() == ["a1"]


@pytest.mark.parametrize("number", BOTH)
@pytest.mark.parametrize("kind", [kind for kind in DRIVERS if not kind.startswith("sqlite")])
def test_in_a_batch_on_a_server(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, number: signal.Signals
) -> None:
    """While the rows are copied: on PostgreSQL into a slow CHECK, on MariaDB past a row that somebody else has locked."""
    url, driven = database(request, kind)
    watcher = Watcher(url)
    process = begin(project(tmp_path / "p", driven, "batch on a server"))
    with watcher.engine.connect() as other:
        if watcher.backend == "mysql":
            other.exec_driver_sql("SELECT id FROM t FOR UPDATE").all()
            (tmp_path / "p" / "held").touch()
        watcher.wait_for_work()
        said = end(process, number, watcher)
        other.rollback()
    all_quiet(watcher)
    assert "Applied: a1." in said and watcher.versions() == ["a1"]
    assert "t" in watcher.tables() and "CREATE TABLE t" in said, "the autocommit block has committed it"


@pytest.mark.parametrize("kind", ["postgresql+psycopg", "mariadb+pymysql", "sqlite+pysqlite"])
def test_a_second_signal_loses_nothing(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> None:
    url, driven = database(request, kind)
    watcher = Watcher(url)
    process = begin(project(tmp_path / "p", driven, "autocommit"))
    watcher.wait_for_work()
    for _ in range(40):
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        time.sleep(0.01)
    said = end(process, signal.SIGTERM, watcher)
    assert "Applied: a1." in said
    all_quiet(watcher)


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2", "asyncpg"])
def test_a_server_that_does_not_stop(postgresql_url: str, tmp_path: Path, driver: str) -> None:
    watcher = Watcher(postgresql_url)
    process = begin(project(tmp_path / "p", driver_url(postgresql_url, driver), "stubborn"))
    watcher.wait_for_work()
    said = end(process, signal.SIGTERM, watcher)
    assert "may still be at: DO $$" in said and "pg_stat_activity" in said and "session " in said
    # client_connection_check_interval ends what has no client any more; until then nobody gets in
    deadline = time.monotonic() + 10
    while True:
        free, busy = is_free(postgresql_url), watcher.at_work()
        assert not (free and busy)
        if free:
            break
        assert time.monotonic() < deadline
        time.sleep(0.1)


AT_COMMIT = "FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query ~* '^ *commit'"


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2", "asyncpg"])
def test_a_commit_that_the_server_does_not_answer(postgresql_url: str, tmp_path: Path, driver: str) -> None:
    """A deferred trigger runs in it, and no driver has a statement in flight: nobody can say what becomes of it."""
    watcher = Watcher(postgresql_url)
    process = begin(project(tmp_path / "p", driver_url(postgresql_url, driver), "slow commit"))
    with watcher.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        deadline = time.monotonic() + 20
        while not connection.exec_driver_sql(f"SELECT count(*) {AT_COMMIT}").scalar():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        said = end(process, signal.SIGTERM, watcher)
        assert "Applied: none. " in said and "Not known: a1, b2; the commit was sent and its answer was lost." in said
        assert "Nothing was applied" not in said
        connection.exec_driver_sql(f"SELECT pg_terminate_backend(pid) {AT_COMMIT}")


@pytest.mark.parametrize("kind", [kind for kind in DRIVERS if not kind.startswith("sqlite")])
def test_a_way_to_the_server_that_hangs(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, proxies: list[Proxy]
) -> None:
    """The request to stop it is never answered: the process ends in time, and says which statement may still run."""
    url, _ = database(request, kind)
    watcher = Watcher(url)
    proxy, through = proxied(url, kind.partition("+")[2])
    proxies.append(proxy)
    process = begin(project(tmp_path / "p", sa.make_url(through), "autocommit"))
    watcher.wait_for_work()
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        proxy.connect = to_tcp("127.0.0.1", nobody.getsockname()[1])
        said = end(process, signal.SIGTERM, watcher)
    slow = SLOW[watcher.backend]
    assert f"may still be at: {slow}" in said and "session " in said and "Applied: a1." in said
    assert ("pg_stat_activity" if watcher.backend == "postgresql" else "SHOW FULL PROCESSLIST") in said
    watcher.end_work()


def test_a_function_of_python_that_does_not_end(sqlite_url: str, tmp_path: Path) -> None:
    """SQLite looks for an interruption between two steps of its own, and this is one step."""
    watcher = Watcher(sqlite_url)
    process = begin(project(tmp_path / "p", sa.make_url(sqlite_url), "deaf"))
    said = end(process, signal.SIGTERM, watcher)
    assert "may still be at: SELECT nap()" in said and "It ends with this process" in said
    all_quiet(watcher)
    assert watcher.versions() == ["a1"]
    with watcher.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM q").scalar() == 0


def test_a_run_that_waits_for_the_lock(database_url: str, tmp_path: Path) -> None:
    watcher = Watcher(database_url)
    first = begin(project(tmp_path / "p", sa.make_url(database_url), "sleep"))
    (tmp_path / "p" / "started").rename(tmp_path / "p" / "was started")
    second = start(tmp_path / "p", "upgrade", "head")
    assert second.stderr is not None
    while "waiting for the lock" not in (told := second.stderr.readline()):
        assert told, "it ended, and did not wait"
    said = end(second, signal.SIGTERM, watcher)
    assert "Nothing was applied." in said
    assert first.poll() is None and not is_free(database_url)
    end(first, signal.SIGINT, watcher)
    all_quiet(watcher)
