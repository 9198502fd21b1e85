"""Tripwires: whatever a revision or env.py does while a plan is made, the database is afterwards what it was."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
import sqlalchemy as sa

from fixtures.databases import missing
from fixtures.programs import Program
from plan.projects import Project

pytestmark = pytest.mark.part(5)

OWN_ENGINE = 'e = sa.create_engine(context.config.get_main_option("sqlalchemy.url"))\nwith e.begin() as c:\n    '

CHANGES = {
    "op": 'op.add_column("customers", sa.Column("age", sa.Integer))\nop.create_index("ix", "customers", ["name"])',
    "op.execute": 'op.execute("DELETE FROM customers")',
    "bulk_insert": 'op.bulk_insert(customers, [{"id": 9, "name": "x"}, {"id": 8, "name": "y"}])',
    "get_bind": "op.get_bind().execute(text(\"update customers set name = 'x'\"))",
    "context.get_bind": "context.get_bind().execute(text(\"update customers set name = 'x'\"))",
    "context.get_context": "context.get_context().connection.execute(text(\"update customers set name = 'x'\"))",
    "exec_driver_sql": 'op.get_bind().exec_driver_sql("DELETE FROM customers")',
    "core": "op.get_bind().execute(customers.update().values(name='x'))\nop.get_bind().execute(customers.delete())",
    "insert": "op.get_bind().execute(customers.insert().values(name='x'))",
    "session": "s = Session(bind=op.get_bind())\ns.execute(customers.delete())\ns.commit()",
    "create_all": 'sa.Table("more", sa.MetaData(), sa.Column("id", sa.Integer)).create(op.get_bind())',
    "commit as text": 'b = op.get_bind()\nb.execute(text("COMMIT"))\nb.execute(text("CREATE TABLE more (id INTEGER)"))\nb.execute(text("COMMIT"))',
    "autocommit": 'with context.get_context().autocommit_block():\n    op.execute("CREATE TABLE more (id INTEGER)")',
    "own engine": OWN_ENGINE + 'c.execute(text("DELETE FROM customers"))',
    "own raw cursor": OWN_ENGINE + 'c.connection.cursor().execute("DELETE FROM customers")\n    c.connection.commit()',
    "raw cursor": 'c = op.get_bind().connection\nc.cursor().execute("DELETE FROM customers")\nc.commit()',
    "raw driver": 'c = op.get_bind().connection.driver_connection\nc.cursor().execute("DELETE FROM customers")\nc.commit()',
    "raw engine": 'c = op.get_bind().engine.raw_connection()\nc.cursor().execute("DELETE FROM customers")\nc.commit()',
    "caught": 'try:\n    op.get_bind().connection.cursor().execute("DELETE FROM customers")\nexcept Exception:\n    pass',
    "after what is not shown": 'assert op.get_bind().execute(customers.update().values(name="x")).rowcount == 3\nop.execute("DELETE FROM customers")',
}


def is_seen(change: str) -> bool:
    """Whether what a revision does can be recorded."""
    return "raw" not in change and change not in ("caught", "after what is not shown")


def test_what_revisions_do_is_in_the_plan_and_not_in_the_database(project: Project) -> None:
    """All in one run: each is a revision of its own, and a change of any of them would be seen."""
    names = {project.revision(body): change for change, body in CHANGES.items() if is_seen(change)}
    before = project.state()
    steps = project.plan()["steps"]
    assert project.state() == before
    assert [names[step["revision"]] for step in steps if len(step["statements"] or ()) < 2] == []  # one is the row


HELPERS = """
from alembic import context, op
from sqlalchemy import text


def rename(bind):
    bind.execute(text("UPDATE customers SET name = 'h'"))


def note():
    op.execute("DELETE FROM shops")
    context.get_bind().execute(text("INSERT INTO shops (id, name) VALUES (8, 'n')"))
