"""Every template of ``init`` on real databases: init, autogenerate, upgrade, check, downgrade."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from fixtures.programs import Program

pytestmark = pytest.mark.part(2)

MODELS = """
import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("email", sa.String(200), unique=False))
second = sa.MetaData()
sa.Table("events", second, sa.Column("id", sa.Integer, primary_key=True), sa.Column("at", sa.DateTime))
"""

SINGLE = ("generic", "async", "pyproject", "pyproject_async", "pylons")
DRIVERS = {
    "generic": {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "mariadb": "mysql+pymysql"},
    "async": {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"},
}


def pairs() -> Iterator[tuple[str, str]]:
    for template in SINGLE:
        for database in DRIVERS["async" if "async" in template else "generic"]:
            yield template, database


def with_driver(url: str, driver: str) -> str:
    parsed = sa.make_url(url).set(drivername=driver)
    return parsed.render_as_string(hide_password=False).replace("%", "%%")


def tables(url: str) -> set[str]:
    with sa.create_engine(url, poolclass=NullPool).connect() as connection:
        return set(sa.inspect(connection).get_table_names())


def edit(path: Path, pattern: str, replacement: str) -> None:
    text = path.read_text()
    changed = re.sub(pattern, lambda _: replacement, text, count=1, flags=re.M)
    assert changed != text, pattern
    path.write_text(changed)


def make(template: str, place: Path, url: str, headway: Program) -> tuple[str, ...]:
    """Makes the project and points it at the database; returns the options that every command needs."""
    (place / "models.py").write_text(MODELS)
    done = headway("init", "-t", template, "migrations", cwd=place)
    assert done.code == 0, done.err
    edit(place / "migrations" / "env.py", r"^target_metadata = None", "from models import metadata as target_metadata")
    ini = place / "alembic.ini"
    if template != "pylons":
        edit(ini, r"^sqlalchemy.url = .*", f"sqlalchemy.url = {url}")
        return ()
    # The section goes into the application's own file.
    application = f"[app:main]\nuse = egg:shop\nsqlalchemy.url = {url}\n\n[server:main]\nuse = egg:waitress#main\n\n"
    (place / "development.ini").write_text(application + ini.read_text())
    ini.unlink()
    return ("-c", "development.ini")


@pytest.mark.parametrize(("template", "database"), list(pairs()))
def test_a_single_database(
    template: str, database: str, tmp_path: Path, headway: Program, request: pytest.FixtureRequest
) -> None:
    url = str(request.getfixturevalue(f"{database}_url"))
    driver = DRIVERS["async" if "async" in template else "generic"][database]
    options = make(template, tmp_path, with_driver(url, driver), headway)

    def do(*arguments: str) -> str:
        done = headway(*options, *arguments, cwd=tmp_path)
        assert done.code == 0, (arguments, done.err)
        return done.out

    do("revision", "--autogenerate", "-m", "users")
    (written,) = (tmp_path / "migrations" / "versions").glob("*_users.py")
    assert "op.create_table('users'" in written.read_text()
    assert "CREATE TABLE users" in do("upgrade", "head", "--sql")
    do("upgrade", "head")
    assert tables(url) == {"users", "alembic_version"}
    assert do("check") == "No new upgrade operations detected.\n"
    assert "(head)" in do("current")
    do("downgrade", "base")
    assert tables(url) == {"alembic_version"}
    assert "No such table" not in do("history", "-v")
    changed = headway(*options, "check", cwd=tmp_path)
    assert changed.code == 1
    changed.assert_one_clear_line("Target database is not up to date")
    if database == "sqlite":  # the first change of a column runs there too
        do("upgrade", "head")
        edit(tmp_path / "models.py", r"sa.String\(200\)", "sa.String(300), nullable=False")
        found = headway(*options, "check", cwd=tmp_path)
        assert "column users.email: type VARCHAR(300) in the models, VARCHAR(200) in the database" in found.out
        assert "op.alter_column('users', 'email'" in found.out or "batch_op.alter_column('email'" in found.out
        found.assert_one_clear_line("New upgrade operations detected: 1")
        do("revision", "--autogenerate", "-m", "longer")
        do("upgrade", "head")
        assert do("check") == "No new upgrade operations detected.\n"


READ_CHANGE_READ = """
    rows = sa.text("SELECT * FROM t")
    op.create_table("t", sa.Column("a", sa.Integer()))
    op.get_bind().execute(rows)
    op.add_column("t", sa.Column("b", sa.Integer()))
    op.get_bind().execute(rows)
    op.alter_column("t", "b", type_=sa.String())
    op.get_bind().execute(rows)
