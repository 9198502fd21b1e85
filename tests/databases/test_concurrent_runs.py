"""Several runs at once on one database: one works, the others wait for the lock and then find nothing to do."""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from databases.endings import begin, kill_what_was_started, start
from databases.mixed_runs import MixedRuns
from fixtures.programs import Done, Program, set_url

HEAD = "d16e2b7f5a08"
REVISIONS = 14


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    yield
    kill_what_was_started()


@pytest.fixture(params=["postgresql", "mariadb", "sqlite"])
def shop(request: pytest.FixtureRequest, storefront: Path) -> tuple[Path, str]:
    """The example, pointed at an empty database."""
    url = str(request.getfixturevalue(f"{request.param}_url"))
    set_url(storefront, url)
    return storefront, url


def at_once(count: int, run: Program, *arguments: str, cwd: Path) -> list[Done]:
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(lambda _: run(*arguments, cwd=cwd), range(count)))


def versions(url: str) -> list[str]:
    with sa.create_engine(url, poolclass=NullPool).connect() as connection:
        return list(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars())


def steps_run(done: Done) -> int:
    return done.err.count("Running upgrade")


def test_eight_upgrades_of_an_empty_database(shop: tuple[Path, str], headway: Program) -> None:
    place, url = shop
    runs = at_once(8, headway, "upgrade", "head", cwd=place)
    assert [run.code for run in runs] == [0] * 8, [run.err for run in runs if run.code]
    assert sorted(steps_run(run) for run in runs) == [0] * 7 + [REVISIONS]
    assert versions(url) == [HEAD]


def test_two_applies_of_one_plan(shop: tuple[Path, str], headway: Program) -> None:
    place, url = shop
    assert headway("plan", "--url", url, "-o", "plan.json", cwd=place).code == 0
    digest = json.loads((place / "plan.json").read_text())["digest"]
    arguments = ("apply", "plan.json", "--url", url, "--approve", digest, "--format", "json")
    runs = at_once(2, headway, *arguments, cwd=place)
    reports = [json.loads(run.out) for run in runs]
    assert [run.code for run in runs] == [0, 0], [run.err for run in runs]
    assert sorted(report["result"] for report in reports) == ["noop", "pass"]
    assert sorted(len(report["applied"]) for report in reports) == [0, REVISIONS]
    assert versions(url) == [HEAD]


def test_a_lock_that_does_not_come_free(shop: tuple[Path, str], headway: Program) -> None:
    place, url = shop
    with held(url):
        done = headway("upgrade", "head", "--lock-timeout", "0.2", cwd=place)
        assert done.code == 3
        done.assert_one_clear_line("another run holds the lock", "--lock-timeout")
        refused = headway("apply", "--url", url, "--lock-timeout", "0.2", cwd=place)
        assert refused.code == 3
        refused.assert_one_clear_line("another run holds the lock")
        assert headway("current", cwd=place).out == ""
        assert headway("upgrade", "head", "--no-lock", cwd=place).code == 0
    assert versions(url) == [HEAD]


def test_downgrade_and_stamp_take_the_lock_too(shop: tuple[Path, str], headway: Program) -> None:
    place, url = shop
    assert headway("upgrade", "head", cwd=place).code == 0
    with held(url):
        for arguments in (("downgrade", "-1"), ("stamp", "base")):
            done = headway(*arguments, "--lock-timeout", "0.1", cwd=place)
            assert done.code == 3, arguments
            done.assert_one_clear_line("another run holds the lock")
    assert versions(url) == [HEAD]
    assert headway("downgrade", "-1", cwd=place).code == 0


def test_the_lock_leaves_nothing_behind(shop: tuple[Path, str], headway: Program) -> None:
    place, url = shop
    assert headway("upgrade", "head", cwd=place).code == 0
    assert not list(place.parent.rglob("*-headway-lock"))
    with sa.create_engine(url, poolclass=NullPool).connect() as connection:
        tables = sa.inspect(connection).get_table_names()
    assert [name for name in tables if "lock" in name] == []


ROUNDS, RUNS = (20, 16) if os.environ.get("HEADWAY_FULL") == "1" else (2, 8)