"""


def test_what_helpers_do_is_in_the_plan_and_not_in_the_database(project: Project) -> None:
    """Functions of a module of the project's own, which take the connection or find it themselves."""
    (project.place / "helpers.py").write_text(HELPERS)
    project.revision("helpers.rename(op.get_bind())\nhelpers.note()", imports="import helpers")
    before = project.state()
    plan = project.plan()
    (step,) = plan["steps"]
    assert project.state() == before
    assert [sql.partition(" ")[0] for sql in step["statements"]] == ["UPDATE", "DELETE", "INSERT", "UPDATE"]
    assert {one["file"] for one in step["recorded"][:3]} == {"helpers.py"}
    assert project.apply("--approve", plan["digest"]).code == 0
    assert project.rows("SELECT id, name FROM shops") == [(8, "n")]
    assert project.rows("SELECT count(*) FROM customers WHERE name = 'h'") == [(3,)]


def test_what_cannot_be_recorded_is_not_shown_and_not_in_the_database(project: Project) -> None:
    names = {project.revision(body): change for change, body in CHANGES.items() if not is_seen(change)}
    before = project.state()
    steps = project.plan()["steps"]
    assert project.state() == before
    assert len(steps) == len(names)
    assert [names[step["revision"]] for step in steps if step["statements"] is not None or not step["why"]] == []


def test_a_query_that_locks_rows_is_why_a_revision_is_not_shown(postgresql_project: Project, tmp_path: Path) -> None:
    after = tmp_path / "after"
    postgresql_project.revision(
        f'op.get_bind().exec_driver_sql("SELECT * FROM customers FOR UPDATE")\nopen({str(after)!r}, "w").close()'
    )
    (step,) = postgresql_project.plan()["steps"]
    assert step["statements"] is None
    assert step["why"].endswith(": a query is not sent: it locks rows")
    assert not after.exists(), "what would come after rows that are not there is not run"


@pytest.mark.parametrize("change", ["get_bind", "commit as text", "own engine"])
def test_env_py_changes_nothing(change: str, project: Project) -> None:
    lines = {
        "get_bind": "connection.execute(text('DELETE FROM customers')); connection.commit()",
        "commit as text": "connection.execute(text('COMMIT')); connection.execute(text('DROP TABLE shops')); connection.commit()",
        "own engine": "c = engine.connect(); c.execute(text('DELETE FROM customers')); c.commit()",
    }
    project.env(before=lines[change])
    project.revision('op.execute("DELETE FROM shops")')
    before = project.state()
    plan = project.plan()
    assert project.state() == before
    assert plan["environment"][0]["direction"] == "environment"
    assert any("customers" in sql or "shops" in sql for sql in plan["environment"][0]["statements"])


def test_a_plan_that_cannot_be_made_changes_nothing_and_claims_nothing(project: Project) -> None:
    project.revision('op.get_bind().commit()\nop.execute("CREATE TABLE more (id INTEGER)")\nop.get_bind().commit()')
    before = project.state()
    done = project.run("plan")  # the transaction around the run is gone: upgrade fails in the same way
    assert project.state() == before
    assert done.code != 0
    done.assert_one_clear_line("inactive")
    assert "applied before" not in done.err


LIFTING = {
    "default": "SET default_transaction_read_only = off",
    "session": "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
    "begin": "BEGIN READ WRITE",
    "set_config": "SELECT set_config('default_transaction_read_only', 'off', false)",
    "together": "SELECT 1; SET default_transaction_read_only = off; COMMIT",
    "reset": "RESET ALL",
}


@pytest.mark.parametrize("lifting", LIFTING)
def test_read_only_cannot_be_lifted_on_postgresql(lifting: str, postgresql_project: Project) -> None:
    body = f'b = op.get_bind()\nb.exec_driver_sql("{LIFTING[lifting]}")\nb.exec_driver_sql("COMMIT")\n'
    postgresql_project.revision(
        body + 'c = b.connection.cursor()\nc.execute("DELETE FROM customers")\nb.connection.commit()'
    )
    before = postgresql_project.state()
    (step,) = postgresql_project.plan()["steps"]
    assert step["statements"] is None
    assert postgresql_project.state() == before


LIFTING_ON_MARIADB = {
    "session": "SET SESSION TRANSACTION READ WRITE",
    "begin": "START TRANSACTION READ WRITE",
    "variable": "SET SESSION {setting} = 0",
    "at": "SET @@session.{setting} = OFF",
    "comment": "SET /*! SESSION */ {setting} = 0",
    "statement": "SET STATEMENT max_statement_time = 5 FOR DELETE FROM customers",
}


