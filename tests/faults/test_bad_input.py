"""Bad input: one clear line on standard error with file, line and remedy, the right exit code, the database unchanged."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from databases.endings import ASYNC_ENV
from databases.histories import make_project
from fixtures.programs import Program, set_url

NEWEST = "d16e2b7f5a08"
BEFORE = "83c0d9e4f716"
STATIC = (("heads",), ("history",), ("lint", "--all"))
RUNNING = (("upgrade", "head"), ("downgrade", "-1"), ("current",))


@pytest.fixture
def behind(storefront: Path, headway: Program) -> Path:
    """The example with a database one revision behind."""
    done = headway("upgrade", BEFORE, cwd=storefront)
    assert done.code == 0, done.err
    return storefront


def newest(project: Path) -> Path:
    return next((project / "migrations" / "versions").glob(f"{NEWEST}_*.py"))


def state(project: Path) -> list[tuple[object, ...]]:
    """Everything that is in the example's SQLite file."""
    with sqlite3.connect(project / "storefront.db") as connection:
        rows = connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2").fetchall()
        return rows + connection.execute("SELECT version_num FROM alembic_version").fetchall()


# -- the configuration ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [*STATIC, *RUNNING, ("ci",), ("plan", "--url", "sqlite://")], ids=" ".join)
def test_no_configuration(arguments: tuple[str, ...], tmp_path: Path, headway: Program) -> None:
    done = headway(*arguments, cwd=tmp_path)
    assert done.code == 2
    done.assert_one_clear_line("no alembic.ini", str(tmp_path), "headway init")


@pytest.mark.parametrize("arguments", [*STATIC, *RUNNING, ("ci",)], ids=" ".join)
def test_a_script_location_that_is_not_there(arguments: tuple[str, ...], storefront: Path, headway: Program) -> None:
    ini = storefront / "alembic.ini"
    ini.write_text(ini.read_text().replace("%(here)s/migrations", "%(here)s/scripts"))
    done = headway(*arguments, cwd=storefront)
    assert done.code == 2
    done.assert_one_clear_line("FAILED: alembic.ini: ", "scripts", "script_location")


def test_a_named_file_that_is_not_there(storefront: Path, headway: Program) -> None:
    done = headway("-c", "production.ini", "heads", cwd=storefront)
    assert done.code == 2
    done.assert_one_clear_line("production.ini: ", "does not exist")


def test_a_section_that_is_not_there(storefront: Path, headway: Program) -> None:
    done = headway("-n", "shop", "heads", cwd=storefront)
    assert done.code == 2
    done.assert_one_clear_line("alembic.ini: ", "[shop]", "alembic, post_write_hooks")


@pytest.mark.parametrize(
    ("line", "said"),
    [("this is no setting", "not an ini file"), ("sqlalchemy.url = x", "stands twice"), ("[open", "not an ini file")],
)
def test_an_ini_file_that_is_none(line: str, said: str, storefront: Path, headway: Program) -> None:
    ini = storefront / "alembic.ini"
    lines = ini.read_text().splitlines()
    place = lines.index("sqlalchemy.url = sqlite:///storefront.db") + 1
    ini.write_text("\n".join([*lines[:place], line, *lines[place:]]) + "\n")
    done = headway("heads", cwd=storefront)
    assert done.code == 2
    done.assert_one_clear_line(f"alembic.ini:{place + 1}: ", said)


def test_a_percent_sign_in_the_url(storefront: Path, headway: Program) -> None:
    ini = storefront / "alembic.ini"
    ini.write_text(ini.read_text().replace("sqlite:///storefront.db", "postgresql+psycopg://u:p%qhunter2@localhost/db"))
    done = headway("upgrade", "head", cwd=storefront)
    assert done.code == 2
    done.assert_one_clear_line("alembic.ini:8: ", "sqlalchemy.url", "%%")
    assert "hunter2" not in done.err + done.out


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "Could not parse"),
        ("postgres://u:hunter2@localhost/db", "sqlalchemy.dialects:postgres"),
        ("postgresql+pg8000://u:hunter2@localhost/db", "'pg8000', which is not installed"),
    ],
)
def test_a_url_that_is_none(url: str, said: str, storefront: Path, headway: Program) -> None:
    set_url(storefront, url)
    done = headway("upgrade", "head", cwd=storefront)
    assert done.code == 2
    done.assert_one_clear_line("migrations/env.py:", said)
    assert "hunter2" not in done.err + done.out


