"""A live database beside the migrations: what it has and lacks is told, and nothing in it is changed."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from fixtures.databases import database_of
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


@pytest.mark.part(8)
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


def test_where_the_drivers_own_connection_is_taken_it_says_so(shop: Shop) -> None:
    """Past it nothing is held back: ``SET TRANSACTION READ WRITE`` on its cursor would be obeyed."""
    shop.env(before="connection.connection.cursor().execute('SELECT 1')")
    for verb, *more in (["drift", "--scratch", shop.scratch], ["stats"]):
        done = shop.project.run(verb, *more)
        assert "env.py:" in done.err and "it takes the driver's own connection" in done.err, done.err
        assert "a role that may not write" in done.err


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


OBJECTS = """
for sql in (
    "CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "COMMENT ON FUNCTION touched() IS 'said'",
    "CREATE TRIGGER tg BEFORE INSERT ON customers FOR EACH ROW WHEN (NEW.id > 1) EXECUTE FUNCTION touched()",
    "CREATE VIEW names AS SELECT name FROM customers",
    "CREATE RULE quiet AS ON DELETE TO names DO INSTEAD NOTHING",
    "CREATE STATISTICS st ON id, name FROM customers",
):
    op.execute(sql)
"""


def test_what_stands_in_another_default_schema_is_the_same(postgresql_shop: Shop) -> None:
    postgresql_shop.change("DROP TABLE customers, shops, alembic_version", 'CREATE SCHEMA "own shop"')
    postgresql_shop.project.revision(OBJECTS)
    url = sa.make_url(postgresql_shop.project.url)
    options = {"options": '-csearch_path="own\\ shop",public'}
    postgresql_shop.project.url = url.update_query_dict(options).render_as_string(hide_password=False)
    assert postgresql_shop.project.apply_now().code == 0
    assert postgresql_shop.told() == (0, {})


def test_how_the_numbers_of_an_identity_are_counted_is_compared(postgresql_shop: Shop) -> None:
    postgresql_shop.project.env()
    postgresql_shop.project.revision('op.execute("CREATE TABLE bills (id int GENERATED ALWAYS AS IDENTITY)")')
    assert postgresql_shop.project.apply_now().code == 0
    assert postgresql_shop.told() == (0, {})
    postgresql_shop.change("ALTER TABLE bills ALTER id SET INCREMENT 10")
    code, found = postgresql_shop.told()
    assert code == 1
    assert "INCREMENT 10" in found["column bills.id"][1]


def test_the_name_and_the_collation_of_the_database_are_no_difference(
    tmp_path: Path, mariadb_server: str, mariadb_url: str, headway: Program
) -> None:
    project = Project(tmp_path / "shop", mariadb_url, headway)
    name = sa.make_url(mariadb_url).database
    shop = Shop(project, database_of(mariadb_server, f"{name}_scratch"))
    shop.change(f"ALTER DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")
    project.fill()
    project.revision('op.execute("CREATE VIEW names AS SELECT c.name, shops.id FROM customers c, shops")')
    assert project.apply_now().code == 0
    assert shop.told() == (0, {})
    shop.change("ALTER TABLE customers COLLATE utf8mb4_bin")
    assert shop.told()[0] == 1


def test_a_project_without_models_is_compared_with_its_database(sqlite_shop: Shop) -> None:
    sqlite_shop.project.env()
    done = sqlite_shop.drift()
    assert done.code == 0, done.out
    assert "env.py gives no target_metadata" in done.out
    sqlite_shop.change("CREATE TABLE by_hand (id INTEGER)")
    assert sqlite_shop.told()[0] == 1


def test_baseline_leaves_the_log_of_a_sqlite_file_to_who_writes_it(sqlite_shop: Shop) -> None:
    path = Path(str(sa.make_url(sqlite_shop.project.url).database))
    writing = sqlite3.connect(path)
    writing.execute("PRAGMA journal_mode = WAL")
    writing.execute("DELETE FROM customers")
    writing.commit()
    log = path.with_name(path.name + "-wal")
    copy = path.with_name("copy.db")
    for name in ("", "-wal"):  # as whoever wrote it left it when it was killed
        shutil.copy(f"{path}{name}", f"{copy}{name}")
    writing.close()
    before = copy.read_bytes(), log.with_name("copy.db-wal").read_bytes()
    done = sqlite_shop.project.headway("baseline", "--url", f"sqlite:///{copy}", cwd=sqlite_shop.project.place)
    assert done.code == 0, done.err
    assert (copy.read_bytes(), log.with_name("copy.db-wal").read_bytes()) == before


def test_a_sqlite_file_that_is_not_there_is_not_made(sqlite_shop: Shop) -> None:
    missing = sqlite_shop.project.place / "no such.db"
    for verb in ("drift", "stats", "baseline"):
        url = f"sqlite:///file:{missing}?uri=true".replace(" ", "%20")
        done = sqlite_shop.project.headway(verb, "--url", url, cwd=sqlite_shop.project.place)
        assert done.code == 2
        done.assert_one_clear_line("there is no such SQLite file")
        assert not missing.exists()


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
