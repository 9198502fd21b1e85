"""A rehearsal reaches its scratch databases and nothing else: a production that counts connections must see none."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fixtures.databases import database_of
from fixtures.programs import Done, Program, run_python
from fixtures.tripwire import Production, production
from main_job.projects import ASYNC_HEAD, POLICY, line_with, make_project

pytestmark = pytest.mark.part(5)

KINDS = ("sqlite", "postgresql", "mariadb")


@pytest.fixture(params=KINDS)
def prod(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Production]:
    """A reachable production of each kind."""
    (tmp_path / "prod").mkdir()
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'prod' / 'prod.db'}"
    else:
        url = str(request.getfixturevalue(f"{request.param}_url"))
    with production(url, tmp_path) as found:
        yield found


@pytest.fixture
def postgresql_prod(postgresql_url: str, tmp_path: Path) -> Iterator[Production]:
    with production(postgresql_url, tmp_path) as found:
        yield found


@pytest.fixture
def scratch(prod: Production, request: pytest.FixtureRequest) -> str:
    """A scratch database of the production's kind; an empty one on the same server where it has one."""
    return scratch_for(prod, request)


def scratch_for(prod: Production, request: pytest.FixtureRequest) -> str:
    kind = sa.make_url(prod.behind).get_backend_name()
    if kind == "sqlite":
        return "sqlite"
    server = str(request.getfixturevalue("postgresql_server" if kind == "postgresql" else "mariadb_server"))
    return database_of(server, f"scratch_{uuid.uuid4().hex[:12]}")


def report_of(done: Done) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(done.out)
    return document


def assert_green(done: Done) -> None:
    report = report_of(done)
    assert (done.code, [stage["why"] for stage in report["stages"] if stage["why"]]) == (0, []), done.err


def assert_refused(done: Done, path: Path, text: str, *parts: str) -> None:
    """Red with 1, at the line of ``path`` that holds ``text``."""
    report = report_of(done)
    assert done.code == 1, report["stages"]
    stage = next(stage for stage in report["stages"] if stage["name"].startswith("replay"))
    assert stage["status"] == "fail"
    for part in parts:
        assert part in stage["why"]
    assert (Path(stage["file"]).name, stage["line"]) == (path.name, line_with(path, text))


def ci(headway: Program, project: Path, scratch: str, **variables: str) -> Done:
    done: Done = headway(
        "ci",
        "--format",
        "json",
        "--scratch",
        "env:SCRATCH" if "://" in scratch else scratch,
        cwd=project,
        env={"SCRATCH": scratch, **variables},
    )
    return done


# -- every way to find one's database ---------------------------------------------------------------------------

TEMPLATE = """
engine = sa.engine_from_config(config.get_section(config.config_ini_section), prefix="sqlalchemy.", poolclass=sa.NullPool)
with engine.connect() as connection:
    migrate(connection)
"""

STYLES = {
    "the template": TEMPLATE,
    "set_main_option from the environment": f"""
config.set_main_option("sqlalchemy.url", os.environ["DATABASE_URL"].replace("%", "%%"))
{TEMPLATE}""",
    "create_engine from the environment": """
with sa.create_engine(os.getenv("DATABASE_URL")).connect() as connection:
    migrate(connection)
""",
    "a variable of its own name": """
with sa.create_engine(os.environ.get("SHOP_DATABASE")).connect() as connection:
    migrate(connection)
""",
    "get_main_option": """
with sa.create_engine(config.get_main_option("sqlalchemy.url")).connect() as connection:
    migrate(connection)
""",
    "hard-coded": """
with sa.create_engine({url!r}, connect_args={args!r}).connect() as connection:
    migrate(connection)
""",
    "an engine of an imported module": """
from app.db import engine
with engine.connect() as connection:
    migrate(connection)
""",
    "begin, and an engine beside it": """
from app.db import engine
with engine.begin() as connection:
    connection.execute(sa.text("SELECT 1"))
with sa.create_engine(os.environ["DATABASE_URL"]).begin() as connection:
    migrate(connection)
""",
    "configured by a URL alone": """
context.configure(dialect_name=sa.make_url(os.environ["DATABASE_URL"]).get_backend_name(), target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
""",
    "in a thread": """
import threading
from app.db import engine
def ask():
    with engine.connect() as connection:
        connection.execute(sa.text("SELECT 1"))
thread = threading.Thread(target=ask)
thread.start()
thread.join()
with engine.connect() as connection:
    migrate(connection)
""",
}