def test_no_url_at_all(storefront: Path, headway: Program) -> None:
    ini = storefront / "alembic.ini"
    ini.write_text(ini.read_text().replace("sqlalchemy.url = sqlite:///storefront.db\n", ""))
    done = headway("upgrade", "head", cwd=storefront)
    assert done.code == 2
    done.assert_one_clear_line("migrations/env.py:", "sqlalchemy.url is missing")


def test_every_problem_of_a_policy_at_once(storefront: Path, headway: Program) -> None:
    (storefront / ".headway.yml").write_text("expected_heads: many\nfail_on: never\nbase: main\nbaze: main\n")
    done = headway("lint", cwd=storefront)
    assert done.code == 2
    done.assert_one_clear_line(".headway.yml: ", "line 1: 'expected_heads'", "line 2: 'fail_on'", "line 4: ", "'baze'")


POLICIES = [
    # what stands in the file, and where, what and which remedy is told
    (b"rules:\n  - a: [\n b", ":3: ", "expected", "open bracket"),
    (b"base: main\n\tbaseline: x\n", ":2: ", "'\\t'", "Indent with spaces"),
    (b"base: main\n---\nbase: dev\n", ":2: ", "another document", "Keep one document"),
    (b"base: *main\n", ":1: ", "alias", "wants quotes"),
    (b"base: main\nbaseline: caf\xe9\n", ":2: ", "UTF-8", "Save the file as UTF-8"),
    (b"base: ma\x00in\n", ": ", "special characters", "control character"),
    (b"base: " + b"[" * 300, ": ", "nested too deeply", "a few levels deep"),
    (b"ignore:\n  - until: 2025-02-31\n", ": ", "day is out of range", "wants quotes"),
    (b"- base\n", ":1: ", "mapping of settings", "'setting: value'"),
    (b"# " + b"x" * 200_000, ": ", "a policy of 200002 bytes", "file of their own"),
]
PYPROJECTS = [
    (b"[tool.headway]\nbase = main\n", ":2: ", "Invalid value", "without quotes"),
    (b"[tool.headway]\nbase = 'a'\nbase = 'b'\n", ":3: ", "Cannot overwrite", "stands twice"),
    (b"[tool.headway]\nbase = '''a\n", ":3: ", "Expected", "not closed"),
    (b"# caf\xe9\n", ":1: ", "UTF-8", "Save the file as UTF-8"),
    (b"a = " + b"[" * 20_000, ": ", "nested too deeply", "apart"),
]
BROKEN = [(".headway.yml", ("lint",), *case) for case in POLICIES] + [
    ("pyproject.toml", verbs, *case) for case in PYPROJECTS for verbs in (("lint",), ("heads",))
]


@pytest.mark.parametrize(("name", "arguments", "text", "where", "said", "remedy"), BROKEN)
def test_a_file_of_settings_that_is_broken(
    name: str,
    arguments: tuple[str, ...],
    text: bytes,
    where: str,
    said: str,
    remedy: str,
    storefront: Path,
    headway: Program,
) -> None:
    (storefront / name).write_bytes(text)
    done = headway(*arguments, cwd=storefront)
    assert done.code == 2
    done.assert_one_clear_line(f"{name}{where}", said, remedy)


def test_a_rule_in_the_policy_that_does_not_exist(storefront: Path, headway: Program) -> None:
    (storefront / ".headway.yml").write_text("rules: {LCK999: off}\n")
    done = headway("lint", cwd=storefront)
    assert done.code == 2
    done.assert_one_clear_line(".headway.yml: ", "LCK999", "headway rules")


# -- revision files ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [("lint", "--all"), ("ci", "--all")], ids=" ".join)
def test_a_revision_that_is_not_python_is_a_finding(arguments: tuple[str, ...], behind: Path, headway: Program) -> None:
    path = newest(behind)
    path.write_text(path.read_text() + "\ndef broken(:\n")
    before = state(behind)
    done = headway(*arguments, cwd=behind)
    assert done.code == 1
    assert "error[REV006] unreadable-file: this is not valid Python" in done.out
    assert f"{path.name}:{len(path.read_text().splitlines())}:" in done.out
    assert state(behind) == before


