"""An env.py with several databases, as the multidb template has it, is rehearsed with a scratch database for each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fixtures.programs import Done, Program
from fixtures.tripwire import Production, production
from headway.api.project import open_project
from headway.api.rehearse import rehearsing
from headway.scratch.kinds import open_scratch
from main_job.projects import line_with, make_project

REVISION = """
import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {down!r}


def upgrade(engine_name):
    globals()[f"upgrade_{{engine_name}}"]()


def downgrade(engine_name):
    globals()[f"downgrade_{{engine_name}}"]()


def upgrade_users():
    {up_users}


def downgrade_users():
    {down_users}


def upgrade_orders():
    {up_orders}


def downgrade_orders():
    {down_orders}
"""

FIRST = {
    "up_users": 'op.create_table("users", sa.Column("id", sa.Integer, primary_key=True))',
    "down_users": 'op.drop_table("users")',
    "up_orders": 'op.create_table("orders", sa.Column("id", sa.Integer, primary_key=True))',
    "down_orders": 'op.drop_table("orders")',
}
SECOND = {
    "up_users": 'op.create_table("logins", sa.Column("id", sa.Integer, primary_key=True))',
    "down_users": 'op.drop_table("logins")',
    "up_orders": 'op.create_table("lines", sa.Column("id", sa.Integer, primary_key=True))',
    "down_orders": 'op.drop_table("lines")',
}
METADATA = """
from sqlalchemy import Column, Integer, Table
target_metadata = {"users": MetaData(), "orders": MetaData()}
for database, names in (("users", ("users", "logins")), ("orders", ("orders", "lines"))):
    for name in names:
        Table(name, target_metadata[database], Column("id", Integer, primary_key=True))
