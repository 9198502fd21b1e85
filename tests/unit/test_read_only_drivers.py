"""How each driver is told that its session may change nothing; one that cannot be told, or does not do it, is refused."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from headway.errors import HeadwayError
from headway.plan.recorder import _OnlyReading
from headway.runtime.connecting import guarded
from headway.runtime.read_only import _PREPARED, connect_read_only

ON = "-c default_transaction_read_only=on"


@pytest.mark.parametrize(
    ("driver", "given", "asked"),
    [
        ("psycopg", {}, {"options": ON}),
        ("psycopg2", {"options": "-c search_path=shop"}, {"options": f"-c search_path=shop {ON}"}),
        ("psycopg_async", {"options": ""}, {"options": ON}),
        ("asyncpg", {}, {"server_settings": {"default_transaction_read_only": "on"}}),
        (
            "asyncpg",
            {"server_settings": {"jit": "off", "default_transaction_read_only": "off"}},
            {"server_settings": {"jit": "off", "default_transaction_read_only": "on"}},
        ),
    ],
)
def test_the_session_is_asked_for_read_only(driver: str, given: dict[str, Any], asked: dict[str, Any]) -> None:
    attempt: Any = SimpleNamespace(dialect=SimpleNamespace(driver=driver, name="postgresql"), cparams={**given})
    before = {name: dict(value) if isinstance(value, dict) else value for name, value in given.items()}
    _PREPARED["postgresql"](attempt)
    assert attempt.cparams == asked
    assert given == before


@pytest.mark.parametrize("driver", ["pg8000", "psycopg3000"])
def test_a_driver_that_cannot_be_told_is_refused(driver: str) -> None:
    attempt: Any = SimpleNamespace(dialect=SimpleNamespace(driver=driver, name="postgresql"), cparams={})
    with pytest.raises(HeadwayError, match=f"the driver {driver} cannot be told") as error:
        _PREPARED["postgresql"](attempt)
    assert error.value.hint == "Use psycopg, psycopg2 or asyncpg in the URL for plan."
    assert attempt.cparams == {}


class Server:
    """A driver's connection to a server that gives these answers."""

    def __init__(self, **answers: object) -> None:
        self.answers = answers
        self.asked: list[str] = []
        self.ended: list[str] = []
        self.open_cursors = 0

    def cursor(self) -> Any:
        self.open_cursors += 1
        found: list[Any] = []

        def execute(sql: str) -> None:
            self.asked.append(sql)
            answer = next((row for words, row in self.answers.items() if words in sql), None)
            if isinstance(answer, Exception):
                raise answer
            found[:] = [] if answer is None else [(answer,)]
            cursor.description = (("a",),) if sql.startswith(("SELECT", "SHOW")) else None

        def close() -> None:
            self.open_cursors -= 1

        cursor = SimpleNamespace(execute=execute, fetchone=lambda: found[0] if found else None, close=close)
        return cursor

    def rollback(self) -> None:
        self.ended.append("rollback")

    def close(self) -> None:
        self.ended.append("close")


def opened(url: str, server: Server) -> Any:
    """What an engine of this URL gets for its connection during a plan."""
    dialect = make_url(url).get_dialect()()
    attempt: Any = SimpleNamespace(dialect=dialect, cargs=[], cparams={}, open=lambda: server, file=None)
    return connect_read_only(attempt)


@pytest.mark.parametrize("answer", ["on", "ON"])
def test_postgresql_is_asked_whether_it_heard(answer: str) -> None:
    server = Server(transaction_read_only=answer)
    assert opened("postgresql+psycopg://h/d", server) is server
    assert (server.asked, server.ended, server.open_cursors) == (["SHOW transaction_read_only"], ["rollback"], 0)


@pytest.mark.parametrize("answer", ["off", None])
def test_a_pooler_that_dropped_it_is_refused(answer: str | None) -> None:
    server = Server(transaction_read_only=answer)
    with pytest.raises(HeadwayError, match="postgresql server did not take over") as error:
        opened("postgresql+psycopg://h/d", server)
    assert f"(it says {answer!r})" in error.value.message
    assert "pooler" in (error.value.hint or "")
    assert server.ended == ["rollback", "close"]


def test_a_server_that_does_not_answer_is_left() -> None:
    server = Server(transaction_read_only=RuntimeError("gone"))
    with pytest.raises(RuntimeError, match="gone"):
        opened("postgresql+psycopg://h/d", server)
    assert (server.ended, server.open_cursors) == (["close"], 0)


@pytest.mark.parametrize(
    ("version", "name"),
    [
        ("8.4.0", "transaction_read_only"),
        ("10.11.6-MariaDB", "tx_read_only"),
        ("11.8.2-MariaDB", "transaction_read_only"),
    ],
)
@pytest.mark.parametrize("kind", ["mysql", "mariadb"])
def test_mysql_is_told_and_asked_by_the_name_that_it_knows(kind: str, version: str, name: str) -> None:
    server = Server(**{"VERSION()": version, f"@@session.{name}": 1})
    assert opened(f"{kind}+pymysql://h/d", server) is server
    assert server.asked == ["SET SESSION TRANSACTION READ ONLY", "SELECT VERSION()", f"SELECT @@session.{name}"]
    with pytest.raises(HeadwayError, match="did not take over"):
        opened(f"{kind}+pymysql://h/d", Server(**{"VERSION()": version, f"@@session.{name}": 0}))


