"""Which scratch database stands in for which URL, and what an engine of a rehearsal gets for its connection."""

from __future__ import annotations

import importlib.util
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from headway.errors import ConnectionRefused
from headway.runtime.connecting import Attempt, Guard, guarded
from headway.scratch.port import Scratch
from headway.scratch.stand_ins import StandIns, _place_of_attempt, database_url, standing_in

SERVER = "postgresql+psycopg://headway@scratch:5433/main"


def stand_ins(url: str = SERVER, *, single: bool = False) -> tuple[StandIns, list[str]]:
    """Those of a scratch database that can make more, and what was made."""
    made: list[str] = []
    main = sa.make_url(url)

    def another(name: str) -> str:
        made.append(name)
        if main.get_backend_name() == "sqlite":
            return f"sqlite:////scratch/{name}.db"
        return main.set(database=name).render_as_string(hide_password=False)

    def file(name: str) -> str:
        made.append(f"file {name}")
        return f"sqlite:////files/{name}.db"

    return StandIns(Scratch("postgresql", url, None if single else another), file), made


def led(found: StandIns, url: str, name: str = "db") -> str | None:
    to = found.for_url(sa.make_url(url), name)
    return None if to is None else str(to.database)


def test_the_first_url_gets_the_main_one_and_each_other_one_of_its_own() -> None:
    found, made = stand_ins()
    assert found.is_single
    assert led(found, "postgresql://u:p@prod/shop") == "main"
    assert found.is_single
    assert led(found, "postgresql+asyncpg://other:x@prod:5432/shop") == "main", "whoever comes, by whatever driver"
    assert led(found, "postgresql://u:p@prod/Users & More", "Users & More") == "scratch1_users___more"
    assert not found.is_single
    assert led(found, "postgresql://u:p@prod/Users & More", "again") == "scratch1_users___more"
    assert led(found, "postgresql://u:p@prod/third", "x" * 50) == f"scratch2_{'x' * 30}"
    assert led(found, found.main.set(database="scratch1_users___more").render_as_string(hide_password=False)) == (
        "scratch1_users___more"
    ), "a stand-in stands for itself"
    assert len(made) == 2


def test_the_url_that_is_claimed_keeps_the_main_one() -> None:
    found, _ = stand_ins()
    found.claim_main(sa.make_url("driver://user:pass@localhost/dbname"))
    assert not found._main_is_shown, "what init writes is no database"
    found.claim_main(sa.make_url("postgresql://prod/shop"))
    assert led(found, "postgresql://prod/users") == "scratch1_db"
    assert led(found, "postgresql://prod/shop") == "main"
    found.claim_main(sa.make_url("postgresql://prod/users"))
    assert led(found, "postgresql://prod/users") == "scratch1_db", "a place keeps what it has"


def test_a_single_scratch_database_stands_for_one() -> None:
    found, _ = stand_ins(single=True)
    assert led(found, "postgresql://prod/shop") == "main"
    assert led(found, "postgresql://prod/users") is None
    assert found.another("users") is None
    assert led(found, "sqlite:///users.db") == "/files/scratch1_db.db", "a file can always be made"


def test_one_of_which_nothing_but_a_name_is_known() -> None:
    found, made = stand_ins()
    one = found.another("users")
    assert one is not None and one.database == "scratch1_users"
    assert found.another("users") == one
    assert found.another("orders") != one
    assert len(made) == 2