def test_a_revision_that_is_not_python(behind: Path, headway: Program) -> None:
    path = newest(behind)
    path.write_text(path.read_text() + "\ndef broken(:\n")
    before = state(behind)
    done = headway("upgrade", "head", cwd=behind)
    assert done.code == 2
    line = len(path.read_text().splitlines())
    done.assert_one_clear_line(f"migrations/versions/{path.name}:{line}: ", "not valid Python", "Mend this line")
    assert state(behind) == before


def test_a_header_that_is_not_python_stops_every_listing(storefront: Path, headway: Program) -> None:
    path = newest(storefront)
    path.write_text(path.read_text().replace(f"revision: str = '{NEWEST}'", f"revision: str = '{NEWEST}"))
    for arguments in STATIC[:2]:  # lint judges the others
        done = headway(*arguments, cwd=storefront)
        assert done.code == 2
        done.assert_one_clear_line(f"migrations/versions/{path.name}:14: ", "not valid Python")


def test_a_revision_that_imports_what_is_not_installed(behind: Path, headway: Program) -> None:
    path = newest(behind)
    path.write_text(
        path.read_text().replace("import sqlalchemy as sa", "import sqlalchemy as sa\nimport moneymaker.units")
    )
    before = state(behind)
    done = headway("upgrade", "head", cwd=behind)
    assert done.code == 2
    done.assert_one_clear_line(
        f"migrations/versions/{path.name}:12: ", "'moneymaker", "not installed", "prepend_sys_path"
    )
    assert state(behind) == before
    assert headway("current", cwd=behind).out == f"{BEFORE}\n"
    assert headway("history", cwd=behind).code == 0


def test_nothing_runs_when_a_later_revision_cannot_be_loaded(storefront: Path, headway: Program) -> None:
    path = newest(storefront)
    path.write_text(path.read_text().replace("def upgrade()", "def upgrades()"))
    done = headway("upgrade", "head", cwd=storefront)
    assert done.code == 2
    done.assert_one_clear_line(f"migrations/versions/{path.name}: ", "no upgrade() function")
    assert headway("current", cwd=storefront).out == ""


@pytest.mark.parametrize("broken", [59, 40, 39, 0])
def test_a_downgrade_that_cannot_be_compiled(broken: int, tmp_path: Path, headway: Program) -> None:
    """Wherever it stands in a long history: what is found does not depend on how much runs."""
    env = {"PYTHONDONTWRITEBYTECODE": "1"}
    assert headway("init", "migrations", cwd=tmp_path).code == 0
    set_url(tmp_path, f"sqlite:///{tmp_path}/a.db")
    for number in range(60):
        (tmp_path / "migrations" / "versions" / f"r{number}.py").write_text(
            f"# revision identifiers\nrevision = 'r{number}'\n"
            f"down_revision = {f'r{number - 1}' if number else None!r}\n\n\n"
            "def upgrade():\n    pass\n\n\n"
            f"def downgrade():\n    {'x = (' if number == broken else 'pass'}\n"
        )
    done = headway("upgrade", "head", cwd=tmp_path, env=env)
    file = f"migrations/versions/r{broken}.py:11"
    assert done.code == 2, done.err
    done.assert_one_clear_line(file, "never closed")
    assert headway("current", cwd=tmp_path, env=env).out == ""


