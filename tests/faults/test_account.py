"""What is said of a run that stopped is what a second connection finds: each of these sentences was false once."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from databases.histories import make_project, state_of
from faults.servers import proxied
from fixtures.databases import missing
from fixtures.programs import Done, Program, set_url
from fixtures.proxy import Cut, Proxy

CREATE = 'op.create_table("t", sa.Column("n", sa.Integer))'
FAIL = "raise NameError('missing')"
PER_MIGRATION = "transaction_per_migration=True"

SERVERS = ["postgresql", "mariadb"]


def insert(number: int) -> str:
    return f'op.execute("INSERT INTO t VALUES ({number})")'


@pytest.fixture
def proxies() -> Iterator[list[Proxy]]:
    made: list[Proxy] = []
    yield made
    for proxy in made:
        proxy.close()


def through_proxy(url: str, project: Path, proxies: list[Proxy], driver: str | None = None) -> Proxy:
    proxy, through = proxied(url, driver)
    proxies.append(proxy)
    set_url(project, through)
    return proxy


# -- an autocommit block commits what came before it ------------------------------------------------------------


BLOCK = "with op.get_context().autocommit_block():\n    " + insert(2)


def test_an_autocommit_block_commits_earlier_revisions(database_url: str, headway: Program, tmp_path: Path) -> None:
    """It was "Nothing was applied", and the rerun failed on "already exists"."""
    project = make_project(tmp_path / "project", database_url, [CREATE, f"{insert(1)}\n{BLOCK}", FAIL, insert(3)])
    done = headway("upgrade", "head", cwd=project)
    assert done.code == 4
    done.assert_one_clear_line("revision r3 failed", "Applied: r1, r2. Not run: r4.")
    assert state_of(database_url) == ({"t"}, ["r2"], [1, 2])
    path = project / "migrations" / "versions" / "r3.py"
    path.write_text(path.read_text().replace(FAIL, "pass"))
    assert headway("upgrade", "head", cwd=project).code == 0
    assert state_of(database_url) == ({"t"}, ["r4"], [1, 2, 3])


def test_a_failure_behind_an_autocommit_block_of_the_same_revision(
    postgresql_url: str, headway: Program, tmp_path: Path
) -> None:
    project = make_project(tmp_path / "project", postgresql_url, [CREATE, f"{insert(1)}\n{BLOCK}\n{insert(3)}\n{FAIL}"])
    done = headway("upgrade", "head", cwd=project)
    assert done.code == 4
    done.assert_one_clear_line(
        "Applied: r1.", "These statements of r2 have taken effect", "2) INSERT INTO t VALUES (2)."
    )
    assert state_of(postgresql_url) == ({"t"}, ["r1"], [1, 2])


# -- connections that are lost ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", SERVERS)
@pytest.mark.parametrize("cut", [Cut.BEFORE, Cut.AFTER])
def test_the_connection_is_lost_at_a_commit(
    kind: str, cut: Cut, request: pytest.FixtureRequest, headway: Program, tmp_path: Path, proxies: list[Proxy]
) -> None:
    """The commit of r2: r1 is long in the database; of r2 nobody can say, and how to find out is said."""
    url = request.getfixturevalue(f"{kind}_url")
    steps = [CREATE, insert(1), insert(2)]
    project = make_project(tmp_path / "project", url, steps, options=PER_MIGRATION)
    proxy = through_proxy(url, project, proxies)
    assert headway("upgrade", "head", cwd=project).code == 0
    row = next(n for n, data in enumerate(proxy.seen) if b"alembic_version" in data and b"r2" in data and b"r1" in data)
    commit = next(n for n, data in enumerate(proxy.seen) if n > row and b"COMMIT" in data)
    with sa.create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("DROP TABLE t")
        connection.exec_driver_sql("DELETE FROM alembic_version")
        connection.exec_driver_sql("DROP TABLE alembic_version")
    proxy.seen.clear()
    proxy.at, proxy.cut = commit + 1, cut
    done = headway("upgrade", "head", cwd=project)
    assert done.code == 4, done.err
    done.assert_one_clear_line(
        "connection to the database was lost", "Applied: r1.", "Not known: r2;", "headway current"
    )
    assert "Not run: r3." in done.err
    there = cut is Cut.AFTER
    assert state_of(url) == ({"t"}, ["r2" if there else "r1"], [1] if there else [])
    set_url(project, url)
    assert headway("upgrade", "head", cwd=project).code == 0
    assert state_of(url) == ({"t"}, ["r3"], [1, 2])


@pytest.mark.parametrize("kind", SERVERS)
def test_the_connection_is_lost_inside_a_revision(
    kind: str, request: pytest.FixtureRequest, headway: Program, tmp_path: Path, proxies: list[Proxy]
) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    project = make_project(tmp_path / "project", url, [CREATE, f"{insert(1)}\n{insert(2)}"], options=PER_MIGRATION)
    proxy = through_proxy(url, project, proxies)
    proxy.marks, proxy.at, proxy.cut = (b"VALUES (2)",), 1, Cut.AFTER
    done = headway("upgrade", "head", cwd=project)
    assert done.code == 4
    done.assert_one_clear_line("connection to the database was lost in revision r2", "Applied: r1. Not run: none.")
    assert "taken effect" not in done.err
    assert state_of(url) == ({"t"}, ["r1"], [])


@pytest.mark.parametrize("kind", SERVERS)
@pytest.mark.parametrize("cut", [Cut.BEFORE, Cut.AFTER])
def test_the_connection_is_lost_inside_an_autocommit_block(
    kind: str, cut: Cut, request: pytest.FixtureRequest, headway: Program, tmp_path: Path, proxies: list[Proxy]
) -> None:
    """It was "revision r2 failed: PendingRollbackError": the end of the block hid what had happened in it."""
    url = request.getfixturevalue(f"{kind}_url")
    project = make_project(tmp_path / "project", url, [CREATE, f"{insert(1)}\n{BLOCK}", insert(3)])
    proxy = through_proxy(url, project, proxies)
    proxy.marks, proxy.at, proxy.cut = (b"VALUES (2)",), 1, cut
    done = headway("upgrade", "head", cwd=project)
    assert done.code == 4
    done.assert_one_clear_line(
        "connection to the database was lost in revision r2",
        "Applied: r1. Not run: r3.",
        "1) INSERT INTO t VALUES (1)",
        "Of these nobody can say",
        "1) INSERT INTO t VALUES (2)",
    )
    assert state_of(url) == ({"t"}, ["r1"], [1, 2] if cut is Cut.AFTER else [1])


def test_ddl_whose_answer_is_lost_is_in_doubt_where_it_commits_by_itself(
    mariadb_url: str, headway: Program, tmp_path: Path, proxies: list[Proxy]
) -> None:
    second = f'{insert(1)}\nop.create_table("u", sa.Column("n", sa.Integer))'
    project = make_project(tmp_path / "project", mariadb_url, [CREATE, second])
    proxy = through_proxy(mariadb_url, project, proxies)
    proxy.marks, proxy.at, proxy.cut = (b"CREATE TABLE u",), 1, Cut.AFTER
    done = headway("upgrade", "head", cwd=project)
    assert done.code == 4
    done.assert_one_clear_line("Applied: r1.", "Of these nobody can say", "INSERT INTO t VALUES (1)", "CREATE TABLE u")
    assert state_of(mariadb_url) == ({"t", "u"}, ["r1"], [1])


@pytest.mark.parametrize("kind", SERVERS)
def test_the_connection_is_lost_when_everything_is_applied(
    kind: str, request: pytest.FixtureRequest, headway: Program, tmp_path: Path, proxies: list[Proxy]
) -> None:
    """env.py goes on with the connection after the run."""
    url = request.getfixturevalue(f"{kind}_url")
    body = "with context.begin_transaction():\n        context.run_migrations()\n"
    body += '    connection.exec_driver_sql("SELECT 4711")'
    project = make_project(tmp_path / "project", url, [CREATE, insert(1)], body=body)
    proxy = through_proxy(url, project, proxies)
    proxy.marks, proxy.at = (b"4711",), 1
    done = headway("upgrade", "head", cwd=project)
    assert done.code == 3
    done.assert_one_clear_line("Everything was applied before that: r1, r2. Nothing is left to do.")
    assert state_of(url) == ({"t"}, ["r2"], [1])


def test_the_driver_s_own_source_is_not_the_user_s_line(
    postgresql_url: str, headway: Program, tmp_path: Path, proxies: list[Proxy]
) -> None:
    """asyncpg's tracebacks end in asyncpg/protocol/protocol.pyx, a file that is not there."""
    project = make_project(tmp_path / "project", postgresql_url, [CREATE, 'op.execute("SELECT nothing FROM nowhere")'])
    env = project / "migrations" / "env.py"
    env.write_text(ASYNC_ENV)
    set_url(project, postgresql_url.replace("+psycopg", "+asyncpg"))
    done = headway("upgrade", "head", cwd=project)
    assert done.code == 6
    done.assert_one_clear_line("FAILED: migrations/versions/r2.py:9: revision r2 failed")
    assert ".pyx" not in done.err


