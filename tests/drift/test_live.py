"""A live database beside the migrations: what it has and lacks is told, and nothing in it is changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from fixtures.programs import Program
from plan.projects import Project

ENV = """
import os
import sqlalchemy as sa
from alembic import context

metadata = sa.MetaData()
for name in ("customers", "shops"):
    sa.Table(name, metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(40)))

engine = sa.create_engine(context.config.get_main_option("sqlalchemy.url"), poolclass=sa.pool.NullPool)
{first}
with engine.connect() as connection:
    {before}
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()
"""
CHANGES = [
    'connection.execute(sa.text("DELETE FROM customers"))\n    connection.commit()',
    'connection.execute(sa.text("CREATE TABLE tripwire (id INTEGER)"))\n    connection.commit()',
    'connection.connection.cursor().execute("DELETE FROM customers")\n    connection.connection.commit()',
    'with sa.create_engine(engine.url).begin() as other:\n        other.exec_driver_sql("DELETE FROM customers")',
]


class Shop:
    """A project whose migrations have run on a live database, and a scratch database of the same kind."""

    def __init__(self, project: Project, scratch: str) -> None:
        self.project, self.scratch = project, scratch
        self.env()

    def env(self, before: str = "pass", first: str = "") -> None:
        path = self.project.place / "migrations" / "env.py"
        path.write_text(ENV.format(before=before, first=first))

    def change(self, *statements: str) -> None:
        engine = sa.create_engine(self.project.url, poolclass=NullPool)
        with engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def drift(self, *more: str) -> Any:
        return self.project.run("drift", "--scratch", self.scratch, *more)

    def told(self) -> tuple[int, dict[str, tuple[str, str]]]:
        """The exit code, and of each difference the verdict and the operation."""
        done = self.drift("--format", "json")
        document = json.loads(done.out)
        return done.code, {one["object"]: (one["verdict"], one["operation"]) for one in document["drift"]}


@pytest.fixture
def shop(tmp_path: Path, database_url: str, headway: Program) -> Iterator[Shop]:
    project = Project(tmp_path / "shop", database_url, headway)
    project.fill()
    url = sa.make_url(database_url)
    if url.get_backend_name() in ("sqlite", "postgresql"):
        yield Shop(project, url.get_backend_name())
        return
    name = f"{url.database}_scratch"
    engine = sa.create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield Shop(project, url.set(database=name).render_as_string(hide_password=False))
    with engine.begin() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name}")


def test_a_database_that_is_as_its_migrations_make_it_passes(shop: Shop) -> None:
    done = shop.drift()
    assert done.code == 0, done.out + done.err
    assert "the live database is as the migrations up to r1 make it" in done.out


def test_what_is_more_and_less_and_other_is_told(shop: Shop) -> None:
    kind = sa.make_url(shop.project.url).get_backend_name()
    shop.change(
        "CREATE TABLE by_hand (id INTEGER)",
        "CREATE INDEX ix_by_hand ON customers (name)",
        "DROP TABLE shops",
        "ALTER TABLE customers ADD COLUMN note VARCHAR(7)",
        *(["ALTER TABLE customers ALTER COLUMN name SET NOT NULL"] if kind == "postgresql" else []),
    )
    code, found = shop.told()
    assert code == 1
    verdicts = {name: verdict for name, (verdict, _) in found.items()}
    assert verdicts["table by_hand"] == "live-extra"
    assert verdicts["index customers.ix_by_hand"] == "live-extra"
    assert verdicts["column customers.note"] == "live-extra"
    assert verdicts["table shops"] == "live-missing"
    if kind == "postgresql":
        assert found["column customers.name"][0] == "live-missing"
        assert "NOT NULL" in found["column customers.name"][1]


def test_it_is_compared_with_the_revision_where_it_stands(shop: Shop) -> None:
    shop.project.revision('op.add_column("customers", sa.Column("later", sa.Integer))')
    done = shop.drift()
    assert "the live database is as the migrations up to r1 make it" in done.out


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_that_env_py_does_changes_it(change: str, shop: Shop) -> None:
    before = shop.project.state()
    # Only on the live database, as a program may: on a scratch database it would be no harm.
    shop.env(
        before=f"if {str(sa.make_url(shop.project.url).database)!r} in str(engine.url):\n        " + indented(change)
    )
    for verb, *more in (["drift", "--scratch", shop.scratch], ["stats"]):
        shop.project.run(verb, *more)
        assert shop.project.state() == before
    if not shop.project.url.startswith("postgresql"):  # which needs pg_dump of the server's release
        shop.project.run("baseline")
        assert shop.project.state() == before


def test_a_driver_of_its_own_is_refused_with_its_line(sqlite_shop: Shop) -> None:
    path = sa.make_url(sqlite_shop.project.url).database
    before = sqlite_shop.project.state()
    sqlite_shop.env(
        first=f'import sqlite3\nsqlite3.connect("{path}").execute("DELETE FROM customers").connection.commit()'
    )
    done = sqlite_shop.drift()
    assert done.code == 2
    done.assert_one_clear_line("sqlite3.connect() goes past SQLAlchemy")
    assert sqlite_shop.project.state() == before


def test_a_database_without_a_revision_is_refused(shop: Shop) -> None:
    shop.change("DELETE FROM alembic_version")
    done = shop.drift()
    assert done.code == 2
    done.assert_one_clear_line("the live database stands at no revision")


def test_a_revision_that_nobody_has_is_named(sqlite_shop: Shop) -> None:
    sqlite_shop.change("UPDATE alembic_version SET version_num = 'gone'")
    done = sqlite_shop.drift()
    assert done.code == 1
    assert "No such revision or branch 'gone'" in done.out


def test_a_scratch_database_of_another_kind_compares_nothing_and_is_no_success(sqlite_shop: Shop) -> None:
    done = sqlite_shop.project.run("drift", "--scratch", "postgresql")
    assert done.code == 2
    assert "the live database is sqlite, and no scratch database is: name one with --scratch" in done.out


def test_a_schema_of_another_application_is_named_and_not_compared(postgresql_shop: Shop) -> None:
    postgresql_shop.change("CREATE SCHEMA other", "CREATE TABLE other.orders (id INTEGER)")
    done = postgresql_shop.drift("--format", "json")
    document = json.loads(done.out)
    assert document["drift"] == []
    assert {"kind": "schema", "object": "other", "why": "no migration makes anything in it"} in document["not_compared"]


def test_what_the_policy_accepts_fails_nothing(sqlite_shop: Shop) -> None:
    sqlite_shop.change("CREATE TABLE by_hand (id INTEGER)")
    (one,) = json.loads(sqlite_shop.drift("--format", "json").out)["drift"]
    entry = f"drift:\n  accepted:\n    - item: {json.dumps(one['key'])}\n      reason: a tool of ours makes it\n"
    (sqlite_shop.project.place / ".headway.yml").write_text(entry)
    done = sqlite_shop.drift()
    assert done.code == 0, done.out
    assert "1 accepted" in done.out


@pytest.fixture
def sqlite_shop(tmp_path: Path, sqlite_url: str, headway: Program) -> Shop:
    project = Project(tmp_path / "shop", sqlite_url, headway)
    project.fill()
    return Shop(project, "sqlite")


@pytest.fixture
def postgresql_shop(tmp_path: Path, postgresql_url: str, headway: Program) -> Shop:
    project = Project(tmp_path / "shop", postgresql_url, headway)
    project.fill()
    return Shop(project, "postgresql")


def indented(text: str) -> str:
    return text.replace("\n", "\n    ")