def test_every_fault_of_a_history_at_once(storefront: Path, headway: Program) -> None:
    versions = storefront / "migrations" / "versions"
    path = newest(storefront)
    path.write_text(path.read_text().replace(f"'{BEFORE}'", "'83c0d9e4f761'"))
    (versions / "copy.py").write_text(path.read_text().replace("'83c0d9e4f761'", f"'{BEFORE}'"))
    for verb in ("heads", "history", "branches"):
        done = headway(verb, cwd=storefront)
        assert done.code == 2
        done.assert_one_clear_line(
            f"revision id {NEWEST} is already taken by", "'83c0d9e4f761', which no revision file has"
        )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("upgrade", "nothere"), "Can't locate revision identified by 'nothere'"),
        (("downgrade", "nothere"), "Can't locate revision identified by 'nothere'"),
        (("stamp", "nothere"), "Can't locate revision identified by 'nothere'"),
        (("show", "nothere"), "Can't locate revision identified by 'nothere'"),
        (("history", "-r", "nothere:"), "Can't locate revision identified by 'nothere'"),
        (("history", "-r", "nothere"), "History range requires"),
        (("upgrade", "base:head"), "Range revision not allowed"),
        (("downgrade", "head", "--sql"), "downgrade with --sql requires"),
        (("upgrade", "-1"), "Relative revision -1 didn't produce 1 migrations"),
        (("downgrade", "+1"), "Relative revision +1 didn't produce 1 migrations"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_revision_that_does_not_exist(arguments: tuple[str, ...], said: str, behind: Path, headway: Program) -> None:
    before = state(behind)
    done = headway(*arguments, cwd=behind)
    assert done.code == 2
    done.assert_one_clear_line(said)
    assert state(behind) == before


# -- env.py -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [("upgrade", "head"), ("current",), ("check",)], ids=" ".join)
@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("raise RuntimeError('settings are missing')", "raised RuntimeError: settings are missing"),
        ("import os; os.environ['SHOP_DATABASE']", "raised KeyError: 'SHOP_DATABASE'"),
        ("import shop_settings", "imports 'shop_settings', which is not installed"),
        ("import sys; sys.exit('no settings')", "sys.exit('no settings')"),
    ],
)
def test_an_env_py_that_raises(
    arguments: tuple[str, ...], statement: str, said: str, behind: Path, headway: Program
) -> None:
    env = behind / "migrations" / "env.py"
    env.write_text(env.read_text().replace("config = context.config", f"config = context.config\n{statement}"))
    before = state(behind)
    done = headway(*arguments, cwd=behind)
    assert done.code == 2
    done.assert_one_clear_line("migrations/env.py", said)
    assert state(behind) == before
    assert headway("heads", cwd=behind).code == 0


def test_an_env_py_that_is_missing(behind: Path, headway: Program) -> None:
    (behind / "migrations" / "env.py").unlink()
    done = headway("upgrade", "head", cwd=behind)
    assert done.code == 2
    done.assert_one_clear_line("migrations/env.py: ", "missing")


def test_an_env_py_that_runs_nothing_is_no_success(behind: Path, headway: Program) -> None:
    env = behind / "migrations" / "env.py"
    env.write_text(env.read_text().replace("context.run_migrations()", "pass"))
    done = headway("ci", "--scratch", "sqlite", "--format", "json", cwd=behind)
    replay = json.loads(done.out)["stages"][2]
    assert done.code == 2
    assert replay["status"] == "error"
    assert "did not call context.run_migrations()" in replay["why"]


# -- the database -----------------------------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("driver", ["postgresql+psycopg", "mysql+pymysql"])
def test_a_database_that_cannot_be_reached(driver: str, storefront: Path, headway: Program) -> None:
    url = f"{driver}://shop:hunter2@127.0.0.1:{free_port()}/shop"
    set_url(storefront, url)
    for arguments in (("upgrade", "head"), ("current",), ("plan", "--url", url), ("apply", "--url", url)):
        done = headway(*arguments, cwd=storefront)
        assert done.code == 3, arguments
        done.assert_one_clear_line("migrations/env.py:", "the database cannot be reached", "the service's name")
        assert "hunter2" not in done.err + done.out
    done = headway("ci", "--scratch", url, "--format", "json", cwd=storefront)
    report = json.loads(done.out)
    assert (done.code, report["exit_code"], report["result"]) == (3, 3, "error")
    assert [stage["status"] for stage in report["stages"]] == ["pass", "pass", "error", "skipped", "skipped"]
    assert "hunter2" not in done.err + done.out