ASYNC_ENV = """
import asyncio
from alembic import context
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool


def run(connection):
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()


async def main():
    engine = create_async_engine(context.config.get_main_option("sqlalchemy.url"), poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


asyncio.run(main())
"""


BUSY = (
    "import sqlite3\n"
    "reader = sqlite3.connect({file!r}, isolation_level=None)\n"
    "builtins = __import__('builtins')\n"
    "builtins.kept = reader, reader.execute('SELECT n FROM t')\n"
    "builtins.kept[1].fetchone()"
)


def test_a_file_that_is_busy_at_a_version_commit(sqlite_url: str, headway: Program, tmp_path: Path) -> None:
    """SQLite's way of losing one: somebody reads and goes on reading, so that r2's commit is refused."""
    file = sqlite_url.removeprefix("sqlite:///")
    steps = [f"{CREATE}\n{insert(0)}\n{insert(1)}", f"{insert(2)}\n{BUSY.format(file=file)}", insert(3)]
    project = make_project(tmp_path / "project", sqlite_url, steps, options=PER_MIGRATION)
    env = project / "migrations" / "env.py"
    env.write_text(env.read_text().replace("poolclass=NullPool", 'poolclass=NullPool, connect_args={"timeout": 0.2}'))
    done = headway("upgrade", "head", cwd=project)
    assert done.code == 4, done.err
    done.assert_one_clear_line("refused the commit: database is locked", "Applied: r1. Not run: r2, r3.")
    assert state_of(sqlite_url) == ({"t"}, ["r1"], [0, 1])
    path = project / "migrations" / "versions" / "r2.py"
    path.write_text(path.read_text().replace("reader.execute(", "str("))
    path.write_text(path.read_text().replace("builtins.kept[1].fetchone()", "pass"))
    assert headway("upgrade", "head", cwd=project).code == 0
    assert state_of(sqlite_url) == ({"t"}, ["r3"], [0, 1, 2, 3])


