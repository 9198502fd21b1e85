"""A scratch database given by URL: it counts as empty only when nothing is in it, and is empty again afterwards."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from fixtures.programs import Done, Program
from headway.scratch import contents as of_databases
from headway.scratch.contents import Thing, _of_others, contents, neighbours, take_out
from main_job.projects import make_project
from main_job.test_rehearsals_stay import TEMPLATE

pytestmark = pytest.mark.part(3)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path, TEMPLATE)


def ci(headway: Program, project: Path, url: str) -> tuple[Done, dict[str, Any]]:
    done = headway("ci", "--format", "json", "--scratch", "env:SCRATCH", cwd=project, env={"SCRATCH": url})
    return done, json.loads(done.out)


def execute(url: str, *statements: str) -> None:
    with sa.create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def holds(url: str) -> list[str]:
    with sa.create_engine(url, poolclass=NullPool).connect() as connection:
        return [str(thing) for thing in contents(connection) if thing.kind != "extension"]


def whys(report: dict[str, Any]) -> list[str]:
    return [stage["why"] for stage in report["stages"] if stage["why"]]


# -- empty means empty ------------------------------------------------------------------------------------------

SOMETHING = {
    "postgresql": {
        "table public.t": "CREATE TABLE t (id INTEGER)",
        "view public.v": "CREATE VIEW v AS SELECT 1 AS one",
        "materialized view public.mv": "CREATE MATERIALIZED VIEW mv AS SELECT 1 AS one",
        "sequence public.s": "CREATE SEQUENCE s",
        "type public.mood": "CREATE TYPE mood AS ENUM ('ok')",
        "type public.pair": "CREATE TYPE pair AS (a INTEGER, b INTEGER)",
        "type public.positive": "CREATE DOMAIN positive AS INTEGER CHECK (VALUE > 0)",
        "function public.one()": "CREATE FUNCTION one() RETURNS INTEGER LANGUAGE sql AS 'SELECT 1'",
        "procedure public.p()": "CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT 1'",
        "schema shop": "CREATE SCHEMA shop",
        "large object": "SELECT lo_create(0)",
    },
    "mariadb": {
        "table t": "CREATE TABLE t (id INTEGER)",
        "view v": "CREATE VIEW v AS SELECT 1 AS one",
        "sequence s": "CREATE SEQUENCE s",
        "procedure p": "CREATE PROCEDURE p() SELECT 1",
        "function f": "CREATE FUNCTION f() RETURNS INTEGER RETURN 1",
        "event e": "CREATE EVENT e ON SCHEDULE EVERY 1 YEAR DO SELECT 1",
    },
    "sqlite": {
        "table t": "CREATE TABLE t (id INTEGER)",
        "view v": "CREATE VIEW v AS SELECT 1 AS one",
    },
}


@pytest.mark.parametrize(("kind", "what"), [(kind, what) for kind, things in SOMETHING.items() for what in things])
def test_whatever_is_in_it_is_named_and_stays(
    kind: str, what: str, project: Path, headway: Program, request: pytest.FixtureRequest
) -> None:
    url = str(request.getfixturevalue(f"{kind}_url"))
    execute(url, SOMETHING[kind][what])
    before = holds(url)
    done, report = ci(headway, project, url)
    assert done.code == 3
    assert f"is not empty: it holds {what}" in whys(report)[0]
    assert holds(url) == before != []


def test_tables_of_another_schema_are_something(postgresql_url: str, project: Path, headway: Program) -> None:
    execute(postgresql_url, "CREATE SCHEMA shop", "CREATE TABLE shop.t (id INTEGER)")
    done, report = ci(headway, project, postgresql_url)
    assert done.code == 3
    assert "schema shop, table shop.t" in whys(report)[0]
    assert holds(postgresql_url) == ["schema shop", "table shop.t"]


def extension_of(url: str) -> str:
    """An extension with objects of its own that this server has."""
    with sa.create_engine(url, poolclass=NullPool).connect() as connection:
        there = set(connection.scalars(sa.text("SELECT name FROM pg_available_extensions")))
    found = sorted(there & {"citext", "hstore", "vector", "pg_trgm", "uuid-ossp", "postgis"})
    if not found:
        pytest.skip("this server has no extension with objects of its own")
    return found[0]


def test_what_an_extension_owns_does_not_count_and_stays(postgresql_url: str, project: Path, headway: Program) -> None:
    name = extension_of(postgresql_url)
    execute(postgresql_url, "CREATE SCHEMA extensions", f'CREATE EXTENSION "{name}" SCHEMA extensions')
    for _ in range(2):
        done, report = ci(headway, project, postgresql_url)
        assert done.code == 0, report["stages"]
    assert holds(postgresql_url) == []
    with sa.create_engine(postgresql_url, poolclass=NullPool).connect() as connection:
        assert (
            connection.scalar(sa.text("SELECT count(*) FROM pg_extension WHERE extname = :name"), {"name": name}) == 1
        )


# -- and is empty again -----------------------------------------------------------------------------------------

MAKES = {
    "postgresql": [
        "CREATE SCHEMA shop",
        "CREATE TABLE shop.orders (id SERIAL PRIMARY KEY, at INTEGER GENERATED ALWAYS AS IDENTITY)",
        "CREATE TABLE parts (id INTEGER, day DATE) PARTITION BY RANGE (day)",
        "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
        "CREATE TYPE mood AS ENUM ('ok')",
        "CREATE DOMAIN positive AS INTEGER CHECK (VALUE > 0)",
        "CREATE TYPE pair AS (a mood, b positive)",
        "CREATE TYPE span AS RANGE (subtype = DATE)",
        "CREATE TABLE of_all (a mood, b positive, c pair, d span)",
        "CREATE FUNCTION one(m mood) RETURNS INTEGER LANGUAGE sql AS 'SELECT 1'",
        "CREATE AGGREGATE total(INTEGER) (sfunc = int4pl, stype = INTEGER)",
        "CREATE OPERATOR === (leftarg = INTEGER, rightarg = INTEGER, function = int4eq)",
        "CREATE CAST (mood AS INTEGER) WITH FUNCTION one(mood)",
        "CREATE VIEW v AS SELECT * FROM of_all",
        "CREATE MATERIALIZED VIEW mv AS SELECT * FROM v",
        "CREATE STATISTICS st ON a, b FROM of_all",
        "CREATE COLLATION german (locale = 'C')",
        "CREATE TEXT SEARCH CONFIGURATION words (copy = simple)",
        "CREATE FOREIGN DATA WRAPPER fdw",
        "CREATE SERVER far FOREIGN DATA WRAPPER fdw",
        "CREATE FUNCTION fired() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'",
        "CREATE EVENT TRIGGER watch ON ddl_command_start EXECUTE FUNCTION fired()",
        "CREATE PUBLICATION news FOR TABLE of_all",
        "SELECT lo_create(0)",
    ],
    "mariadb": [
        "CREATE TABLE parents (id INTEGER PRIMARY KEY) ENGINE=InnoDB",
        "CREATE TABLE children (id INTEGER PRIMARY KEY, parent INTEGER, FOREIGN KEY (parent) REFERENCES parents (id))",
        "CREATE VIEW v AS SELECT * FROM parents",
        "CREATE SEQUENCE s",
        "CREATE TRIGGER tr BEFORE INSERT ON parents FOR EACH ROW SET NEW.id = 1",
        "CREATE PROCEDURE p() SELECT 1",
        "CREATE FUNCTION f() RETURNS INTEGER RETURN 1",
        "CREATE EVENT e ON SCHEDULE EVERY 1 YEAR DO SELECT 1",
    ],
    "sqlite": [
        "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT)",
        "CREATE VIEW v AS SELECT * FROM t",
        "PRAGMA user_version = 7",
    ],
}


def emptied(url: str) -> list[Thing]:
    """What is left of a database once everything was taken out."""
    with sa.create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as connection:
        return take_out(connection, lambda: contents(connection))


def test_everything_that_postgresql_can_hold_is_named_and_goes(postgresql_url: str) -> None:
    """Once each: what hangs on another thing, such as the array of a type, is not named beside it."""
    execute(postgresql_url, *MAKES["postgresql"])
    execute(postgresql_url, "CREATE TEMPORARY TABLE passing (id INTEGER)", "CREATE PROCEDURE p() LANGUAGE sql AS ''")
    found = holds(postgresql_url)
    kinds = [one.removeprefix("large ").partition(" ")[0] for one in found]
    assert kinds[:3] == ["publication", "event", "schema"], "these go first"
    assert kinds[-1] == "object", "and this last"
    assert {
        *("event trigger watch", "publication news", "schema shop", "table public.parts", "table public.parts_1"),
        *("type public.mood", "type public.positive", "type public.pair", "type public.span"),
        *("view public.v", "materialized view public.mv", "statistics object public.st", "collation public.german"),
        *("server far", "foreign-data wrapper fdw", "text search configuration public.words"),
        *("function public.fired()", "procedure public.p()", "aggregate public.total(integer)"),
        *("cast (public.mood AS integer)", "operator public.===(integer,integer)", "function public.one(public.mood)"),
    } <= set(found)
    assert [one for one in found if "[]" in one or "passing" in one or "multirange" in one] == []
    assert len(found) == len(set(found))
    assert emptied(postgresql_url) == [] and holds(postgresql_url) == []


def test_everything_that_mariadb_can_hold_is_named_and_goes(mariadb_url: str) -> None:
    execute(mariadb_url, *MAKES["mariadb"], "CREATE TABLE `a ``b` (id INTEGER)")
    assert sorted(holds(mariadb_url)) == sorted(
        [
            *("event e", "trigger tr", "view v", "table a `b", "table children", "table parents"),
            *("sequence s", "procedure p", "function f"),
        ]
    )
    assert emptied(mariadb_url) == [] and holds(mariadb_url) == []


def test_what_the_whole_server_has_is_told_apart(mariadb_url: str, postgresql_url: str, sqlite_url: str) -> None:
    own = f"database {sa.make_url(mariadb_url).database}"
    for url, one in ((mariadb_url, own), (postgresql_url, f"role {sa.make_url(postgresql_url).username}")):
        with sa.create_engine(url, poolclass=NullPool).connect() as connection:
            assert one in neighbours(connection)
    with sa.create_engine(sqlite_url, poolclass=NullPool).connect() as connection:
        assert neighbours(connection) == set()


def test_taking_out_ends_when_nothing_more_goes_and_when_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """What hangs on another thing goes in a later round; what does not go is returned and not tried for ever."""
    with sa.create_engine("sqlite://", isolation_level="AUTOCOMMIT").connect() as connection:
        run = connection.exec_driver_sql
        for statement in ("CREATE TABLE t (id INTEGER)", "CREATE TABLE keeps (id INTEGER)"):
            run(statement)
        names = ("nowhere", "t", "keeps")
        drops = {"nowhere": "DROP TABLE nowhere", "t": "DROP TABLE t", "keeps": None}
        rounds: list[int] = []

        def things() -> list[Thing]:
            rounds.append(1)
            there = {*sa.inspect(connection).get_table_names(), "nowhere"}
            return [Thing("table", name, drops[name]) for name in names if name in there]

        assert [thing.name for thing in take_out(connection, things)] == ["nowhere", "keeps"]
        assert len(rounds) == 3
        run("CREATE TABLE t (id INTEGER)")
        monkeypatch.setattr(of_databases, "LONGEST", -1.0)
        assert [thing.name for thing in take_out(connection, things)] == ["nowhere", "t", "keeps"]


def makes(project: Path, statements: list[str], then: str = "") -> None:
    """Lets the first revision make all of it, with no way back; the second one ends with ``then``."""
    path = project / "migrations" / "versions" / "aa01_things.py"
    lines = "".join(f"    op.execute({statement!r})\n" for statement in statements)
    path.write_text(path.read_text().replace("def upgrade() -> None:\n", f"def upgrade() -> None:\n{lines}"))
    second = path.with_name("aa02_name.py")
    second.write_text(second.read_text().replace("nullable=True))\n", f"nullable=True))\n{then}"))


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def given(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    yield request.param, str(request.getfixturevalue(f"{request.param}_url"))


def test_all_that_was_made_is_gone_so_that_a_second_run_works(
    given: tuple[str, str], project: Path, headway: Program
) -> None:
    kind, url = given
    makes(project, MAKES[kind])
    # Models know nothing of all this; what counts is that replay and downgrade get through, twice.
    for _ in range(2):
        done = headway("ci", "--format", "json", "--scratch", "env:SCRATCH", cwd=project, env={"SCRATCH": url})
        stages = {stage["name"].partition(" ")[0]: stage for stage in json.loads(done.out)["stages"]}
        assert stages["replay"]["status"] == "pass", stages["replay"]["why"]
        assert stages["downgrade"]["status"] == "pass", stages["downgrade"]["why"]
        assert "clean-up" not in stages, stages["clean-up"]["why"]
        if kind != "sqlite":
            assert holds(url) == []
    if kind == "sqlite":
        assert not Path(sa.make_url(url).database or "").exists()


def test_it_is_emptied_also_when_a_migration_fails(given: tuple[str, str], project: Path, headway: Program) -> None:
    kind, url = given
    makes(project, MAKES[kind], "    op.execute('UPDATE nowhere SET x = 1')\n")
    for _ in range(2):
        done, report = ci(headway, project, url)
        assert done.code == 1
        assert "nowhere" in whys(report)[0]
        assert kind == "sqlite" or holds(url) == []


def test_sessions_that_user_code_leaves_open_do_not_keep_it_from_being_emptied(
    postgresql_url: str, project: Path, headway: Program
) -> None:
    app = project / "app" / "db.py"
    app.write_text(
        "import os\nimport sqlalchemy as sa\n\nengine = sa.create_engine(os.environ['DATABASE_URL'])\nopen_ = []\n"
    )
    env = project / "migrations" / "env.py"
    env.write_text(
        f"{env.read_text()}\nfrom app import db\nif sa.inspect(db.engine).has_table('things'):\n"
        "    left = db.engine.connect()\n    left.execute(sa.text('SELECT * FROM things'))\n    db.open_.append(left)\n"
    )
    path = project / "migrations" / "versions" / "aa02_name.py"
    path.write_text(path.read_text() + "\n\nirreversible = 'a session of its own locks the table'\n")
    path.write_text(path.read_text().replace('    op.add_column("things", sa', '    op.create_table("more", sa'))
    _, report = ci(headway, project, postgresql_url)
    assert [stage for stage in report["stages"] if stage["name"].startswith("clean-up")] == []
    assert holds(postgresql_url) == []


def test_what_is_made_outside_of_it_is_said(postgresql_url: str, project: Path, headway: Program) -> None:
    name = f"maker_{sa.make_url(postgresql_url).database}"
    makes(project, [f"CREATE ROLE {name}"])
    try:
        done, report = ci(headway, project, postgresql_url)
        assert done.code == 3
        stage = report["stages"][-1]
        assert stage["name"].startswith("clean-up")
        assert f"stays: role {name}" in stage["why"]
        assert "Drop it before the next run" in stage["why"]
    finally:
        execute(postgresql_url, f"DROP ROLE IF EXISTS {name}")


def test_what_cannot_be_removed_is_said(mariadb_url: str, project: Path, headway: Program) -> None:
    """Another session of the user's own holds the table, past all patience."""
    with sa.create_engine(mariadb_url, poolclass=NullPool).connect() as holder:
        makes(project, ["CREATE TABLE held (id INTEGER PRIMARY KEY)"])
        text = "import threading\n"
        path = project / "migrations" / "versions" / "aa02_name.py"
        path.write_text(text + path.read_text())
        before = holder.exec_driver_sql("SELECT 1").scalar()
        assert before == 1
        # The lock is taken as soon as the table is there.
        import threading

        stop = threading.Event()

        def hold() -> None:
            while not stop.is_set():
                try:
                    holder.exec_driver_sql("LOCK TABLES held READ")
                    return
                except sa.exc.DBAPIError:
                    holder.rollback()
                    stop.wait(0.01)

        thread = threading.Thread(target=hold)
        thread.start()
        try:
            done, report = ci(headway, project, mariadb_url)
        finally:
            stop.set()
            thread.join()
        stage = report["stages"][-1]
        assert done.code == 3
        assert "could not be emptied again" in stage["why"]
        assert "table held" in stage["why"]