def test_a_database_that_cannot_be_told_is_refused() -> None:
    with pytest.raises(HeadwayError, match="mssql cannot be told to refuse every change") as error:
        opened("mssql+pyodbc://h/d", Server())
    assert "headway upgrade --sql" in (error.value.hint or "")


def test_a_dialect_of_somebody_s_own_is_what_it_is_called() -> None:
    class Own:
        name = "mysql"

    server = Server(**{"VERSION()": "8.4.0", "@@session.transaction_read_only": 1})
    attempt: Any = SimpleNamespace(dialect=Own(), cargs=[], cparams={}, open=lambda: server)
    assert connect_read_only(attempt) is server
    assert server.asked[0] == "SET SESSION TRANSACTION READ ONLY"


def sqlite(name: str, *, driver: str = "pysqlite", **cparams: Any) -> sqlite3.Connection:
    dialect = make_url("sqlite://").get_dialect()()
    dialect.driver = driver
    attempt: Any = SimpleNamespace(dialect=dialect, cargs=[name], cparams={"timeout": 3, **cparams}, file=name)
    attempt.open = lambda: sqlite3.connect(*attempt.cargs, **attempt.cparams)
    made: sqlite3.Connection = connect_read_only(attempt)  # type: ignore[assignment]
    return made


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A file whose name has what a URI reads otherwise."""
    path = tmp_path / "the shop?#%41.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t AS SELECT 5 AS n")
    return path


@pytest.mark.parametrize("how", ["path", "relative", "uri", "uri with a mode", "uri with slashes"])
def test_a_sqlite_file_can_be_read_and_nothing_else(
    how: str, shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    plain = shop.rename(tmp_path / "plain.db") if how.startswith("uri") else shop
    name = {
        "path": str(plain),
        "relative": plain.name,
        "uri": f"file:{plain}",
        "uri with a mode": f"file:{plain}?mode=rwc&cache=private",
        "uri with slashes": f"file://{plain}",
    }[how]
    connection = sqlite(name, **({"uri": True} if how.startswith("uri") else {}))
    assert connection.execute("SELECT n FROM t").fetchall() == [(5,)]
    for change in ("DELETE FROM t", "CREATE TABLE u (n INT)", "PRAGMA query_only = OFF; DELETE FROM t"):
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.executescript(change)
    with pytest.raises(sqlite3.DatabaseError, match="not authorized"):
        connection.execute("ATTACH 'more.db' AS more")
    assert sorted(path.name for path in tmp_path.iterdir()) == [plain.name]


@pytest.mark.parametrize(
    "name",
    ["", ":memory:", "missing.db", "file:missing.db", "file::memory:", "file:m?mode=memory", "file:?cache=shared"],
)
def test_what_is_not_there_is_an_empty_database(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    connection = sqlite(name, uri=name.startswith("file:"))
    assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("CREATE TABLE t (n INT)")
    assert os.listdir(tmp_path) == []


def test_another_driver_of_sqlite_is_refused() -> None:
    with pytest.raises(HeadwayError, match="the driver pysqlcipher cannot be told") as error:
        sqlite("shop.db", driver="pysqlcipher")
    assert error.value.hint == "Use pysqlite or aiosqlite in the URL for plan."


def test_what_a_sqlite_driver_is_given(tmp_path: Path) -> None:
    """The name as a URI, which no build of SQLite takes for a path, once; with what the project's own URI says of it."""
    path = tmp_path / "a.db"
    path.touch()
    for given, name, uri in (
        (str(path), f"file:{path}?mode=ro", False),
        (f"file:{path}?cache=private&mode=rwc&nolock=1", f"file:{path}?cache=private&nolock=1&mode=ro", True),
    ):
        dialect = make_url("sqlite://").get_dialect()()
        attempt: Any = SimpleNamespace(dialect=dialect, cargs=[], cparams={"database": given, "uri": uri}, file=given)
        _PREPARED["sqlite"](attempt)
        assert (attempt.cargs, attempt.cparams) == ([name], {"uri": True})


def test_a_plain_name_stays_one_whatever_the_driver_is_told(shop: Path) -> None:
    assert sqlite(str(shop), uri=True).execute("SELECT n FROM t").fetchall() == [(5,)]


def test_a_database_in_memory_is_no_file_of_that_name(shop: Path, tmp_path: Path) -> None:
    plain = shop.rename(tmp_path / "plain.db")
    connection = sqlite(f"file:{plain}?mode=memory", uri=True)
    assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)


def test_an_asynchronous_driver_can_read_and_nothing_else(shop: Path, tmp_path: Path) -> None:
    plain = shop.rename(tmp_path / "plain.db")

    async def read(sql: str) -> Any:
        engine = create_async_engine(f"sqlite+aiosqlite:///{plain}", poolclass=NullPool)
        async with engine.connect() as connection:
            return (await connection.exec_driver_sql(sql)).scalar()

    with guarded(_OnlyReading()):
        assert asyncio.run(read("SELECT n FROM t")) == 5
        for change, said in (("DELETE FROM t", "readonly"), (f"ATTACH '{tmp_path}/more.db' AS more", "not authorized")):
            with pytest.raises(DBAPIError, match=said):
                asyncio.run(read(change))
    assert [path.name for path in tmp_path.iterdir()] == ["plain.db"]