SHOWN = [
    # the URL that the project has, whether it is asynchronous, and the driver that it reads
    (SERVER, None, False, "postgresql+psycopg"),
    (SERVER, "postgresql+psycopg2://prod/shop", False, "postgresql+psycopg2"),
    (SERVER, "postgresql+asyncpg://prod/shop", True, "postgresql+asyncpg"),
    (SERVER, "postgres://prod/shop", False, "postgres"),
    (SERVER, "postgresql+pygresql_not_there://prod/shop", False, "postgresql+psycopg"),
    (SERVER, "mysql+pymysql://prod/shop", False, "postgresql+psycopg"),
    (SERVER, "mysql+aiomysql://prod/shop", True, "postgresql+psycopg"),
    (SERVER.replace("+psycopg", ""), None, True, "postgresql+psycopg"),
    ("postgresql+asyncpg://scratch/main", None, True, "postgresql+asyncpg"),
    ("postgresql+psycopg2://scratch/main", None, True, "postgresql+psycopg"),
    ("sqlite:////scratch/main.db", None, True, "sqlite+aiosqlite"),
    ("sqlite:////scratch/main.db", "sqlite+pysqlite:///x.db", False, "sqlite+pysqlite"),
    ("mysql+pymysql://scratch/main", "mariadb+pymysql://prod/shop", False, "mariadb+pymysql"),
    ("mssql+pyodbc://scratch/main", None, True, "mssql+pyodbc"),
]


@pytest.mark.parametrize(("main", "original", "asynchronous", "driver"), SHOWN)
def test_a_project_reads_the_driver_that_it_has(
    main: str, original: str | None, asynchronous: bool, driver: str
) -> None:
    found, _ = stand_ins(main)
    url = None if original is None else sa.make_url(original)
    assert found.shown(found.main, url, asynchronous=asynchronous).partition("://")[0] == driver


def test_an_asynchronous_project_reads_a_driver_that_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    there = importlib.util.find_spec("asyncio")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: there if name == "asyncpg" else None)
    found, _ = stand_ins("postgresql+psycopg2://scratch/main")
    assert found.shown(found.main, None, asynchronous=True).startswith("postgresql+asyncpg://")
    other, _ = stand_ins("mysql+pymysql://scratch/main")
    assert other.shown(other.main, None, asynchronous=True).startswith("mysql+aiomysql://"), (
        "which is told when it is used"
    )


def test_a_driver_s_url_stays_what_it_was_but_for_the_driver() -> None:
    """Without percent signs in a folder, where ConfigParser reads them; with those that a password needs."""
    found, _ = stand_ins("postgresql+psycopg://u:p%2Fw@/main?host=%2Ftmp%2Fpg&options=-c%20a%3Db")
    assert found.shown(found.main, None, asynchronous=False) == (
        "postgresql+psycopg://u:p%2Fw@/main?host=/tmp/pg&options=-c+a%3Db"
    )


@pytest.mark.parametrize(
    ("main", "env_py", "accepted"),
    [
        ("sqlite:////scratch/main.db", "sqlite:////elsewhere.db", True),
        ("sqlite:////scratch/main.db", "sqlite://", False),
        (SERVER, "postgresql+psycopg://prod/shop", True),
        (SERVER, "postgresql+psycopg://prod/", True),
        (SERVER, "mysql+pymysql://prod/shop", False),
        ("mysql+pymysql://scratch/main", "mariadb+pymysql://prod/shop", True),
        (SERVER, "sqlite:////elsewhere.db", False),
    ],
)
def test_env_py_s_connection_is_taken_when_it_is_of_the_rehearsed_kind(main: str, env_py: str, accepted: bool) -> None:
    found, _ = stand_ins(main)
    engine = sa.create_engine(env_py)
    connection: Any = SimpleNamespace(engine=engine, dialect=engine.dialect)
    assert found.accepts(connection) is accepted


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        *(("postgresql://h/d", True), ("postgres://h/d", True), ("mariadb+pymysql://h/d", True), ("sqlite://", True)),
        *(("driver://u:p@h/d", True), ("redis://h/0", False), ("https://h/d", False), ("h/d", False), ("", False)),
        *((None, False), ("postgresql://h:port/d", False), ("://", False)),
    ],
)
def test_a_text_that_is_the_url_of_a_database(text: str | None, is_one: bool) -> None:
    assert (database_url(text) is not None) is is_one


# -- the policy -----------------------------------------------------------------------------------------------------