@pytest.mark.part(6)
@pytest.mark.parametrize("driver", ["psycopg", "psycopg2", "asyncpg", "pymysql", "mysqldb"])
@pytest.mark.parametrize("cut", [Cut.BEFORE, Cut.AFTER])
def test_the_connection_is_lost_while_closing(
    driver: str, cut: Cut, request: pytest.FixtureRequest, headway: Program, tmp_path: Path, proxies: list[Proxy]
) -> None:
    """Whatever goes to the server after the last commit, such as giving the lock back: everything is applied by then."""
    if driver == "mysqldb" and importlib.util.find_spec("MySQLdb") is None:
        missing("mysqlclient is not installed")
    url = request.getfixturevalue("mariadb_url" if driver in ("pymysql", "mysqldb") else "postgresql_url")
    project = make_project(tmp_path / "project", url, [CREATE, insert(1)])
    if driver == "asyncpg":
        (project / "migrations" / "env.py").write_text(ASYNC_ENV)
    proxy = through_proxy(url, project, proxies, driver)
    assert headway("upgrade", "head", cwd=project).code == 0
    sent = len(proxy.seen)
    commits = [n for n, data in enumerate(proxy.seen, 1) if b"COMMIT" in data.upper()]
    row = max(n for n, data in enumerate(proxy.seen, 1) if b"alembic_version" in data)
    last = next(n for n in commits if n > row)
    assert last < sent, "nothing comes after the commit"
    for at in range(last + 1, sent + 1):
        with sa.create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as connection:
            connection.exec_driver_sql("DROP TABLE t")
            connection.exec_driver_sql("DROP TABLE alembic_version")
        proxy.seen.clear()
        proxy.at, proxy.cut = at, cut
        done = headway("upgrade", "head", cwd=project)
        assert done.code in (0, 3), done.err
        if done.code == 3:
            done.assert_one_clear_line("Everything was applied before that: r1, r2. Nothing is left to do.")
        assert "Traceback" not in done.err
        assert state_of(url) == ({"t"}, ["r2"], [1])