def test_runs_at_once(database_url: str, tmp_path: Path) -> None:
    """Mixed verbs; in every second round the session that holds the lock is killed again and again."""
    chance = random.Random(9)
    runs = MixedRuns(tmp_path / "p", database_url)
    lost = 0
    for number in range(ROUNDS + 10):
        if number >= ROUNDS and runs.killed and (lost or runs.backend != "sqlite"):
            break  # a round that is over quickly may have nobody in it who could be killed
        kills = number % 2 == 1
        for verb, code, err in runs.round(chance, count=RUNS, kills=kills, stamps=number % 5 >= 3):
            assert "Traceback" not in err and "File exists" not in err, (number, verb, err)
            # There is nothing below base to go back to, and nothing above the head.
            fine = code == 0 or (code == 2 and verb[-1] in ("-1", "+1"))
            assert fine or (kills and code in (3, 4, 6)), (number, verb, code, err)
            lost += "lost its lock" in err
        runs.assert_whole()
    assert runs.killed, "nobody was killed"
    assert lost or runs.backend != "sqlite", "nobody noticed that the file was gone"
    runs.settle()
    runs.assert_whole()


@contextmanager
def held(url: str) -> Iterator[None]:
    """The lock of the history's default version table, held by this process."""
    from headway.runtime.locks import run_lock

    with (
        sa.create_engine(url, poolclass=NullPool).connect() as connection,
        run_lock(connection, version_table="alembic_version", timeout=1, notify=print),
    ):
        yield


SLOW_STEP = """
import os, time
from alembic import op

revision = "r1"
down_revision = None


def upgrade():
    op.execute("INSERT INTO work VALUES ('begins')")
    open("started", "w").close()
    time.sleep(4)
    op.execute("INSERT INTO work VALUES ('ends')")
"""


@pytest.mark.parametrize("backend", ["postgresql", "mariadb"])
def test_a_server_that_ends_idle_sessions(request: pytest.FixtureRequest, backend: str, tmp_path: Path) -> None:
    """Two seconds are less than a revision takes; whoever has the lock is never idle while it works."""
    url = sa.make_url(str(request.getfixturevalue(f"{backend}_url")))
    if backend == "mariadb":
        url = url.update_query_dict({"init_command": "SET SESSION wait_timeout=2"})
    else:
        url = url.update_query_dict({"options": "-c idle_session_timeout=2s"})
    runs = MixedRuns(tmp_path / "p", url.render_as_string(hide_password=False))
    for file in (tmp_path / "p" / "versions").iterdir():
        file.unlink()
    (tmp_path / "p" / "versions" / "r1.py").write_text(SLOW_STEP)
    first = begin(tmp_path / "p")
    second = start(tmp_path / "p", "upgrade", "head")
    with runs.engine.connect() as connection:
        while first.poll() is None or second.poll() is None:
            rows = list(connection.exec_driver_sql("SELECT revision FROM work").scalars())
            connection.rollback()
            assert rows in ([], ["begins", "ends"]), "each is in the database at once, and once"
            time.sleep(0.1)
    codes = sorted(process.returncode for process in (first, second))
    told = first.communicate()[1] + second.communicate()[1]
    assert "Traceback" not in told
    # MariaDB counts a session as idle inside a transaction too: then it says so and nothing remains.
    assert codes == [0, 0] if backend == "postgresql" else codes in ([0, 0], [0, 3], [3, 3]), told
    assert len(versions(str(runs.engine.url.render_as_string(hide_password=False)))) == (codes[0] == 0)


@pytest.mark.parametrize("backend", ["postgresql", "mariadb", "sqlite"])
def test_a_run_that_lost_its_lock_goes_no_further(request: pytest.FixtureRequest, backend: str, tmp_path: Path) -> None:
    """``pg_advisory_unlock_all()`` of a migration, ``RELEASE_ALL_LOCKS()``, a lock file that was cleaned up."""
    url = str(request.getfixturevalue(f"{backend}_url"))
    runs = MixedRuns(tmp_path / "p", url)
    gone = {
        "postgresql": 'op.execute("SELECT pg_advisory_unlock_all()")',
        "mariadb": 'op.execute("SELECT RELEASE_ALL_LOCKS()")',
        "sqlite": "[path.unlink() for path in __import__('pathlib').Path('..').glob('*-headway-lock')]",
    }[backend]
    file = tmp_path / "p" / "versions" / "r2.py"
    file.write_text(file.read_text().replace("def upgrade():\n", f"def upgrade():\n    {gone}\n"))
    process = start(tmp_path / "p", "upgrade", "head")
    _, err = process.communicate()
    assert process.returncode == 4, err
    (line,) = [line for line in err.splitlines() if line.startswith("FAILED:")]
    assert "lost its lock" in line and "Applied: r1." in line and "Not run: r2, r3, r4, r5." in line
    assert versions(url) == ["r1"]
    runs.assert_whole()