def attempt(url: str, **cparams: Any) -> Any:
    """An engine's attempt to connect, of which ``opened`` keeps where it was led."""
    dialect = sa.make_url(url).get_dialect()()
    cargs, found = dialect.create_connect_args(sa.make_url(url))
    policy: Any = None
    made: Any = Attempt(Guard(policy), dialect, SimpleNamespace(in_use=False), list(cargs), {**found, **cparams})
    made.opened = []

    def open_url(to: sa.URL, **more: Any) -> Any:
        made.opened.append((to.database, more))
        return SimpleNamespace(set_authorizer=lambda allow: None, close=lambda: made.opened.append("closed"))

    made.open_url = open_url
    made.open = lambda: made.opened.append("memory")
    return made


def test_the_first_engine_gets_the_main_one_and_each_other_place_one_of_its_own() -> None:
    found, made = stand_ins()
    where = []
    for url in ("postgresql+psycopg://u@prod/shop", "postgresql+psycopg://u@prod/users", "sqlite:///more.db"):
        for _ in range(2):
            one = attempt(url)
            found.connection(one)
            where.append(one.opened[0][0])
    assert where[0::2] == where[1::2] == ["main", "scratch1_database", "/files/scratch2_file.db"]
    assert made == ["scratch1_database", "file scratch2_file"]


def test_a_file_beside_a_server_s_database_takes_nothing_from_it() -> None:
    found, _ = stand_ins()
    cache, shop = attempt("sqlite:///cache.db"), attempt("postgresql+psycopg://u@prod/shop")
    found.connection(cache)
    found.connection(shop)
    assert [one.opened[0][0] for one in (cache, shop)] == ["/files/scratch1_file.db", "main"]


def test_what_is_in_memory_is_the_project_s_own() -> None:
    found, made = stand_ins()
    one = attempt("sqlite://")
    found.connection(one)
    assert (one.opened, made) == (["memory"], [])


def test_how_to_talk_is_kept_and_to_whom_is_not() -> None:
    found, _ = stand_ins()
    one = attempt("postgresql+psycopg://u:p@prod/shop", connect_timeout=3, sslmode="require", password="p")
    found.connection(one)
    assert one.opened[0][1] == {"connect_timeout": 3}


REFUSED = [
    ("postgresql+psycopg://u@prod/users", "this engine leads to a second database", "make one for each"),
    ("mysql+pymysql://u@prod/shop", "this engine is for mysql, and the scratch database is postgresql", "on mysql (--"),
]


@pytest.mark.parametrize(("url", "message", "hint"), REFUSED)
def test_an_engine_that_nothing_stands_in_for_is_refused(url: str, message: str, hint: str) -> None:
    found, _ = stand_ins(single=True)
    found.connection(attempt("postgresql+psycopg://u@prod/shop"))
    with pytest.raises(ConnectionRefused, match=message) as error:
        found.connection(attempt(url))
    assert hint in (error.value.hint or "")


def test_a_driver_called_past_it_is_refused() -> None:
    refusal = stand_ins()[0].raw("psycopg.connect")
    assert refusal.message.startswith("psycopg.connect() opens a database past SQLAlchemy")
    assert "op.get_bind()" in (refusal.hint or "")


def test_what_user_code_holds_is_known_and_closed() -> None:
    found, _ = stand_ins()
    assert not found.in_use
    one, two = attempt("postgresql+psycopg://u@prod/shop"), attempt("postgresql+psycopg://u@prod/shop")
    for each in (one, two):
        found.connection(each)
    assert not found.in_use
    two.record.in_use = True
    assert found.in_use
    two.record = None
    found.close()
    assert [each.opened[-1] for each in (one, two)] == ["closed", "closed"]
    bare = attempt("postgresql+psycopg://u@prod/shop")
    bare.record = None  # an engine that only asks what the server is
    found.connection(bare)
    assert found.in_use


def test_one_that_cannot_be_closed_does_not_keep_the_others_open() -> None:
    found, _ = stand_ins()
    closed: list[str] = []

    def fails() -> None:
        raise RuntimeError("made in another thread")

    found._opened += [
        SimpleNamespace(close=fails),
        SimpleNamespace(close=fails, terminate=lambda: closed.append("terminated")),
        SimpleNamespace(close=lambda: closed.append("closed")),
    ]
    found.close()
    assert closed == ["terminated", "closed"]