# -- a transaction that env.py owns -----------------------------------------------------------------------------


def owned(place: Path, url: str, steps: list[str]) -> Path:
    """A project whose env.py has ``engine.begin()``."""
    project = make_project(place, url, steps)
    env = project / "migrations" / "env.py"
    env.write_text(env.read_text().replace("engine.connect()", "engine.begin()"))
    return project


def test_a_run_inside_a_transaction_of_env_py_s_is_told_as_what_it_is(
    database_url: str, headway: Program, tmp_path: Path
) -> None:
    """It was "nothing to do", and ``noop``, although it had applied."""
    project = owned(tmp_path / "project", database_url, [CREATE, insert(1), insert(2)])
    done = headway("apply", "--to", "r2", "--format", "json", cwd=project)
    report = json.loads(done.out)
    assert (done.code, report["result"], report["applied"]) == (0, "pass", ["r1", "r2"]), done.err
    assert state_of(database_url) == ({"t"}, ["r2"], [1])
    done = headway("upgrade", "head", cwd=project)
    assert done.code == 0, done.err
    assert state_of(database_url) == ({"t"}, ["r3"], [1, 2])
    again = json.loads(headway("apply", "--format", "json", cwd=project).out)
    assert (again["result"], again["applied"]) == ("noop", [])


@pytest.mark.parametrize("verb", ["upgrade", "apply"])
def test_a_failure_inside_a_transaction_of_env_py_s(
    verb: str, database_url: str, headway: Program, tmp_path: Path
) -> None:
    """What remains of it is what its database keeps of a transaction that is rolled back."""
    project = owned(tmp_path / "project", database_url, [CREATE, f"{insert(1)}\n{FAIL}", insert(3)])
    done = headway(verb, *(["head"] if verb == "upgrade" else []), cwd=project)
    tables, versions, rows = state_of(database_url)
    assert rows == []
    told = done.out + done.err
    if versions or tables:
        assert done.code == 4, told
        assert "Nothing was applied" not in told
        assert ("Applied: r1." in told) is (versions == ["r1"])
    else:
        assert done.code == 6, told
        assert told.count("Nothing was applied.") == 1