APP = "import sqlalchemy as sa\n\nengine = sa.create_engine({url!r})\n"
HARMLESS_ARGUMENT = {
    "sqlite": {"timeout": 3.0},
    "postgresql": {"application_name": "shop"},
    "mysql": {"charset": "utf8mb4"},
}


@pytest.mark.parametrize("style", STYLES)
def test_no_connection_to_production(
    style: str, prod: Production, scratch: str, tmp_path: Path, headway: Program
) -> None:
    args = HARMLESS_ARGUMENT[sa.make_url(prod.url).get_backend_name()]
    env = STYLES[style].replace("{url!r}", repr(prod.url)).replace("{args!r}", repr(args))
    project = make_project(tmp_path, env, url=prod.url, app=APP.format(url=prod.url))
    assert_green(ci(headway, project, scratch, DATABASE_URL=prod.url, SHOP_DATABASE=prod.url))
    prod.assert_untouched()


def drift(headway: Program, project: Path, scratch: str, **variables: str) -> Done:
    given = "env:SCRATCH" if "://" in scratch else scratch
    arguments = ("drift", "--format", "json", "--scratch", given)
    done: Done = headway(*arguments, cwd=project, env={"SCRATCH": scratch, **variables})
    return done


@pytest.mark.parametrize("style", STYLES)
def test_no_connection_to_production_from_drift(
    style: str, prod: Production, scratch: str, tmp_path: Path, headway: Program
) -> None:
    args = HARMLESS_ARGUMENT[sa.make_url(prod.url).get_backend_name()]
    env = STYLES[style].replace("{url!r}", repr(prod.url)).replace("{args!r}", repr(args))
    project = make_project(tmp_path, env, url=prod.url, app=APP.format(url=prod.url))
    assert_green(drift(headway, project, scratch, DATABASE_URL=prod.url, SHOP_DATABASE=prod.url))
    prod.assert_untouched()


@pytest.mark.parametrize("style", ["set_main_option from the environment", "create_engine from the environment"])
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_commonest_env_py_needs_no_database_of_the_users(
    style: str, kind: str, tmp_path: Path, headway: Program
) -> None:
    project = make_project(tmp_path, STYLES[style])
    assert_green(ci(headway, project, kind))


def test_a_variable_that_the_policy_names(postgresql_prod: Production, tmp_path: Path, headway: Program) -> None:
    """Read where headway does not look, in a module; without the policy's word it would be missing."""
    app = 'import os\n\nimport sqlalchemy as sa\n\nengine = sa.create_engine(os.environ["SHOP_DSN"])\n'
    project = make_project(tmp_path, STYLES["an engine of an imported module"], app=app)
    (project / ".headway.yml").write_text(f"{POLICY}url_variables: [SHOP_DSN]\n")
    for kind in ("sqlite", "postgresql"):
        assert_green(ci(headway, project, kind))
        assert_green(ci(headway, project, kind, SHOP_DSN=postgresql_prod.url))
    postgresql_prod.assert_untouched()


ASYNC = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
}
ASYNC_STYLES = {
    "the template": 'asyncio.run(migrate_on(async_engine_from_config(config.get_section("alembic"), prefix="sqlalchemy.")))',
    "hard-coded": "asyncio.run(migrate_on(create_async_engine({url!r})))",
    "from the environment": 'asyncio.run(migrate_on(create_async_engine(os.environ["DATABASE_URL"])))',
}


@pytest.mark.parametrize("style", ASYNC_STYLES)
@pytest.mark.parametrize("driver", ["sqlite+aiosqlite", "postgresql+asyncpg", "postgresql+psycopg"])
def test_no_connection_from_async_engines(
    style: str, driver: str, request: pytest.FixtureRequest, tmp_path: Path, headway: Program
) -> None:
    (tmp_path / "prod").mkdir()
    kind = driver.partition("+")[0]
    url = (
        f"sqlite:///{tmp_path / 'prod' / 'prod.db'}" if kind == "sqlite" else request.getfixturevalue("postgresql_url")
    )
    with production(url, tmp_path) as prod:
        wanted = sa.make_url(prod.url).set(drivername=driver).render_as_string(hide_password=False)
        env = ASYNC_STYLES[style].replace("{url!r}", repr(wanted)) + "\n"
        project = make_project(tmp_path, env, url=wanted, head=ASYNC_HEAD)
        assert_green(ci(headway, project, scratch_for(prod, request), DATABASE_URL=wanted))
        prod.assert_untouched()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_an_async_env_py_needs_no_database_either(kind: str, tmp_path: Path, headway: Program) -> None:
    for style in ("the template", "from the environment"):
        (tmp_path / style).mkdir()
        project = make_project(tmp_path / style, ASYNC_STYLES[style] + "\n", head=ASYNC_HEAD)
        assert_green(ci(headway, project, kind))