@pytest.mark.parametrize("driver", ["pymysql", "mysqldb"])
@pytest.mark.parametrize("lifting", LIFTING_ON_MARIADB)
def test_read_only_cannot_be_lifted_on_mariadb(
    lifting: str, driver: str, tmp_path: Path, mariadb_url: str, headway: Program
) -> None:
    if driver == "mysqldb" and importlib.util.find_spec("MySQLdb") is None:
        missing("mysqlclient is not installed")
    project = Project(tmp_path / "shop", mariadb_url, headway)
    project.fill()
    (row,) = project.rows("SHOW VARIABLES WHERE variable_name IN ('tx_read_only', 'transaction_read_only')")[-1:]
    sql = LIFTING_ON_MARIADB[lifting].format(setting=row[0])
    body = f'b = op.get_bind()\nb.exec_driver_sql("{sql}")\nb.exec_driver_sql("COMMIT")\n'
    project.revision(body + 'c = b.connection.cursor()\nc.execute("DELETE FROM customers")\nb.connection.commit()')
    before = project.state()
    project.url = mariadb_url.replace("+pymysql:", f"+{driver}:")
    (step,) = project.plan()["steps"]
    assert step["statements"] is None
    project.url = mariadb_url
    assert project.state() == before


@pytest.mark.parametrize("driver", ["pymysql", "mysqldb"])
def test_the_server_itself_refuses_on_mariadb(driver: str, tmp_path: Path, mariadb_url: str, headway: Program) -> None:
    """A driver that is reached past every attribute that is watched still has a session that may only read."""
    if driver == "mysqldb" and importlib.util.find_spec("MySQLdb") is None:
        missing("mysqlclient is not installed")
    project = Project(tmp_path / "shop", mariadb_url, headway)
    project.fill()
    after = tmp_path / "after"
    project.revision(
        "import gc\n"
        "op.get_bind().execute(text('SELECT 1'))\n"
        "for c in [o for o in gc.get_objects() if str(type(o).__module__).startswith(('pymysql.conn', 'MySQLdb.conn'))]:\n"
        "    try:\n        c.query('DELETE FROM customers')\n        c.query('COMMIT')\n"
        f"    except Exception as error:\n        open({str(after)!r}, 'w').write(str(error))"
    )
    before = project.state()
    project.url = mariadb_url.replace("+pymysql:", f"+{driver}:")
    project.plan()
    project.url = mariadb_url
    assert project.state() == before
    assert "READ ONLY" in after.read_text()


def test_the_option_postgresql_readonly_does_not_lift_it(postgresql_project: Project) -> None:
    options = "execution_options(postgresql_readonly=False)"
    postgresql_project.revision(
        OWN_ENGINE.replace(")\nwith", ', execution_options={"postgresql_readonly": False})\nwith')
        + 'c.connection.cursor().execute("DELETE FROM customers")\n    c.connection.commit()\n'
        + f'c = e.connect().{options}\nc.connection.cursor().execute("DELETE FROM customers")\nc.connection.commit()'
    )
    before = postgresql_project.state()
    (step,) = postgresql_project.plan()["steps"]
    assert "read-only transaction" in step["why"] or "driver's own connection" in step["why"]
    assert postgresql_project.state() == before


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2", "asyncpg"])
def test_every_driver_of_postgresql_is_told(driver: str, postgresql_project: Project) -> None:
    url = postgresql_project.url.replace("+psycopg:", f"+{driver}:")
    call = f"e = sa.create_engine({url!r}, poolclass=sa.pool.NullPool)\nwith e.begin() as c:\n    "
    if driver == "asyncpg":
        call = (
            "from sqlalchemy.ext.asyncio import create_async_engine\nimport asyncio, threading\n"
            f"async def go():\n    e = create_async_engine({url!r})\n    async with e.begin() as c:\n"
            '        r = await c.get_raw_connection()\n        await r.driver_connection.execute("DELETE FROM customers")\n'
            "t = []\ndef work():\n    try:\n        asyncio.run(go())\n    except Exception as error:\n        t.append(str(error))\n"
            "w = threading.Thread(target=work)\nw.start()\nw.join()\nraise RuntimeError(t)"
        )
    else:
        call += 'c.connection.cursor().execute("DELETE FROM customers")\n    c.connection.commit()'
    postgresql_project.revision(call)
    before = postgresql_project.state()
    (step,) = postgresql_project.plan()["steps"]
    assert step["statements"] is None
    assert postgresql_project.state() == before


