"""Plan and apply on real databases: what is approved is what runs, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from fixtures.programs import Done, Program, set_url
from main_job.test_ci import edit, report_of

pytestmark = pytest.mark.part(5)

NEWEST, BEFORE = "d16e2b7f5a08", "83c0d9e4f716"
VERSIONS = Path("migrations") / "versions"


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def shop(request: pytest.FixtureRequest, storefront: Path) -> tuple[Path, str]:
    """The example and an empty database; env.py itself would connect elsewhere."""
    return storefront, str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def behind(storefront: Path, sqlite_url: str, headway: Program) -> tuple[Path, str]:
    """The example and a database one revision behind."""
    set_url(storefront, sqlite_url)
    assert headway("upgrade", BEFORE, cwd=storefront).code == 0
    return storefront, sqlite_url


def versions(url: str) -> list[str]:
    with sa.create_engine(url, poolclass=NullPool).connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return []
        return sorted(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars())


def plan(headway: Program, place: Path, url: str, *more: str) -> dict[str, Any]:
    done = headway("plan", "--url", url, "-o", "plan.json", "--format", "json", *more, cwd=place)
    report = report_of(done)
    assert done.code == 0, done.err
    return report


def apply(headway: Program, place: Path, url: str, *more: str) -> Done:
    return headway("apply", "plan.json", "--url", url, "--format", "json", *more, cwd=place)


def test_plan_approve_apply(shop: tuple[Path, str], headway: Program) -> None:
    place, url = shop
    report = plan(headway, place, url)
    assert (report["plan"]["current"], report["plan"]["target"]) == ([], [NEWEST])
    assert len(report["plan"]["steps"]) == 14
    assert versions(url) == []
    with sa.create_engine(url, poolclass=NullPool).connect() as connection:
        assert sa.inspect(connection).get_table_names() == []  # a plan changes nothing
    digest = report["plan"]["digest"]
    done = apply(headway, place, url, "--approve", digest)
    applied = report_of(done)
    assert done.code == 0, done.err
    assert applied["applied"] == [step["revision"] for step in report["plan"]["steps"]]
    assert applied["plan"]["digest"] == digest
    assert versions(url) == [NEWEST]
    again = report_of(apply(headway, place, url, "--approve", digest))
    assert (again["result"], again["applied"]) == ("noop", [])
    assert plan(headway, place, url)["result"] == "noop"


def test_a_plan_shows_the_sql_of_its_database(shop: tuple[Path, str], headway: Program) -> None:
    place, url = shop
    steps = plan(headway, place, url)["plan"]["steps"]
    first = steps[0]
    assert first["file"] == "migrations/versions/4c1d0a7be512_customers.py"
    assert first["statements"][0].startswith("CREATE TABLE customers (")
    assert "alembic_version" in first["statements"][-1]
    key = {"sqlite": "INTEGER NOT NULL", "postgresql": "SERIAL NOT NULL", "mysql": "INTEGER NOT NULL AUTO_INCREMENT"}
    assert f"id {key[sa.make_url(url).get_backend_name()]}" in first["statements"][0]


def test_the_same_plan_has_the_same_digest(behind: tuple[Path, str], headway: Program) -> None:
    place, url = behind
    first, second = plan(headway, place, url), plan(headway, place, url)
    assert first["plan"] == second["plan"]
    file = json.loads((place / "plan.json").read_text())
    assert file["digest"] == first["plan"]["digest"]
    assert "storefront.db" not in (place / "plan.json").read_text()


def test_another_digest_is_refused(behind: tuple[Path, str], headway: Program) -> None:
    place, url = behind
    plan(headway, place, url)
    done = apply(headway, place, url, "--approve", f"sha256:{'0' * 64}")
    assert (done.code, report_of(done)["result"]) == (5, "fail")
    done.assert_one_clear_line("the approved digest", "headway plan")
    assert versions(url) == [BEFORE]


def test_a_database_that_has_moved_is_refused(behind: tuple[Path, str], headway: Program) -> None:
    place, url = behind
    digest = plan(headway, place, url)["plan"]["digest"]
    assert headway("downgrade", "-1", cwd=place).code == 0
    moved = versions(url)
    done = apply(headway, place, url, "--approve", digest)
    assert done.code == 5
    done.assert_one_clear_line("the database has moved", BEFORE, moved[0])
    assert versions(url) == moved


@pytest.mark.parametrize("approve", [True, False])
def test_a_revision_that_was_changed_is_refused(approve: bool, behind: tuple[Path, str], headway: Program) -> None:
    place, url = behind
    digest = plan(headway, place, url)["plan"]["digest"]
    path = next((place / VERSIONS).glob(f"{NEWEST}_*"))
    edit(path, "def upgrade() -> None:\n", 'def upgrade() -> None:\n    op.execute("DELETE FROM orders")\n')
    done = apply(headway, place, url, *(("--approve", digest) if approve else ()))
    assert done.code == 5
    done.assert_one_clear_line("headway plan")
    assert versions(url) == [BEFORE]


def test_a_revision_that_came_later_is_not_part_of_the_plan(behind: tuple[Path, str], headway: Program) -> None:
    place, url = behind
    digest = plan(headway, place, url)["plan"]["digest"]
    assert headway("revision", "-m", "later", "--rev-id", "feed00000001", cwd=place).code == 0
    done = apply(headway, place, url, "--approve", digest)
    assert report_of(done)["applied"] == [NEWEST]
    assert versions(url) == [NEWEST]


def test_a_plan_to_several_heads(storefront: Path, headway: Program, sqlite_url: str) -> None:
    assert headway("revision", "-m", "a", "--rev-id", "feed00000001", cwd=storefront).code == 0
    branch = ("--head", NEWEST, "--splice", "--branch-label", "side")
    assert headway("revision", "-m", "b", "--rev-id", "feed00000002", *branch, cwd=storefront).code == 0
    report = plan(headway, storefront, sqlite_url)
    assert report["plan"]["target"] == ["feed00000001", "feed00000002"]
    done = apply(headway, storefront, sqlite_url, "--approve", report["plan"]["digest"])
    assert done.code == 0, done.err
    assert versions(sqlite_url) == ["feed00000001", "feed00000002"]


def test_a_plan_to_a_revision_on_the_way(shop: tuple[Path, str], headway: Program) -> None:
    place, url = shop
    report = plan(headway, place, url, "--to", "58d3b90c7e21")
    assert report["plan"]["target"] == ["58d3b90c7e21"]
    assert apply(headway, place, url).code == 0
    assert versions(url) == ["58d3b90c7e21"]


def test_a_plan_for_another_kind_of_database_is_refused(
    storefront: Path, headway: Program, sqlite_url: str, postgresql_url: str
) -> None:
    plan(headway, storefront, sqlite_url)
    done = apply(headway, storefront, postgresql_url)
    assert done.code == 5
    done.assert_one_clear_line("made for sqlite, this database is postgresql")
    assert versions(postgresql_url) == []


def test_an_edited_plan_file_is_refused(behind: tuple[Path, str], headway: Program) -> None:
    place, url = behind
    plan(headway, place, url)
    path = place / "plan.json"
    path.write_text(path.read_text().replace("ADD COLUMN currency", "ADD COLUMN valuta"))
    done = apply(headway, place, url)
    assert done.code == 2
    done.assert_one_clear_line("plan.json: ", "changed after it was made")


def test_a_revision_that_asks_the_database_is_answered(behind: tuple[Path, str], headway: Program) -> None:
    place, url = behind
    path = next((place / VERSIONS).glob(f"{NEWEST}_*"))
    asks = 'assert op.get_bind().execute(sa.text("SELECT count(*) FROM orders")).scalar() == 0'
    edit(path, "def upgrade() -> None:\n", f"def upgrade() -> None:\n    {asks}\n")
    (step,) = plan(headway, place, url)["plan"]["steps"]
    assert step["statements"][0].startswith("ALTER TABLE orders")
    assert report_of(apply(headway, place, url))["applied"] == [NEWEST]


def test_a_revision_that_asks_for_what_it_changed_is_not_shown(behind: tuple[Path, str], headway: Program) -> None:
    place, url = behind
    path = next((place / VERSIONS).glob(f"{NEWEST}_*"))
    asks = 'assert op.get_bind().execute(sa.text("SELECT currency FROM orders")).all() == []'
    edit(path, "\n\n\ndef downgrade", f"\n    {asks}\n\n\ndef downgrade")
    report = plan(headway, place, url)
    (step,) = report["plan"]["steps"]
    assert step["statements"] is None
    assert f"revision {NEWEST} changes orders" in step["why"]
    assert report_of(apply(headway, place, url, "--approve", report["plan"]["digest"]))["applied"] == [NEWEST]


def test_a_run_that_stops_half_way_says_what_is_applied(storefront: Path, headway: Program, mariadb_url: str) -> None:
    path = next((storefront / VERSIONS).glob(f"{NEWEST}_*"))
    text = path.read_text().replace(
        "\n\n\ndef downgrade", '\n    op.execute("UPDATE nowhere SET x = 1")\n\n\ndef downgrade', 1
    )
    path.write_text(text)
    digest = plan(headway, storefront, mariadb_url)["plan"]["digest"]
    done = apply(headway, storefront, mariadb_url, "--approve", digest)
    report = report_of(done)
    assert (done.code, report["result"]) == (4, "error")
    assert report["failed"] == NEWEST
    assert len(report["applied"]) == 13
    assert versions(mariadb_url) == [BEFORE]
    assert "Applied: " in report["error"] and "nowhere" in report["error"]


def test_a_failed_run_on_postgresql_leaves_nothing(storefront: Path, headway: Program, postgresql_url: str) -> None:
    path = next((storefront / VERSIONS).glob(f"{NEWEST}_*"))
    edit(path, "def upgrade() -> None:\n", 'def upgrade() -> None:\n    op.execute("UPDATE nowhere SET x = 1")\n')
    plan(headway, storefront, postgresql_url)
    done = apply(headway, storefront, postgresql_url)
    report = report_of(done)
    assert (done.code, report["applied"], report["failed"]) == (6, [], NEWEST)
    assert "Nothing was applied" in report["error"]
    assert versions(postgresql_url) == []


def test_targets_of_the_policy(storefront: Path, headway: Program, sqlite_url: str) -> None:
    (storefront / ".headway.yml").write_text("targets:\n  production: {url: 'env:SHOP', lock_timeout: 2}\n")
    done = headway("plan", "--url", "production", "--format", "json", cwd=storefront, env={"SHOP": sqlite_url})
    assert report_of(done)["plan"]["target"] == [NEWEST]


def test_without_a_plan_file_the_plan_of_the_moment_runs(behind: tuple[Path, str], headway: Program) -> None:
    place, url = behind
    digest = plan(headway, place, url)["plan"]["digest"]
    refused = headway("apply", "--url", url, "--approve", f"sha256:{'0' * 64}", cwd=place)
    assert refused.code == 5
    done = headway("apply", "--url", url, "--approve", digest, "--format", "json", cwd=place)
    assert report_of(done)["applied"] == [NEWEST]


LOCKS = {"sqlite": "EXCLUSIVE", "postgresql": "ACCESS EXCLUSIVE", "mariadb": "ALGORITHM=INSTANT"}


def test_a_plan_shows_the_locks_of_its_database(shop: tuple[Path, str], headway: Program) -> None:
    place, url = shop
    report = plan(headway, place, url, "--to", BEFORE)
    assert all(step["operations"] is not None for step in report["plan"]["steps"])
    # Tables that the plan makes hold no rows when it runs.
    assert not any(operation["locks"] for step in report["plan"]["steps"] for operation in step["operations"])
    assert apply(headway, place, url, "--approve", report["plan"]["digest"]).code == 0
    later = plan(headway, place, url)
    (step,) = later["plan"]["steps"]
    ((lock,),) = [operation["locks"] for operation in step["operations"]]
    kind = "mariadb" if url.startswith("mysql") else url.partition("://")[0].partition("+")[0]
    assert (lock["database"], lock["table"]) == (kind, "orders")
    assert lock["level"].startswith(LOCKS[kind])
    shown = headway("plan", "--url", url, cwd=place).out
    assert ("lock on orders: " in shown) is (lock["waits"] != "nobody")