# -- half a migration from an earlier run -----------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_a_rerun_after_half_a_migration(
    kind: str, request: pytest.FixtureRequest, headway: Program, tmp_path: Path
) -> None:
    """It was "Nothing was applied. Mend the revision", with a table and a column of the revision in the database."""
    url = request.getfixturevalue(f"{kind}_url")
    second = (
        'op.create_table("u", sa.Column("n", sa.Integer))\nop.add_column("t", sa.Column("m", sa.Integer))\n'
        'op.create_index("ix", "t", ["m"])\nimport os\nos.kill(os.getpid(), 9)'
    )
    project = make_project(tmp_path / "project", url, [CREATE, second])
    assert headway("upgrade", "head", cwd=project).code == -9
    done = headway("upgrade", "head", cwd=project)
    assert done.code == 6
    done.assert_one_clear_line("revision r2 failed", "an earlier run may have stopped inside it", "table u is there")
    assert "column t.m is there" in done.err and "index ix is there" in done.err
    assert "Nothing was applied" not in done.err


def test_the_fault_of_a_new_revision_is_not_an_earlier_run_s(
    database_url: str, headway: Program, tmp_path: Path
) -> None:
    second = 'op.execute("INSERT INTO nowhere VALUES (1)")\nop.create_table("u", sa.Column("n", sa.Integer))'
    project = make_project(tmp_path / "project", database_url, [CREATE, second])
    assert headway("upgrade", "r1", cwd=project).code == 0
    done = headway("upgrade", "head", cwd=project)
    done.assert_one_clear_line("revision r2 failed", "Nothing was applied.")
    assert "earlier run" not in done.err


# -- what env.py and raw cursors do -----------------------------------------------------------------------------


def test_what_env_py_committed_itself_is_told_apart(database_url: str, headway: Program, tmp_path: Path) -> None:
    body = 'connection.exec_driver_sql("CREATE TABLE own (n INTEGER)")\n    connection.commit()\n'
    body += "    with context.begin_transaction():\n        context.run_migrations()"
    project = make_project(tmp_path / "project", database_url, [FAIL], body=body)
    done = headway("upgrade", "head", cwd=project)
    assert done.code == 6
    done.assert_one_clear_line(
        "Nothing was applied. env.py itself, outside any revision, executed and committed: 1) CREATE"
    )
    assert state_of(database_url)[0] == {"own"}


def test_a_raw_cursor_is_mentioned(database_url: str, headway: Program, tmp_path: Path) -> None:
    second = f"cursor = op.get_bind().connection.cursor()\ncursor.execute('SELECT 1')\n{FAIL}"
    project = make_project(tmp_path / "project", database_url, [CREATE, second])
    assert headway("upgrade", "r1", cwd=project).code == 0
    done = headway("upgrade", "head", cwd=project)
    done.assert_one_clear_line("A raw driver cursor was used at", "r2.py:9", "not in this account")


CODES = {
    "a statement": 'op.execute("SELECT nothing FROM nowhere")',
    "an exception": FAIL,
    "an operation that the database has not": 'op.alter_column("t", "n", nullable=False, type_=object())',
}


@pytest.mark.parametrize("failing", CODES)
@pytest.mark.parametrize("verb", ["upgrade", "downgrade"])
def test_one_code_for_a_migration_that_failed_and_left_nothing(
    verb: str, failing: str, database_url: str, headway: Program, tmp_path: Path
) -> None:
    def fails(*arguments: str) -> Done:
        return headway(*arguments, cwd=project)

    project = make_project(
        tmp_path / "project", database_url, [CREATE, "pass" if verb == "downgrade" else CODES[failing]]
    )
    path = project / "migrations" / "versions" / "r2.py"
    if verb == "downgrade":
        source = path.read_text()
        path.write_text(source[: source.index("def downgrade")] + f"def downgrade():\n    {CODES[failing]}\n")
        assert fails("upgrade", "head").code == 0
        done = fails("downgrade", "-1")
    else:
        assert fails("upgrade", "r1").code == 0
        done = fails("upgrade", "head")
    assert done.code == 6, done.err
    done.assert_one_clear_line("r2.py:", "Nothing was applied")


