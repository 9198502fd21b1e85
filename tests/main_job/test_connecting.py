"""The port that every connection of the process passes: engines of any kind meet the policy, raw drivers are refused."""

from __future__ import annotations

import asyncio
import importlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool, StaticPool

from headway.errors import ConnectionRefused
from headway.runtime import connecting, drivers
from headway.runtime.connecting import Attempt, Guard, guarded, trusted
from headway.scratch.stand_ins import _place_of_attempt


class Redirect:
    """Leads every engine to one database and lets no raw driver connect."""

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url)
        self.seen: list[str] = []

    def connection(self, attempt: Attempt) -> Any:
        self.seen.append(attempt.dialect.name)
        if attempt.in_memory:
            return attempt.open()
        if attempt.dialect.name != self.url.get_backend_name():
            raise attempt.refused(f"no {attempt.dialect.name} here")
        return attempt.open_url(self.url)

    def raw(self, call: str) -> ConnectionRefused:
        return ConnectionRefused(f"{call}() is not for now")


@contextmanager
def redirected(url: str) -> Iterator[Guard]:
    with guarded(Redirect(url)) as guard:
        yield guard


def line_of(function: Callable[..., Any]) -> int:
    return function.__code__.co_firstlineno + 1


# -- engines ----------------------------------------------------------------------------------------------------

SYNC = {
    "sqlite": ["sqlite:////nowhere/x.db", "sqlite+pysqlite:////nowhere/x.db"],
    "postgresql": ["postgresql+psycopg://u:p@127.0.0.1:1/x", "postgresql+psycopg2://u:p@127.0.0.1:1/x"],
    "mysql": ["mysql+pymysql://u:p@127.0.0.1:1/x", "mysql+mysqldb://u:p@127.0.0.1:1/x"],
}
ASYNC = {
    "sqlite": ["sqlite+aiosqlite:////nowhere/x.db"],
    "postgresql": ["postgresql+psycopg://u:p@127.0.0.1:1/x", "postgresql+asyncpg://u:p@127.0.0.1:1/x"],
    "mysql": [],
}


def where(connection: sa.Connection) -> str:
    """What the database at the other end is called."""
    if connection.dialect.name == "sqlite":
        return str(connection.exec_driver_sql("PRAGMA database_list").one()[2])
    function = "current_database()" if connection.dialect.name == "postgresql" else "DATABASE()"
    return str(connection.exec_driver_sql(f"SELECT {function}").scalar())


def test_engines_made_before_and_after_reach_the_policys_database(database_url: str) -> None:
    backend = sa.make_url(database_url).get_backend_name()
    name = sa.make_url(database_url).database
    before = [sa.create_engine(url) for url in SYNC[backend]]
    with redirected(database_url):
        for engine in [*before, *(sa.create_engine(url, poolclass=NullPool) for url in SYNC[backend])]:
            with engine.connect() as connection:
                assert where(connection) == name
            engine.dispose()


def test_async_engines_reach_it_too(database_url: str) -> None:
    backend = sa.make_url(database_url).get_backend_name()
    name = sa.make_url(database_url).database

    async def look(url: str) -> str:
        engine = create_async_engine(url)
        async with engine.connect() as connection:
            found = await connection.run_sync(where)
        await engine.dispose()
        return found

    with redirected(database_url):
        for url in ASYNC[backend]:
            assert asyncio.run(look(url)) == name


def test_an_engine_of_another_database_is_refused_with_its_line(sqlite_url: str) -> None:
    engine = sa.create_engine("postgresql+psycopg://u:p@127.0.0.1:1/x")

    def connects() -> None:
        engine.connect()

    with redirected(sqlite_url) as guard:
        with pytest.raises(ConnectionRefused, match="no postgresql here") as caught:
            connects()
        assert (caught.value.path, caught.value.line) == (__file__, line_of(connects))
        assert guard.refusal() is caught.value


def test_the_line_is_found_through_sqlalchemys_greenlets(sqlite_url: str) -> None:
    async def connects() -> None:
        await create_async_engine("postgresql+asyncpg://u:p@127.0.0.1:1/x").connect()

    with redirected(sqlite_url) as guard:
        with pytest.raises(ConnectionRefused):
            asyncio.run(connects())
        refusal = guard.refusal()
        assert refusal is not None
        assert (refusal.path, refusal.line) == (__file__, line_of(connects))


def test_memory_passes_for_engines_and_for_the_driver(sqlite_url: str) -> None:
    with redirected(sqlite_url):
        engine = sa.create_engine("sqlite://", poolclass=StaticPool)
        assert engine.connect().exec_driver_sql("SELECT 1").scalar() == 1
        sqlite3.connect(":memory:").close()
        sqlite3.connect("file:shared?mode=memory&cache=shared", uri=True).close()