def test_a_schema_made_before_configure_is_made_on_the_scratch_database(
    postgresql_prod: Production, tmp_path: Path, headway: Program
) -> None:
    env = """
with sa.create_engine({url!r}).connect() as connection:
    connection.execute(sa.text("CREATE SCHEMA IF NOT EXISTS shop"))
    connection.commit()
    migrate(connection)
""".replace("{url!r}", repr(postgresql_prod.url))
    project = make_project(tmp_path, env)
    assert_green(ci(headway, project, "postgresql"))
    assert_green(drift(headway, project, "postgresql"))
    postgresql_prod.assert_untouched()


def test_what_libpq_reads_from_the_environment_leads_nowhere(
    postgresql_prod: Production, tmp_path: Path, headway: Program
) -> None:
    """PGHOSTADDR counts even where a host is given."""
    port = str(sa.make_url(postgresql_prod.url).port)
    project = make_project(tmp_path, STYLES["create_engine from the environment"])
    done = ci(headway, project, "postgresql", PGHOSTADDR="127.0.0.1", PGPORT=port, PGSERVICE="production")
    assert_green(done)
    postgresql_prod.assert_untouched()


# -- what is refused --------------------------------------------------------------------------------------------


def test_an_engine_for_another_kind_of_database(postgresql_prod: Production, tmp_path: Path, headway: Program) -> None:
    env = STYLES["hard-coded"].replace("{url!r}", repr(postgresql_prod.url)).replace("{args!r}", "{}")
    project = make_project(tmp_path, env)
    done = ci(headway, project, "sqlite")
    assert_refused(done, project / "migrations" / "env.py", "create_engine", "is for postgresql", "--scratch")
    postgresql_prod.assert_untouched()


RAW = {
    "psycopg": "psycopg.connect(host={host!r}, port={port}, user={user!r}, dbname={database!r})",
    "psycopg2": "psycopg2.connect(host={host!r}, port={port}, user={user!r}, dbname={database!r})",
    "asyncpg": "asyncio.run(asyncpg.connect(host={host!r}, port={port}, user={user!r}, database={database!r}))",
}


def raw_call(driver: str, prod: Production) -> str:
    url = sa.make_url(prod.url)
    return RAW[driver].format(host=url.host, port=url.port, user=url.username, database=url.database)


@pytest.mark.parametrize("driver", RAW)
@pytest.mark.parametrize("where", ["env.py", "revision"])
def test_a_driver_called_by_hand(
    driver: str, where: str, postgresql_prod: Production, tmp_path: Path, headway: Program
) -> None:
    project = make_project(tmp_path, TEMPLATE, url="sqlite:///dev.db")
    call = raw_call(driver, postgresql_prod)
    if where == "env.py":
        path = project / "migrations" / "env.py"
        path.write_text(f"import asyncio\nimport {driver}\n{call}\n{path.read_text()}")
    else:
        path = project / "migrations" / "versions" / "aa02_name.py"
        text = f"import asyncio\nimport {driver}\n{path.read_text()}"
        path.write_text(text.replace("def upgrade() -> None:\n", f"def upgrade() -> None:\n    {call}\n"))
    done = ci(headway, project, "sqlite")
    said = f"{driver}.connect() opens a database past SQLAlchemy"
    assert_refused(done, path, call, said, "op.get_bind()")
    assert_refused(drift(headway, project, "sqlite"), path, call, said)
    postgresql_prod.assert_untouched()


def test_sqlite3_called_by_hand(tmp_path: Path, headway: Program) -> None:
    (tmp_path / "prod").mkdir()
    with production(f"sqlite:///{tmp_path / 'prod' / 'prod.db'}", tmp_path) as prod:
        call = f'sqlite3.connect({str(prod.file)!r}).execute("CREATE TABLE hello (x)")'
        project = make_project(tmp_path, f"import sqlite3\n{call}\n{TEMPLATE}", url="sqlite:///dev.db")
        done = ci(headway, project, "sqlite")
        assert_refused(done, project / "migrations" / "env.py", call, "sqlite3.connect()")
        assert_refused(drift(headway, project, "sqlite"), project / "migrations" / "env.py", call, "sqlite3.connect()")
        prod.assert_untouched()