@pytest.mark.part(6)
@pytest.mark.parametrize("failing", CODES)
@pytest.mark.parametrize("planned", [True, False])
def test_the_code_of_apply_is_the_same(
    planned: bool, failing: str, database_url: str, headway: Program, tmp_path: Path
) -> None:
    """6 when nothing of the whole run remains, and 4 once an earlier revision of it is committed."""
    project = make_project(tmp_path / "project", database_url, [CREATE, CODES[failing]], options=PER_MIGRATION)

    def applied() -> tuple[int, dict[str, Any]]:
        if planned:
            assert headway("plan", "-o", "plan.json", cwd=project).code == 0
        done = headway("apply", *(["plan.json"] if planned else []), "--format", "json", cwd=project)
        return done.code, json.loads(done.out)

    code, report = applied()
    assert (code, report["applied"], report["failed"]) == (4, ["r1"], "r2"), report
    assert "Applied: r1." in report["error"]
    code, report = applied()
    assert (code, report["applied"], report["failed"]) == (6, [], "r2"), report
    assert "Nothing was applied" in report["error"] and "r2.py" in report["error"]
    assert state_of(database_url) == ({"t"}, ["r1"], [])


# -- several databases, and runs inside runs --------------------------------------------------------------------


TENANTS = """
from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

failures = []
for url in {urls!r}:
    with create_engine(url, poolclass=NullPool).connect() as connection:
        context.configure(connection=connection)
        try:
            with context.begin_transaction():
                context.run_migrations()
        except Exception as error:
            failures.append(error)
if failures:
    raise failures[0]
"""


def test_one_tenant_that_failed_is_not_forgotten_for_the_next(headway: Program, tmp_path: Path) -> None:
    """It was "Everything was applied before that. Nothing is left to do", with the first tenant's table missing."""
    urls = [f"sqlite:///{tmp_path}/{name}.db" for name in ("one", "two")]
    with sa.create_engine(urls[0]).begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
    project = make_project(tmp_path / "project", urls[0], [CREATE])
    (project / "migrations" / "env.py").write_text(TENANTS.format(urls=urls))
    done = headway("upgrade", "head", cwd=project)
    assert done.code == 4
    assert "Nothing is left to do" not in done.err
    done.assert_one_clear_line("one.db", "two.db", "r1")


def test_a_run_inside_a_revision_is_part_of_the_account(postgresql_url: str, headway: Program, tmp_path: Path) -> None:
    inner = make_project(tmp_path / "inner", postgresql_url, [CREATE], options='version_table="inner_version"')
    nested = (
        "from alembic import command\nfrom alembic.config import Config\n"
        f"command.upgrade(Config({str(inner / 'alembic.ini')!r}), 'head')\n{FAIL}"
    )
    project = make_project(tmp_path / "project", postgresql_url, [nested])
    done = headway("upgrade", "head", "--no-lock", cwd=project)
    assert "t" in state_of(postgresql_url)[0]
    assert done.code == 4, done.err
    done.assert_one_clear_line("CREATE TABLE t", "over a connection of its own")


def test_a_query_that_calls_a_function_is_not_passed_over(
    postgresql_url: str, headway: Program, tmp_path: Path
) -> None:
    """setval() is a SELECT, and takes effect whatever becomes of the transaction."""
    with sa.create_engine(postgresql_url, poolclass=NullPool).begin() as connection:
        connection.exec_driver_sql("CREATE SEQUENCE s")
    second = f"with op.get_context().autocommit_block():\n    op.execute(\"SELECT setval('s', 500)\")\n{FAIL}"
    project = make_project(tmp_path / "project", postgresql_url, [CREATE, second])
    assert headway("upgrade", "r1", cwd=project).code == 0
    done = headway("upgrade", "head", cwd=project)
    done.assert_one_clear_line("call functions that may have changed something", "SELECT setval(")
    assert "Nothing was applied." not in done.err