"""

Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path, headway: Program) -> Make:
    """Makes a project of two databases with the template of ``init``, as a user fills it in."""

    def project(urls: dict[str, str], **changed: str) -> Path:
        root = tmp_path / "shop"
        root.mkdir()
        assert headway("init", "-t", "multidb", "migrations", cwd=root).code == 0
        ini = root / "alembic.ini"
        text = ini.read_text().replace("engine1", "users").replace("engine2", "orders")
        for placeholder, url in zip(("dbname\n", "dbname2\n"), urls.values(), strict=True):
            text = text.replace(f"driver://user:pass@localhost/{placeholder}", f"{url.replace('%', '%%')}\n")
        ini.write_text(text)
        env = root / "migrations" / "env.py"
        env.write_text(env.read_text().replace("target_metadata: dict[str, MetaData] = {}", METADATA))
        for revision, down, pieces in (("aa01", None, FIRST), ("aa02", "aa01", SECOND | changed)):
            path = root / "migrations" / "versions" / f"{revision}_shop.py"
            path.write_text(REVISION.format(revision=revision, down=down, **pieces))
        (root / ".headway.yml").write_text("baseline: aa01\n")
        return root

    return project


@pytest.fixture
def prod(postgresql_url: str, tmp_path: Path) -> Iterator[Production]:
    with production(postgresql_url, tmp_path) as found:
        yield found


def two(prod: Production) -> dict[str, str]:
    """Two databases of one server, as far as names go."""
    other = sa.make_url(prod.url).set(database="other").render_as_string(hide_password=False)
    return {"users": prod.url, "orders": other}


def ci(headway: Program, project: Path, *kinds: str, **env: str) -> tuple[Done, dict[str, Any]]:
    scratch = [word for kind in kinds for word in ("--scratch", kind)]
    done = headway("ci", "--format", "json", *scratch, cwd=project, env=env)
    return done, json.loads(done.out)


def test_each_database_has_one_of_its_own(prod: Production, make: Make, headway: Program) -> None:
    project = make(two(prod))
    done, report = ci(headway, project, "sqlite", "postgresql")
    assert done.code == 0, [stage["why"] for stage in report["stages"]]
    assert [stage["summary"] for stage in report["stages"] if stage["name"].startswith("downgrade")] == [
        "1 revision(s) down and up again: aa02"
    ] * 2
    prod.assert_untouched()


def test_as_init_writes_it(make: Make, headway: Program) -> None:
    """The placeholders of the template name two databases as well."""
    project = make({"users": "driver://user:pass@localhost/dbname", "orders": "driver://user:pass@localhost/dbname2"})
    done, report = ci(headway, project, "sqlite")
    assert done.code == 0, [stage["why"] for stage in report["stages"]]


def test_the_tables_are_where_they_belong(prod: Production, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    project = make(two(prod))
    monkeypatch.chdir(project)
    with (
        open_scratch("sqlite") as scratch,
        rehearsing(open_project(), scratch, frozenset({"aa02"})) as rehearsal,
    ):
        rehearsal.replay()
        found = {}
        for section in ("users", "orders"):
            url = rehearsal.urls.options[section, "sqlalchemy.url"]
            found[section] = set(sa.inspect(sa.create_engine(url)).get_table_names()) - {"alembic_version"}
    assert found == {"users": {"users", "logins"}, "orders": {"orders", "lines"}}


def test_drift_says_in_which_database(prod: Production, make: Make, headway: Program) -> None:
    project = make(two(prod), up_orders="pass", down_orders="pass")
    done, report = ci(headway, project, "sqlite")
    assert done.code == 1
    (item,) = report["drift"]
    assert (item["verdict"], item["object"]) == ("not-migrated", "table lines")
    assert "orders" in item["detail"]


def test_a_downgrade_that_leaves_something_in_the_second_one(prod: Production, make: Make, headway: Program) -> None:
    """Down and up again of one database must not hide what the other one keeps."""
    left = 'op.create_index("ix_orders", "orders", ["id"])'
    project = make(two(prod), up_orders=f"{left}\n    {SECOND['up_orders']}")
    for kind in ("sqlite", "postgresql"):
        done, report = ci(headway, project, kind)
        assert done.code == 1
        (finding,) = [finding for finding in report["findings"] if finding["code"] == "DWN005"]
        assert "ix_orders" in finding["message"]
    prod.assert_untouched()


def test_a_given_database_is_a_single_one(
    prod: Production, make: Make, headway: Program, sqlite_url: str, mariadb_url: str
) -> None:
    project = make({"users": "sqlite:///one.db", "orders": "sqlite:///two.db"})
    done, report = ci(headway, project, sqlite_url)
    replay = next(stage for stage in report["stages"] if stage["name"].startswith("replay"))
    assert done.code == 1
    assert "leads to a second database" in replay["why"]
    assert "--scratch sqlite or postgresql" in replay["why"]
    env = project / "migrations" / "env.py"
    assert (Path(replay["file"]).name, replay["line"]) == ("env.py", line_with(env, "engine.connect()"))
    assert not (project / "two.db").exists()


HARD_CODED = """
with sa.create_engine({one!r}).connect() as connection:
    migrate(connection)
with sa.create_engine({two!r}).connect() as connection:
    assert sa.inspect(connection).get_table_names() == []
    connection.execute(sa.text("SELECT 1"))
"""


def test_two_engines_of_no_configuration(prod: Production, tmp_path: Path, headway: Program) -> None:
    one, other = two(prod).values()
    project = make_project(tmp_path, HARD_CODED.replace("{one!r}", repr(one)).replace("{two!r}", repr(other)))
    done, report = ci(headway, project, "postgresql")
    assert done.code == 0, [stage["why"] for stage in report["stages"]]
    prod.assert_untouched()


def test_a_file_beside_the_server(prod: Production, tmp_path: Path, headway: Program) -> None:
    """A cache in SQLite next to PostgreSQL stays a SQLite file, and not the project's."""
    cache = tmp_path / "cache.db"
    env = HARD_CODED.replace("{one!r}", repr(prod.url)).replace("{two!r}", repr(f"sqlite:///{cache}"))
    project = make_project(tmp_path, env)
    done, report = ci(headway, project, "postgresql")
    assert done.code == 0, [stage["why"] for stage in report["stages"]]
    assert not cache.exists()
    prod.assert_untouched()