def test_a_file_that_is_there_and_empty_is_as_before(sqlite_url: str, project: Path, headway: Program) -> None:
    execute(sqlite_url, "PRAGMA user_version = 3")
    file = Path(sa.make_url(sqlite_url).database or "")
    before = file.read_bytes()
    for _ in range(2):
        done, report = ci(headway, project, sqlite_url)
        assert done.code == 0, report["stages"]
        assert file.read_bytes() == before
        assert [path.name for path in file.parent.iterdir() if path.name.startswith(file.name)] == [file.name]


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///file:m?mode=memory&uri=true", "sqlite:///file::memory:?uri=true"]
)
def test_memory_is_no_scratch_database(url: str, project: Path, headway: Program) -> None:
    done, report = ci(headway, project, url)
    assert done.code == 2
    assert "Use --scratch sqlite" in whys(report)[0]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_database_that_headway_does_not_know_is_looked_at_by_sqlalchemy(
    kind: str, request: pytest.FixtureRequest
) -> None:
    sequences = kind == "postgresql"
    texts = ["CREATE TABLE t (n int)", "CREATE VIEW v AS SELECT n FROM t", *["CREATE SEQUENCE s"] * sequences]
    with sa.create_engine(request.getfixturevalue(f"{kind}_url")).begin() as connection:
        for text in texts:
            connection.exec_driver_sql(text)
        found = [(thing.kind, thing.name) for thing in _of_others(connection)]
    assert found == [("view", "v"), ("table", "t"), *[("sequence", "s")] * sequences]