"""


@pytest.mark.parametrize("driver", ["postgresql+asyncpg", "postgresql+psycopg"])
def test_a_migration_reads_what_it_has_changed(
    driver: str, tmp_path: Path, headway: Program, postgresql_url: str
) -> None:
    """asyncpg keeps what it has prepared, and has to be told of a change."""
    make("async" if "async" in driver else "generic", tmp_path, with_driver(postgresql_url, driver), headway)
    assert headway("revision", "-m", "reads", cwd=tmp_path).code == 0
    (written,) = (tmp_path / "migrations" / "versions").glob("*_reads.py")
    written.write_text(written.read_text().replace("    pass\n", READ_CHANGE_READ.lstrip("\n"), 1))
    done = headway("upgrade", "head", cwd=tmp_path)
    assert done.code == 0, done.err
    assert tables(postgresql_url) == {"t", "alembic_version"}


@pytest.mark.parametrize("database", ["sqlite", "postgresql", "mariadb"])
def test_several_databases(
    database: str, tmp_path: Path, headway: Program, request: pytest.FixtureRequest, sqlite_url: str
) -> None:
    first = str(request.getfixturevalue(f"{database}_url"))
    second = f"sqlite:///{tmp_path / 'second.db'}"
    (tmp_path / "models.py").write_text(MODELS)
    assert headway("init", "-t", "multidb", "migrations", cwd=tmp_path).code == 0
    ini = tmp_path / "alembic.ini"
    edit(ini, r"^sqlalchemy.url = driver.*/dbname$", f"sqlalchemy.url = {first.replace('%', '%%')}")
    edit(ini, r"^sqlalchemy.url = driver.*/dbname2$", f"sqlalchemy.url = {second}")
    models = "from models import metadata, second\ntarget_metadata = {'engine1': metadata, 'engine2': second}"
    edit(tmp_path / "migrations" / "env.py", r"^target_metadata: .*", models)

    def do(*arguments: str) -> str:
        done = headway(*arguments, cwd=tmp_path)
        assert done.code == 0, (arguments, done.err)
        return done.out

    do("revision", "--autogenerate", "-m", "both")
    (written,) = (tmp_path / "migrations" / "versions").glob("*_both.py")
    source = written.read_text()
    halves = re.split(r"^def ", source, flags=re.M)
    by_name = {half.partition("(")[0]: half for half in halves}
    assert "'users'" in by_name["upgrade_engine1"] and "'events'" not in by_name["upgrade_engine1"]
    assert "'events'" in by_name["upgrade_engine2"] and "'users'" not in by_name["upgrade_engine2"]
    do("upgrade", "head")
    assert tables(first) == {"users", "alembic_version"}
    assert tables(second) == {"events", "alembic_version"}
    do("check")
    do("downgrade", "base")
    assert tables(first) == tables(second) == {"alembic_version"}
    do("upgrade", "head", "--sql")
    assert "CREATE TABLE users" in (tmp_path / "engine1.sql").read_text()
    assert "CREATE TABLE events" in (tmp_path / "engine2.sql").read_text()


def test_several_databases_with_an_empty_revision(tmp_path: Path, headway: Program) -> None:
    assert headway("init", "-t", "multidb", "migrations", cwd=tmp_path).code == 0
    done = headway("revision", "-m", "by hand", cwd=tmp_path)
    assert done.code == 0, done.err
    (written,) = (tmp_path / "migrations" / "versions").glob("*_by_hand.py")
    compile(written.read_text(), str(written), "exec")
    assert "def upgrade_engine2() -> None:\n    pass" in written.read_text()


@pytest.mark.parametrize("template", ["generic", "async", "multidb", "pyproject", "pyproject_async"])
def test_the_files_and_the_messages_are_alembics(
    template: str, tmp_path: Path, headway: Program, alembic: Program
) -> None:
    """Twice, so that what exists already is left alone; and into a pyproject.toml that is there."""
    said = []
    for run in (headway, alembic):
        place = tmp_path / "project"
        place.mkdir()
        (place / "pyproject.toml").write_text('[project]\nname = "shop"\n')
        messages = [run("init", "-t", template, "--package", "migrations", cwd=place)]
        messages.append(run("init", "-t", template, "again", cwd=place))
        messages.append(run("init", "-t", template, "again", cwd=place))
        files = sorted(str(path.relative_to(place)) for path in place.rglob("*"))
        said.append(([sorted(done.out.splitlines()) for done in messages[:2]], files))
        assert [done.code == 0 for done in messages] == [True, True, False]
        place.rename(tmp_path / f"project-{len(said)}")
    assert said[0] == said[1]


def test_the_list_of_templates(tmp_path: Path, headway: Program) -> None:
    done = headway("list_templates", cwd=tmp_path)
    assert done.code == 0
    assert re.findall(r"^(\w+) - ", done.out, re.M) == sorted([*SINGLE, "multidb"])
    missing = headway("init", "-t", "nothing", "x", cwd=tmp_path)
    assert missing.code == 2
    missing.assert_one_clear_line("No such template 'nothing'", "list_templates")