@pytest.mark.parametrize(
    "swallowed",
    [
        "try:\n    {call}\nexcept Exception:\n    pass\n",
        "try:\n    {call}\nexcept BaseException:\n    pass\n",
        "thread = __import__('threading').Thread(target=lambda: {call})\nthread.start()\nthread.join()\n",
    ],
    ids=["Exception", "BaseException", "a thread"],
)
def test_a_refusal_cannot_be_swallowed_into_a_green_gate(
    swallowed: str, postgresql_prod: Production, tmp_path: Path, headway: Program
) -> None:
    env = f"import psycopg\n{swallowed.format(call=raw_call('psycopg', postgresql_prod))}"
    project = make_project(tmp_path, env + TEMPLATE, url="sqlite:///dev.db")
    done = ci(headway, project, "sqlite")
    assert_refused(done, project / "migrations" / "env.py", "psycopg.connect(", "psycopg.connect()")
    postgresql_prod.assert_untouched()


def test_an_engines_own_creator(postgresql_prod: Production, tmp_path: Path, headway: Program) -> None:
    call = raw_call("psycopg", postgresql_prod)
    app = f"import psycopg\nimport sqlalchemy as sa\n\nengine = sa.create_engine(\n    'postgresql+psycopg://',\n    creator=lambda: {call})\n"
    project = make_project(tmp_path, STYLES["an engine of an imported module"], app=app)
    done = ci(headway, project, "postgresql")
    assert_refused(done, project / "app" / "db.py", "creator=", "psycopg.connect()")
    postgresql_prod.assert_untouched()


@pytest.mark.parametrize("swallowed", [False, True])
def test_attaching_a_file(swallowed: bool, tmp_path: Path, headway: Program) -> None:
    (tmp_path / "prod").mkdir()
    with production(f"sqlite:///{tmp_path / 'prod' / 'prod.db'}", tmp_path) as prod:
        call = f"connection.exec_driver_sql({f'ATTACH {str(prod.file)!r} AS prod'!r})"
        block = f"    try:\n        {call}\n    except Exception:\n        pass\n" if swallowed else f"    {call}\n"
        harmless = "    connection.exec_driver_sql(\"ATTACH ':memory:' AS aside\")\n    connection.rollback()\n"
        env = TEMPLATE.replace("    migrate(connection)\n", f"{harmless}{block}    migrate(connection)\n")
        project = make_project(tmp_path, env)
        done = ci(headway, project, "sqlite")
        assert_refused(done, project / "migrations" / "env.py", call, "ATTACH opens another database")
        prod.assert_untouched()


def test_attaching_a_file_by_aiosqlite(tmp_path: Path, headway: Program) -> None:
    (tmp_path / "prod").mkdir()
    with production(f"sqlite:///{tmp_path / 'prod' / 'prod.db'}", tmp_path) as prod:
        head = ASYNC_HEAD.replace(
            "def migrate(connection):\n",
            f'def migrate(connection):\n    connection.exec_driver_sql("ATTACH ? AS prod", ({str(prod.file)!r},))\n',
        )
        project = make_project(tmp_path, ASYNC_STYLES["from the environment"] + "\n", head=head)
        done = ci(headway, project, "sqlite")
        assert done.code == 1
        assert "ATTACH opens another database" in next(s["why"] for s in report_of(done)["stages"] if s["why"])
        prod.assert_untouched()


# -- afterwards -------------------------------------------------------------------------------------------------


def test_one_process_may_rehearse_on_several_kinds(prod: Production, tmp_path: Path, headway: Program) -> None:
    """The module's engine is made anew for each: the first one's scratch database is gone when the second is there."""
    app = 'import os\n\nimport sqlalchemy as sa\n\nengine = sa.create_engine(os.environ["DATABASE_URL"])\n'
    project = make_project(tmp_path, STYLES["an engine of an imported module"], app=app)
    done = headway(
        "ci",
        "--format",
        "json",
        "--scratch",
        "sqlite",
        "--scratch",
        "postgresql",
        "--scratch",
        "sqlite",
        cwd=project,
        env={"DATABASE_URL": prod.url},
    )
    assert_green(done)
    prod.assert_untouched()


REHEARSES = """
import os
import sys
from headway.api.drift import drift
from datetime import date

from headway.api.project import open_project

before, modules = dict(os.environ), set(sys.modules)
report = drift(open_project(), ["sqlite"], date(2026, 11, 28), lambda line: None)
assert report.exit_code == 0, report.stages
assert dict(os.environ) == before
left = {name for name in set(sys.modules) - modules if name.partition(".")[0] in ("app", "env_py")}
assert left == set(), left
print("as before")
"""