# -- a server that comes up late ----------------------------------------------------------------------------------


def late(port: int, to: int, seconds: float) -> threading.Thread:
    """Forwards connections on a port from ``seconds`` on; nobody listens there before."""

    def serve() -> None:
        time.sleep(seconds)
        with socket.create_server(("127.0.0.1", port)) as server:
            server.settimeout(20)
            with contextlib.suppress(TimeoutError):
                while True:
                    near, _ = server.accept()
                    far = socket.create_connection(("127.0.0.1", to))
                    for source, target in ((near, far), (far, near)):
                        threading.Thread(target=pump, args=(source, target), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return thread


def pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_ci_waits_for_its_service(project: Path, mariadb_url: str, headway: Program) -> None:
    url, port = sa.make_url(mariadb_url), free_port()
    assert url.port is not None
    late(port, url.port, 1.5)
    shown = url.set(port=port).render_as_string(hide_password=False)
    arguments = ("ci", "--stages", "replay", "--scratch", "env:SCRATCH")
    done = headway(*arguments, cwd=project, env={"SCRATCH": shown, "CI": "true"})
    assert done.code == 0, done.out + done.err
    assert holds(mariadb_url) == []


def test_elsewhere_nobody_waits(project: Path, headway: Program) -> None:
    began = time.monotonic()
    done = headway("ci", "--scratch", f"mysql+pymysql://root@127.0.0.1:{free_port()}/x", cwd=project, env={"CI": ""})
    assert done.code == 3
    assert "use the service's name" in done.out
    assert time.monotonic() - began < 15