def test_a_wrong_password_is_never_printed(mariadb_url: str, storefront: Path, headway: Program) -> None:
    engine = sa.create_engine(mariadb_url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE USER IF NOT EXISTS shop@'%%' IDENTIFIED BY 'right'")
    url = engine.url.set(username="shop", password="hun/ter 2@").render_as_string(hide_password=False)
    set_url(storefront, url)
    for arguments in (("upgrade", "head"), ("plan", "--url", url), ("ci", "--scratch", url)):
        done = headway(*arguments, cwd=storefront)
        assert done.code == 3, arguments
        printed = done.err + done.out
        assert "let nobody in" in printed
        assert "Traceback" not in printed
        assert not any(spelling in printed for spelling in ("hun/ter", "hun%2Fter", "hun%2fter"))


def test_a_wrong_password_for_postgresql(locked_postgresql_url: str, storefront: Path, headway: Program) -> None:
    set_url(storefront, locked_postgresql_url)
    for arguments in (("upgrade", "head"), ("apply", "--url", locked_postgresql_url)):
        done = headway(*arguments, cwd=storefront)
        assert done.code == 3
        done.assert_one_clear_line("let nobody in", "password authentication failed")
        assert "hunter2" not in done.err + done.out


def on_asyncio(url: str, place: Path) -> Path:
    """A project whose env.py connects with asyncpg."""
    project = make_project(place / "project", url.replace("+psycopg", "+asyncpg"), ["pass"])
    (project / "migrations" / "env.py").write_text(ASYNC_ENV)
    return project


ASKING = [("upgrade", "head"), ("current",), ("plan",), ("stats",), ("ci", "--scratch", "{url}")]


@pytest.mark.parametrize("arguments", ASKING, ids=lambda arguments: arguments[0])
@pytest.mark.parametrize("host", ["127.0.0.1:1", "nowhere.invalid"])
def test_what_a_driver_on_asyncio_cannot_reach(
    host: str, arguments: tuple[str, ...], headway: Program, tmp_path: Path
) -> None:
    """Its drivers raise what sockets raise, of which SQLAlchemy makes no error of its own."""
    url = f"postgresql+asyncpg://shop:hunter2@{host}/shop"
    done = headway(*(one.format(url=url) for one in arguments), cwd=on_asyncio(url, tmp_path))
    assert done.code == 3, done.err
    assert "cannot be reached" in done.err + done.out and "Traceback" not in done.err
    assert "hunter2" not in done.err + done.out


def test_what_a_server_tells_a_driver_on_asyncio(
    locked_postgresql_url: str, postgresql_url: str, headway: Program, tmp_path: Path
) -> None:
    done = headway("upgrade", "head", cwd=on_asyncio(locked_postgresql_url, tmp_path / "locked"))
    assert done.code == 3
    done.assert_one_clear_line("env.py:", "let nobody in", "password authentication failed")
    assert "hunter2" not in done.err
    gone = sa.make_url(postgresql_url).set(database="gone").render_as_string(hide_password=False)
    done = headway("upgrade", "head", cwd=on_asyncio(gone, tmp_path / "gone"))
    assert done.code == 3
    done.assert_one_clear_line("env.py:", 'database "gone" does not exist')
    odd = sa.make_url(postgresql_url).update_query_dict({"odd": "1"}).render_as_string(hide_password=False)
    done = headway("upgrade", "head", cwd=on_asyncio(odd, tmp_path / "odd"))
    assert done.code == 2
    done.assert_one_clear_line("env.py:", "unexpected keyword argument 'odd'")


@pytest.mark.parametrize(
    "driver", ["postgresql+psycopg", "postgresql+psycopg2", "postgresql+asyncpg", "mysql+pymysql", "mysql+mysqldb"]
)
def test_half_a_password_with_an_at_sign_is_no_host(driver: str, headway: Program, tmp_path: Path) -> None:
    """``u:hun@ter2@host``: what follows the first @ is the host to SQLAlchemy, and drivers show hosts."""
    url = f"{driver}://shop:hun@ter2@127.0.0.1:1/shop"
    project = make_project(tmp_path / "project", url, ["pass"])
    if "asyncpg" in driver:
        project = on_asyncio(url, tmp_path / "asyncio")
    for arguments in (("upgrade", "head"), ("current",), ("plan",), ("stats",)):
        done = headway(*arguments, cwd=project)
        assert done.code == 3, done.err
        done.assert_one_clear_line("the database cannot be reached")
        assert "asyncpg" in driver or "as %40" in done.err, done.err
        assert "ter2" not in done.err + done.out


def test_a_password_without_its_host_is_no_port(headway: Program, tmp_path: Path) -> None:
    """``shop:hunter2/db``: SQLAlchemy takes the password for a port, and shows what is no number."""
    url = "postgresql+psycopg://shop:hunter2/db"
    project = make_project(tmp_path / "project", url, ["pass", f"sa.create_engine({url!r})"])
    for arguments in (("upgrade", "head"), ("current",), ("plan",), ("stats",), ("check",)):
        done = headway(*arguments, cwd=project)
        assert done.code == 2, done.err
        done.assert_one_clear_line("env.py:", "port of a database's URL is no number", "sqlalchemy.url")
        assert "hunter2" not in done.err + done.out
    for verb in ("ci", "drift"):
        done = headway(verb, "--scratch", url, cwd=project)
        assert done.code != 0 and "hunter2" not in done.err + done.out, done.out
    set_url(project, f"sqlite:///{tmp_path / 'a.db'}")
    done = headway("upgrade", "head", cwd=project)
    assert done.code == 4 and "is no number" in done.err and "hunter2" not in done.err + done.out, done.err


@pytest.mark.parametrize(
    "arguments", [("upgrade", "head"), ("downgrade", "-1"), ("stamp", "head"), ("current",), ("check",)], ids=" ".join
)
def test_a_database_on_a_revision_that_the_checkout_lacks(
    arguments: tuple[str, ...], behind: Path, headway: Program
) -> None:
    with sqlite3.connect(behind / "storefront.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'feedbeef0001'")
    before = state(behind)
    done = headway(*arguments, cwd=behind)
    assert done.code == 2
    done.assert_one_clear_line(
        "Can't locate revision identified by 'feedbeef0001'", "deploy the code that has this revision"
    )
    assert state(behind) == before


@pytest.mark.skipif(os.name == "nt", reason="a POSIX path")
@pytest.mark.parametrize(
    ("at", "arguments"),
    [
        (BEFORE, ("upgrade", "head")),
        (NEWEST, ("downgrade", "-1")),
        (NEWEST, ("stamp", BEFORE)),
        (None, ("upgrade", "head")),
    ],
    ids=str,
)
def test_a_sqlite_file_that_is_read_only(
    at: str | None, arguments: tuple[str, ...], storefront: Path, headway: Program
) -> None:
    file = storefront / "storefront.db"
    if at is None:
        with sqlite3.connect(file) as connection:
            connection.executescript("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
    else:
        assert headway("upgrade", at, cwd=storefront).code == 0
    before = state(storefront)
    # The mode is in the URL, since a file's mode means nothing to root, as whom containers run.
    set_url(storefront, f"sqlite:///file:{file}?mode=ro&uri=true")
    done = headway(*arguments, cwd=storefront)
    assert done.code == 3
    done.assert_one_clear_line("the database cannot be written", "read-only: use a writable one", "Nothing was applied")
    assert "Mend the revision" not in done.err
    assert state(storefront) == before


def test_a_sqlite_file_in_a_directory_that_is_not_there(storefront: Path, headway: Program) -> None:
    set_url(storefront, "sqlite:////nowhere/at/all.db")
    done = headway("upgrade", "head", cwd=storefront)
    assert done.code == 3
    done.assert_one_clear_line("cannot be opened", "directory")


def test_a_plan_file_that_is_none(storefront: Path, headway: Program) -> None:
    (storefront / "plan.json").write_text('{"schema": "headway/plan/2", "digest": "sha256:0"}')
    done = headway("apply", "plan.json", "--url", "sqlite:///storefront.db", cwd=storefront)
    assert done.code == 2
    done.assert_one_clear_line("plan.json: ", "not a plan file", "headway plan")
    done = headway("apply", "nothere.json", "--url", "sqlite:///storefront.db", cwd=storefront)
    assert done.code == 2
    done.assert_one_clear_line("nothere.json: ", "cannot be read")


@pytest.mark.parametrize("url", ["env:NOT_SET", "file:nothere", "cmd:false", "cmd:no-such-program", "production"])
def test_a_url_behind_which_there_is_nothing(url: str, storefront: Path, headway: Program) -> None:
    done = headway("plan", "--url", url, cwd=storefront)
    assert done.code == 2
    done.assert_one_clear_line()


@pytest.mark.parametrize("verb", ["plan", "drift", "stats", "baseline"])
@pytest.mark.parametrize(
    ("place", "said"),
    [("hunter2@h:5432,h2:5432/shop", "cannot be read"), ("half@hunter2@127.0.0.1:1/shop", "Write the @ of")],
)
def test_a_url_that_is_not_written_as_one(place: str, said: str, verb: str, storefront: Path, headway: Program) -> None:
    done = headway(verb, "--url", f"postgresql+psycopg://shop:{place}", cwd=storefront)
    assert done.code == 2
    done.assert_one_clear_line("the database's URL", said)
    assert "hunter2" not in done.out + done.err