def test_the_environment_is_as_before_afterwards(tmp_path: Path) -> None:
    """In a process of its own: other tests of this one may have imported an ``app`` as well."""
    app = 'import os\n\nimport sqlalchemy as sa\n\nengine = sa.create_engine(os.environ["DATABASE_URL"])\n'
    project = make_project(tmp_path, STYLES["an engine of an imported module"], app=app)
    env = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing", "PGSERVICE": "kept"}
    done = run_python(REHEARSES, cwd=project, env=env)
    assert (done.code, done.out) == (0, "as before\n"), done.err


def test_a_variables_name_that_is_none_is_told_with_its_line(tmp_path: Path, headway: Program) -> None:
    project = make_project(tmp_path, TEMPLATE)
    (project / ".headway.yml").write_text("url_variables:\n  - GOOD\n  - env:BAD\n  - 7\n")
    done = headway("ci", cwd=project)
    assert done.code == 2
    done.assert_one_clear_line(
        ".headway.yml", "line 3: 'env:BAD' cannot be an environment variable's name", "line 4: '2' must be a text"
    )


@pytest.mark.parametrize(
    ("url", "variables", "expected"),
    [
        (None, {}, "sqlite"),
        (None, {"DATABASE_URL": "postgresql+asyncpg://u@127.0.0.1/x"}, "postgresql"),
        ("driver://user:pass@localhost/dbname", {"DATABASE_URL": "postgres://u@127.0.0.1/x"}, "postgresql"),
        ("sqlite:///dev.db", {"DATABASE_URL": "postgresql://u@127.0.0.1/x"}, "sqlite"),
        (None, {"SHOP_DSN": "postgresql://u@127.0.0.1/x", "DATABASE_URL": "sqlite://"}, "postgresql"),
    ],
)
def test_auto_is_nearest_to_what_the_project_runs_on(
    url: str | None, variables: dict[str, str], expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from headway.api.ci import scratch_kinds
    from headway.api.project import open_project

    project = make_project(tmp_path, TEMPLATE, url=url)
    (project / ".headway.yml").write_text("url_variables: SHOP_DSN\n")
    monkeypatch.chdir(project)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert scratch_kinds(open_project(), ()) == [expected]


def test_how_to_talk_is_kept_and_to_whom_is_not(postgresql_prod: Production, tmp_path: Path, headway: Program) -> None:
    port = sa.make_url(postgresql_prod.url).port
    env = f"""
engine = sa.create_engine(
    {postgresql_prod.url!r},
    connect_args={{"options": "-c statement_timeout=4321", "hostaddr": "127.0.0.1", "port": {port}}},
)
with engine.connect() as connection:
    assert connection.scalar(sa.text("SHOW statement_timeout")) == "4321ms"
    connection.rollback()
    migrate(connection)
"""
    project = make_project(tmp_path, env)
    assert_green(ci(headway, project, "postgresql"))
    postgresql_prod.assert_untouched()


def test_a_migration_that_fails_there_is_a_no(tmp_path: Path, headway: Program) -> None:
    project = make_project(tmp_path, TEMPLATE)
    path = project / "migrations" / "versions" / "aa02_name.py"
    failing = "    op.execute('UPDATE nowhere SET x = 1')\n"
    path.write_text(path.read_text().replace("def upgrade() -> None:\n", f"def upgrade() -> None:\n{failing}"))
    for kind in ("sqlite", "postgresql"):
        assert_refused(ci(headway, project, kind), path, "nowhere", "nowhere")
        assert headway("drift", "--scratch", kind, cwd=project).code == 1


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:m?mode=memory&uri=true"])
def test_in_memory_is_the_projects_own_business(url: str, tmp_path: Path, headway: Program) -> None:
    """A database in memory passes, and the history runs on the scratch database all the same."""
    env = f"""
with sa.create_engine("{url}").connect() as connection:
    connection.execute(sa.text("CREATE TABLE cache (id INTEGER)"))
    connection.commit()
    migrate(connection)
"""
    assert_green(ci(headway, make_project(tmp_path, env), "sqlite"))


@pytest.mark.parametrize(
    "given", [None, "", "postgresql://nobody@localhost:1/x", "postgresql+psycopg2://nobody@localhost:1/x"]
)
def test_an_env_py_that_doubles_no_percent_sign_gets_none(headway: Program, tmp_path: Path, given: str | None) -> None:
    """The commonest env.py there is; the folder of the embedded server's socket is no business of it."""
    env = f'\nconfig.set_main_option("sqlalchemy.url", os.environ["DATABASE_URL"])\n{TEMPLATE}'
    project = make_project(tmp_path, env)
    (project / ".headway.yml").write_text(f"{POLICY}dialects: [postgresql]\n")
    variables = {} if given is None else {"DATABASE_URL": given}
    assert_green(ci(headway, project, "postgresql", **variables))