SQLITE = {
    "journal_mode": 'op.execute("PRAGMA journal_mode = WAL")',
    "raw journal_mode": 'op.get_bind().connection.cursor().execute("PRAGMA journal_mode = WAL")',
    "attach": 'op.execute("ATTACH \'more.db\' AS more")\nop.execute("CREATE TABLE more.x (id INTEGER)")',
    "raw attach": "c = op.get_bind().connection.cursor()\nc.execute(\"ATTACH '{place}/more.db' AS more\")\nc.execute('CREATE TABLE more.x (id INTEGER)')",
    "user_version": 'op.execute("PRAGMA user_version = 7")',
    "query_only": 'op.execute("PRAGMA query_only = OFF")\nop.execute("DELETE FROM customers")',
    "vacuum": 'op.execute("VACUUM")',
    "writable_schema": 'op.execute("PRAGMA writable_schema = ON")\nop.execute("DELETE FROM sqlite_master")',
}


def test_a_sqlite_file_stays_byte_for_byte(sqlite_project: Project) -> None:
    directory = Path(str(sa.make_url(sqlite_project.url).database)).parent
    for change in SQLITE.values():
        sqlite_project.revision(change.replace("{place}", str(directory)))
    before = sqlite_project.state()
    assert len(sqlite_project.plan()["steps"]) == len(SQLITE)
    assert sqlite_project.state() == before
    assert not (directory / "more.db").exists()


def test_a_missing_sqlite_file_stays_missing_and_is_an_empty_database(
    tmp_path: Path, sqlite_url: str, headway: Program
) -> None:
    project = Project(tmp_path / "shop", sqlite_url, headway)
    project.revision('op.create_table("customers", sa.Column("id", sa.Integer))')
    plan = project.plan()
    assert project.state() == {}
    assert plan["current"] == []
    assert plan["environment"][0]["statements"][0].startswith("CREATE TABLE alembic_version")
    assert "version row" in {one["kind"] for one in plan["environment"][0]["recorded"]}
    assert project.apply("--approve", plan["digest"]).code == 0


def test_a_missing_sqlite_file_that_nobody_could_make_is_refused(tmp_path: Path, headway: Program) -> None:
    project = Project(tmp_path / "shop", f"sqlite:///{tmp_path}/nowhere/shop.db", headway)
    project.revision('op.create_table("customers", sa.Column("id", sa.Integer))')
    done = project.run("plan")
    assert done.code == 2
    done.assert_one_clear_line("nowhere/shop.db: SQLite cannot make this file, because its directory does not exist")


@pytest.mark.parametrize(
    "call",
    [
        'import sqlite3\nsqlite3.connect("{path}").execute("DELETE FROM customers").connection.commit()',
        'import psycopg\npsycopg.connect("host=127.0.0.1 port=9")',
    ],
)
def test_a_connection_past_sqlalchemy_is_refused_and_not_shown(call: str, sqlite_project: Project) -> None:
    path = str(sa.make_url(sqlite_project.url).database)
    name = sqlite_project.revision(call.replace("{path}", path))
    before = sqlite_project.state()
    (step,) = sqlite_project.plan()["steps"]
    assert sqlite_project.state() == before
    assert "past SQLAlchemy" in step["why"] and f"{name}.py:" in step["why"]


def test_databases_that_cannot_be_made_read_only_are_refused(sqlite_project: Project) -> None:
    sqlite_project.env(before="create_engine('mssql+pyodbc://x/y', module=__import__('sqlite3')).connect()")
    done = sqlite_project.run("plan")
    assert done.code == 2
    done.assert_one_clear_line("mssql cannot be told to refuse every change")


def test_a_listener_that_writes_at_connect_is_told_why_there_is_no_plan(sqlite_project: Project) -> None:
    sqlite_project.env(
        imports="from sqlalchemy import Engine, event\n"
        "@event.listens_for(Engine, 'connect')\n"
        "def wal(dbapi, record):\n    dbapi.execute('PRAGMA journal_mode = WAL')\n"
    )
    before = sqlite_project.state()
    done = sqlite_project.run("plan")
    assert done.code != 0
    done.assert_one_clear_line("read-only", "journal mode")
    assert sqlite_project.state() == before
