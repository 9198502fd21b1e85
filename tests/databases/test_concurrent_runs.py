"""Several runs at once on one database: one works, the others wait for the lock and then find nothing to do."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from databases.mixed_runs import MixedRuns
from fixtures.programs import Done, Program, set_url

HEAD = "d16e2b7f5a08"
REVISIONS = 14


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


ROUNDS = 20 if os.environ.get("HEADWAY_FULL") == "1" else 2


def test_sixteen_runs_at_once(database_url: str, tmp_path: Path) -> None:
    """Mixed verbs; in every second round the session that holds the lock is killed again and again."""
    chance = random.Random(9)
    runs = MixedRuns(tmp_path / "p", database_url)
    lost = 0
    for number in range(ROUNDS):
        kills = number % 2 == 1
        for verb, code, err in runs.round(chance, count=16, kills=kills, stamps=number % 5 >= 3):
            assert "Traceback" not in err and "File exists" not in err, (number, verb, err)
            # There is nothing below base to go back to, and nothing above the head.
            fine = code == 0 or (code == 2 and verb[-1] in ("-1", "+1"))
            assert fine or (kills and code in (3, 4, 6)), (number, verb, code, err)
            lost += "lost its lock" in err
        runs.assert_whole()
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