PLACES = [
    ({"host": "h", "dbname": "d", "port": "5432"}, ("postgresql", "h", 5432, "d")),
    ({"hostaddr": "10.0.0.1", "database": "d"}, ("postgresql", "10.0.0.1", 5432, "d")),
    ({"unix_socket": "/s", "db": "d", "port": 7}, ("postgresql", "/s", 7, "d")),
    ({"host": "", "hostaddr": "a", "dbname": "", "db": "d"}, ("postgresql", "a", 5432, "d")),
    ({"host": "h"}, ("postgresql", "h", 5432, "")),
    ({"dbname": "d"}, ("postgresql", "localhost", 5432, "d")),
    ({"host": "h", "port": "5432,5433"}, ("postgresql", "h", 5432, "")),
    ({"dsn": "service=x"}, ("postgresql", "localhost", 5432, "([], 'service=x')")),
    ({"conninfo": "service=x"}, ("postgresql", "localhost", 5432, "([], 'service=x')")),
    ({}, ("postgresql", "localhost", 5432, "([], None)")),
]


@pytest.mark.parametrize(("given", "place"), PLACES)
def test_the_place_that_a_driver_s_arguments_name(given: dict[str, Any], place: tuple[object, ...]) -> None:
    one = attempt("postgresql+psycopg://")
    one.cargs, one.cparams = [], given
    assert _place_of_attempt(one) == place


# -- real files -----------------------------------------------------------------------------------------------------


@contextmanager
def rehearsing(tmp_path: Path) -> Iterator[tuple[StandIns, Guard]]:
    main = f"sqlite:///{tmp_path / 'main.db'}"
    scratch = Scratch("sqlite", main, lambda name: f"sqlite:///{tmp_path / name}.db")
    with standing_in(scratch) as found, guarded(found) as guard:
        yield found, guard


def test_attaching_is_for_what_is_in_memory(tmp_path: Path) -> None:
    with rehearsing(tmp_path) as (_, guard), sa.create_engine("sqlite:////prod.db").connect() as connection:
        run = connection.exec_driver_sql
        run("CREATE TABLE t (n INTEGER)")
        run("ATTACH ':memory:' AS more")
        run("CREATE TABLE more.t (n INTEGER)")
        assert guard.refusal() is None
        for statement, parameters in ((f"ATTACH '{tmp_path / 'x.db'}' AS x", ()), ("ATTACH ? AS x", (":memory:",))):
            with pytest.raises(sa.exc.DBAPIError, match="not authorized"):
                run(statement, parameters)
            refusal = guard.refusal()
            assert refusal is not None and refusal.message.startswith("ATTACH opens another database")
            assert "':memory:'" in (refusal.hint or "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["main.db"]


def test_an_asynchronous_driver_may_attach_no_more(tmp_path: Path) -> None:
    import asyncio

    from sqlalchemy.ext.asyncio import create_async_engine

    async def attach() -> None:
        engine = create_async_engine("sqlite+aiosqlite:////prod.db", poolclass=NullPool)
        async with engine.connect() as connection:
            await connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
            await connection.exec_driver_sql(f"ATTACH '{tmp_path / 'x.db'}' AS x")

    with rehearsing(tmp_path) as (_, guard):
        with pytest.raises(sa.exc.DBAPIError, match="not authorized"):
            asyncio.run(attach())
        assert guard.refusal() is not None
    assert sorted(path.name for path in tmp_path.iterdir()) == ["main.db"]


def test_what_is_left_open_is_closed_at_the_end_and_files_that_were_made_are_gone(tmp_path: Path) -> None:
    with standing_in(Scratch("postgresql", SERVER)) as found, guarded(found):
        engine = sa.create_engine("sqlite:////cache.db")
        connection = engine.connect()
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
        (file,) = [row[2] for row in connection.exec_driver_sql("PRAGMA database_list")]
        driver = connection.connection.driver_connection
        assert found.in_use and Path(file).exists()
    assert not Path(file).exists()
    assert isinstance(driver, sqlite3.Connection)
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        driver.execute("SELECT 1")
    connection.invalidate()