def test_the_projects_own_listeners_are_heard_when_the_policy_asks(sqlite_url: str) -> None:
    class Listening(Redirect):
        def connection(self, attempt: Attempt) -> Any:
            attempt.hear()
            return attempt.open()

    engine = sa.create_engine("sqlite:////nowhere/x.db")
    file = sa.make_url(sqlite_url).database

    @sa.event.listens_for(engine, "do_connect")
    def choose(dialect: Any, record: Any, cargs: list[Any], cparams: dict[str, Any]) -> None:
        cargs[:] = [file]

    with guarded(Listening(sqlite_url)), engine.connect() as connection:
        assert where(connection) == file

    @sa.event.listens_for(engine, "do_connect")
    def opens(dialect: Any, record: Any, cargs: list[Any], cparams: dict[str, Any]) -> Any:
        with trusted():
            return sqlite3.connect(":memory:")

    engine.dispose()
    with guarded(Listening(sqlite_url)) as guard:
        with pytest.raises(ConnectionRefused, match="opens the connection itself"):
            engine.connect()
        assert guard.refusal() is not None


def test_what_lies_in_a_pool_from_before_is_opened_anew(tmp_path: Any) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'before.db'}")
    memory = sa.create_engine("sqlite://", poolclass=StaticPool)
    memory.connect().exec_driver_sql("CREATE TABLE kept (id INTEGER)")
    with engine.connect() as connection:
        assert where(connection).endswith("before.db")
    for name in ("one.db", "two.db"):
        with redirected(f"sqlite:///{tmp_path / name}"):
            with engine.connect() as connection:
                assert where(connection).endswith(name)
            assert sa.inspect(memory).get_table_names() == ["kept"]


# -- drivers past SQLAlchemy ------------------------------------------------------------------------------------

RAW: dict[str, Callable[[], Any]] = {
    "psycopg.connect": lambda: importlib.import_module("psycopg").connect("host=127.0.0.1 port=1"),
    "psycopg.Connection.connect": lambda: importlib.import_module("psycopg").Connection.connect(
        "host=127.0.0.1 port=1"
    ),
    "psycopg.AsyncConnection.connect": lambda: asyncio.run(
        importlib.import_module("psycopg").AsyncConnection.connect("host=127.0.0.1 port=1")
    ),
    "psycopg2.connect": lambda: importlib.import_module("psycopg2").connect("host=127.0.0.1 port=1"),
    "asyncpg.connect": lambda: asyncio.run(importlib.import_module("asyncpg").connect(host="127.0.0.1", port=1)),
    "asyncpg.create_pool": lambda: importlib.import_module("asyncpg").create_pool(host="127.0.0.1", port=1),
    "pymysql.connections.Connection": lambda: importlib.import_module("pymysql").connect(host="127.0.0.1", port=1),
    "MySQLdb.connections.Connection": lambda: importlib.import_module("MySQLdb").connect(host="127.0.0.1", port=1),
    "MySQLdb._mysql.connect": lambda: importlib.import_module("MySQLdb._mysql").connect(host="127.0.0.1", port=1),
    "aiosqlite.connect": lambda: importlib.import_module("aiosqlite").connect("/nowhere/x.db"),
    "sqlite3.connect": lambda: sqlite3.connect("/nowhere/x.db"),
}


@pytest.mark.parametrize("call", RAW)
def test_a_driver_called_past_sqlalchemy_is_refused_with_its_line(call: str, sqlite_url: str) -> None:
    connects = RAW[call]
    with redirected(sqlite_url) as guard:
        with pytest.raises(ConnectionRefused) as caught:
            connects()
        refusal = guard.refusal()
    assert caught.value is refusal
    assert str(refusal) == f"{call}() is not for now"
    assert refusal.path == __file__
    assert connects.__code__.co_firstlineno <= (refusal.line or 0) <= connects.__code__.co_firstlineno + 2


def test_an_alias_from_before_is_refused_as_well(sqlite_url: str) -> None:
    import asyncpg
    import psycopg
    import psycopg2
    import pymysql

    aliases = [psycopg.connect, psycopg2.connect, pymysql.connect, sqlite3.connect]
    from_asyncpg = asyncpg.connect
    with redirected(sqlite_url) as guard:
        for connect in aliases:
            with pytest.raises(ConnectionRefused):
                connect("host=127.0.0.1")
        with pytest.raises(ConnectionRefused):
            asyncio.run(from_asyncpg(host="127.0.0.1", port=1))
        assert guard.refusal() is not None


def test_a_creator_of_the_projects_own_is_a_driver_past_sqlalchemy(sqlite_url: str) -> None:
    engine = sa.create_engine("sqlite://", creator=lambda: sqlite3.connect("/nowhere/x.db"), poolclass=NullPool)
    with redirected(sqlite_url) as guard:
        with pytest.raises(ConnectionRefused):
            engine.connect()
        assert guard.refusal() is not None


def test_every_entrance_of_an_installed_driver_is_where_the_table_says() -> None:
    """A driver's next version may move them; then this fails, not a gate."""
    for driver, places in drivers.ENTRANCES.items():
        if drivers._is_there(driver):
            assert [place for place in places if drivers._owner(place) is None] == []


# -- refusals are not forgotten, and everything is put back -----------------------------------------------------


def test_a_refusal_that_user_code_catches_is_raised_all_the_same(sqlite_url: str) -> None:
    with pytest.raises(ConnectionRefused, match=r"sqlite3\.connect"), redirected(sqlite_url):  # noqa: SIM117
        with pytest.raises(ConnectionRefused):
            sqlite3.connect("/nowhere/x.db")


def test_a_thread_that_user_code_starts_meets_the_policy(sqlite_url: str) -> None:
    caught: list[BaseException] = []

    def work() -> None:
        try:
            sqlite3.connect("/nowhere/x.db")
        except ConnectionRefused as error:
            caught.append(error)

    with redirected(sqlite_url) as guard:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        assert guard.refusal() in caught


def test_with_two_runs_at_once_a_thread_of_nobody_is_refused(tmp_path: Any) -> None:
    """Each run's own thread goes to its own database; one that could belong to either goes nowhere."""
    files = [f"sqlite:///{tmp_path / name}" for name in ("one.db", "two.db")]
    ready = threading.Barrier(2)
    found: list[str] = []

    def run(url: str) -> None:
        with redirected(url) as guard:
            ready.wait()
            with sa.create_engine("sqlite:////nowhere/x.db").connect() as connection:
                found.append(where(connection))
            with pytest.raises(ConnectionRefused, match="any of 2 runs"):
                errors: list[BaseException] = []

                def nobody() -> None:
                    try:
                        sqlite3.connect("/nowhere/x.db")
                    except ConnectionRefused as error:
                        errors.append(error)

                thread = threading.Thread(target=nobody)
                thread.start()
                thread.join()
                raise errors[0]
            ready.wait()
            guard.refusal()
            ready.wait()

    threads = [threading.Thread(target=run, args=(url,)) for url in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(found) == sorted(str(tmp_path / name) for name in ("one.db", "two.db"))


def test_everything_is_as_before_afterwards(sqlite_url: str, tmp_path: Any) -> None:
    def state() -> list[Any]:
        found: list[Any] = [Dialect.__dict__["_has_events"]]
        for driver, places in drivers.ENTRANCES.items():
            for place in places if drivers._is_there(driver) else ():
                owner, name = drivers._owner(place) or (None, "")
                found.append(vars(owner).get(name, name))
        return found

    before = state()
    with redirected(sqlite_url), redirected(sqlite_url):
        assert state() != before
    assert state() == before
    sqlite3.connect(tmp_path / "x.db").close()
    with sa.create_engine(f"sqlite:///{tmp_path / 'x.db'}").connect() as connection:
        assert where(connection) == str(tmp_path / "x.db")


# -- afterwards -------------------------------------------------------------------------------------------------


def test_nothing_of_it_stays(sqlite_url: str) -> None:
    listeners = ((sa.Engine, "do_connect", connecting._answer), (sa.pool.Pool, "checkout", connecting._renew))
    for _ in range(2):
        with redirected(sqlite_url), redirected(sqlite_url):
            assert all(event.contains(*one) for one in listeners)
        assert not any(event.contains(*one) for one in listeners)


# -- which database it is ---------------------------------------------------------------------------------------

PLACES = [
    # two connections' arguments, and whether they lead to one database
    ({"host": "h", "dbname": "d"}, {"host": "h", "dbname": "d", "user": "u"}, True),
    ({"host": "h", "dbname": "d"}, {"host": "h", "dbname": "e"}, False),
    ({"host": "h", "dbname": "d"}, {"host": "i", "dbname": "d"}, False),
    ({"host": "h", "dbname": "d", "port": 1}, {"host": "h", "dbname": "d", "port": "1"}, True),
    ({"host": "h", "dbname": "d", "port": 1}, {"host": "h", "dbname": "d", "port": 2}, False),
    ({"dsn": "host=h dbname=d"}, {"dsn": "host=h dbname=d"}, True),
    ({"dsn": "host=h dbname=d"}, {"dsn": "host=h dbname=e"}, False),
    ({"conninfo": "dbname=d"}, {"conninfo": "dbname=e"}, False),
]


@pytest.mark.parametrize(("one", "other", "same"), PLACES)
def test_the_place_of_a_connection(one: dict[str, Any], other: dict[str, Any], same: bool) -> None:
    dialect = sa.make_url("postgresql://").get_dialect()()

    def place(given: dict[str, Any]) -> object:
        policy: Any = None
        return _place_of_attempt(Attempt(Guard(policy), dialect, None, [], given))

    assert (place(one) == place(other)) is same


def test_what_headway_opens_itself_is_led_nowhere(tmp_path: Path) -> None:
    own = f"sqlite:///{tmp_path / 'own.db'}"
    with redirected(f"sqlite:///{tmp_path / 'other.db'}"):
        with trusted(), sa.create_engine(own, poolclass=NullPool).begin() as connection:
            connection.exec_driver_sql("CREATE TABLE t (a INT)")
        assert (tmp_path / "own.db").exists()
        assert not (tmp_path / "other.db").exists()
