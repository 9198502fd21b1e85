"""The run lock: the session that works holds it, nobody's transaction or pool notices, and a lost one stops the run."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool, Pool, QueuePool, StaticPool

from databases.endings import Watcher, begin, kill_what_was_started, project
from faults.servers import proxied
from fixtures.databases import missing
from headway.errors import LockLost, LockNotAcquired
from headway.runtime.locks import HeldLock, _give_back, acquire, run_lock

POSTGRESQL_DRIVERS = ("psycopg", "psycopg2")
MYSQL_DRIVERS = ("pymysql", "mysqldb")


def driver_url(url: str, driver: str) -> sa.URL:
    made = sa.make_url(url)
    return made.set(drivername=f"{made.get_backend_name()}+{driver}")


def locked(connection: sa.Connection, timeout: float = 0.0) -> HeldLock:
    held = acquire(connection, version_table="alembic_version", timeout=timeout, notify=print)
    assert held is not None
    return held


def is_free(url: str) -> bool:
    with sa.create_engine(url, poolclass=NullPool).connect() as connection:
        try:
            with run_lock(connection, version_table="alembic_version", timeout=0, notify=print):
                return True
        except LockNotAcquired:
            return False


@contextmanager
def engine_of(url: str | sa.URL, **options: Any) -> Iterator[sa.Engine]:
    engine = sa.create_engine(url, **options)
    try:
        yield engine
    finally:
        engine.dispose()


# -- pools and transactions that are the user's --------------------------------------------------------------------


@pytest.mark.parametrize("pool", [QueuePool, StaticPool])
def test_it_takes_no_connection_from_the_users_pool(database_url: str, pool: type[Pool]) -> None:
    options = {"pool_size": 1, "max_overflow": 0, "pool_timeout": 1} if pool is QueuePool else {}
    with engine_of(database_url, poolclass=pool, **options) as engine:
        for _ in range(2):
            with engine.connect() as connection:
                held = locked(connection)
                held.check()
                assert not is_free(database_url)
                held.release()
                assert is_free(database_url)


def test_it_leaves_no_transaction_open(database_url: str) -> None:
    with engine_of(database_url) as engine, engine.connect() as connection:
        held = locked(connection)
        assert not connection.in_transaction()
        held.check()
        assert not connection.in_transaction()
        if engine.dialect.name == "postgresql":
            assert _state_of(database_url, connection) == ("idle", None)
        held.release()
        if engine.dialect.name == "postgresql":
            assert _state_of(database_url, connection) == ("idle", None)


def _state_of(url: str, connection: sa.Connection) -> tuple[str, object]:
    pid = connection.connection.driver_connection.info.backend_pid  # type: ignore[union-attr]
    with engine_of(url) as engine, engine.connect() as other:
        row = other.execute(
            sa.text("SELECT state, backend_xmin FROM pg_stat_activity WHERE pid = :pid"), {"pid": pid}
        ).one()
        return row[0], row[1]


@pytest.mark.parametrize("driver", POSTGRESQL_DRIVERS)
def test_waiting_for_it_holds_no_snapshot(postgresql_url: str, driver: str) -> None:
    """Else the holder's CREATE INDEX CONCURRENTLY would wait for the one that waits for the holder."""
    url = driver_url(postgresql_url, driver)
    with engine_of(url, isolation_level="REPEATABLE READ") as engine, engine.connect() as holder:
        locked(holder)
        holder.exec_driver_sql("CREATE TABLE t (id int)")
        holder.commit()
        code = (
            "import sys, sqlalchemy as sa; from headway.runtime.locks import run_lock\n"
            "with sa.create_engine(sys.argv[1], isolation_level='REPEATABLE READ').connect() as c:\n"
            "    print('waiting', flush=True)\n"
            "    with run_lock(c, version_table='alembic_version', timeout=20, notify=print): print('mine')\n"
        )
        waiting = subprocess.Popen(
            [sys.executable, "-c", code, url.render_as_string(hide_password=False)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": "engine"},
            cwd=Path(__file__).resolve().parents[2],
        )
        assert waiting.stdout is not None and waiting.stdout.readline() == "waiting\n"
        time.sleep(1)
        holder = holder.execution_options(isolation_level="AUTOCOMMIT")
        holder.exec_driver_sql("SET lock_timeout = '3s'")
        holder.exec_driver_sql("CREATE INDEX CONCURRENTLY i ON t (id)")  # fails after the time limit, if it has to wait
        holder.close()
    assert waiting.communicate(timeout=20)[0] == "mine\n"


def test_a_transaction_of_the_callers_is_not_ended(database_url: str) -> None:
    with engine_of(database_url) as engine, engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (id int)")
        connection.commit()
        with connection.begin() as transaction:
            connection.exec_driver_sql("INSERT INTO t VALUES (1)")
            held = locked(connection)
            held.check()
            held.release()
            transaction.rollback()
        assert connection.scalar(sa.text("SELECT count(*) FROM t")) == 0


def test_it_outlives_a_transaction_of_the_callers_and_no_more(database_url: str) -> None:
    """What ``with engine.begin() as connection`` in env.py committed is seen by the next run, or that one waits."""
    with engine_of(database_url) as engine:
        with engine.connect() as connection:
            connection.exec_driver_sql("CREATE TABLE t (id int)")
            connection.commit()
        with engine.begin() as connection:
            connection.exec_driver_sql("INSERT INTO t VALUES (1)")
            held = locked(connection)
            held.release()
            assert not is_free(database_url)
        assert is_free(database_url)
        assert held.ended or engine.dialect.name == "postgresql"


def test_a_second_run_in_the_same_transaction_gets_in(database_url: str) -> None:
    with engine_of(database_url) as engine:
        with engine.begin() as connection:
            for _ in range(3):
                locked(connection).release()
        assert is_free(database_url)


@pytest.mark.parametrize("ending", ["commit", "rollback"])
def test_it_survives_the_ends_of_transactions(database_url: str, ending: str) -> None:
    with engine_of(database_url) as engine, engine.connect() as connection:
        held = locked(connection)
        connection.exec_driver_sql("CREATE TABLE t (id int)")
        getattr(connection, ending)()
        held.check()
        assert not is_free(database_url)
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.exec_driver_sql("SELECT 1")
        held.check()
        assert not is_free(database_url)


def test_it_goes_back_with_its_connection(database_url: str) -> None:
    """Into the pool, where the session lives on."""
    with engine_of(database_url, poolclass=QueuePool) as engine:
        with engine.connect() as connection:
            locked(connection)
        assert is_free(database_url)
        with engine.connect() as connection:
            locked(connection).release()


def test_it_goes_back_although_another_pool_had_the_same_identity(tmp_path: Path) -> None:
    """SQLAlchemy's ``event.contains`` says yes of a new pool in the place of a dead one whose listeners still live."""
    url = f"sqlite:///{tmp_path}/app.db"
    alive: list[Any] = []
    for _ in range(100_000):
        engine = sa.create_engine(url, poolclass=QueuePool)
        if event.contains(engine.pool, "checkin", _give_back):
            break
        event.listen(engine.pool, "checkin", _give_back)
        alive.append(engine.pool.dispatch.checkin)
    else:
        pytest.fail("no pool got the identity of another")
    with engine.connect() as connection:
        locked(connection)
    assert is_free(url)
    engine.dispose()


@pytest.mark.parametrize("kind", ["postgresql+asyncpg", "sqlite+aiosqlite"])
def test_asynchronous_drivers(request: pytest.FixtureRequest, kind: str) -> None:
    backend, _, driver = kind.partition("+")
    url = str(request.getfixturevalue(f"{backend}_url"))

    def work(connection: sa.Connection) -> None:
        held = locked(connection)
        assert not connection.in_transaction()
        held.check()
        assert not is_free(url)
        connection.exec_driver_sql("CREATE TABLE t (id int)")
        held.check()
        connection.commit()
        held.check()
        held.release()
        assert is_free(url)
        locked(connection)

    async def run() -> None:
        engine = create_async_engine(driver_url(url, driver))
        async with engine.connect() as connection:
            await connection.run_sync(work)
        assert is_free(url)
        await engine.dispose()

    asyncio.run(run())


# -- lost ----------------------------------------------------------------------------------------------------------


def kill_session(url: str, connection: sa.Connection) -> None:
    with engine_of(url, isolation_level="AUTOCOMMIT") as engine, engine.connect() as other:
        if engine.dialect.name == "postgresql":
            pid = connection.connection.driver_connection.info.backend_pid  # type: ignore[union-attr]
            other.exec_driver_sql(f"SELECT pg_terminate_backend({pid})")
        else:
            other.exec_driver_sql(f"KILL {connection.connection.driver_connection.thread_id()}")  # type: ignore[union-attr]
    time.sleep(0.2)


def lose_by_kill(url: str, connection: sa.Connection) -> None:
    kill_session(url, connection)


def lose_by_reconnect(url: str, connection: sa.Connection) -> None:
    connection.invalidate()
    connection.exec_driver_sql("SELECT 1")


def lose_by_unlock(url: str, connection: sa.Connection) -> None:
    all_locks = "SELECT pg_advisory_unlock_all()" if connection.dialect.name == "postgresql" else None
    connection.exec_driver_sql(all_locks or "SELECT RELEASE_ALL_LOCKS()").close()
    connection.commit()


def lose_by_timeout(url: str, connection: sa.Connection) -> None:
    setting = "idle_session_timeout = '1s'" if connection.dialect.name == "postgresql" else "wait_timeout = 1"
    connection.exec_driver_sql(f"SET SESSION {setting}")
    connection.commit()
    time.sleep(1.5)


@pytest.mark.parametrize("lose", [lose_by_kill, lose_by_reconnect, lose_by_unlock, lose_by_timeout])
@pytest.mark.parametrize("backend", ["postgresql", "mariadb"])
def test_a_lock_that_went_is_noticed(request: pytest.FixtureRequest, backend: str, lose: Any) -> None:
    url = str(request.getfixturevalue(f"{backend}_url"))
    with engine_of(url) as engine, engine.connect() as connection:
        held = locked(connection)
        held.check()
        lose(url, connection)
        for _ in range(2):  # and is not taken for there again
            with pytest.raises(LockLost, match="lost its lock") as error:
                held.check()
            assert error.value.exit_code == 3 and error.value.hint
        held.release()


def test_a_lock_file_that_was_deleted_is_noticed(sqlite_url: str, tmp_path: Path) -> None:
    with engine_of(sqlite_url) as engine, engine.connect() as connection:
        held = locked(connection)
        (file,) = tmp_path.glob("*-headway-lock")
        file.unlink()
        with pytest.raises(LockLost):
            held.check()
        with engine.connect() as other:
            second = locked(other)
            held.release()
            assert file.exists(), "another run's file"
            second.check()
            second.release()
        assert not list(tmp_path.glob("*-headway-lock"))


# -- one lock a file -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("driver", ["pysqlite", "aiosqlite"])
@pytest.mark.parametrize(
    "name",
    [
        "sqlite+{driver}:///the shop.db",
        "sqlite+{driver}:///{place}/the shop.db",
        "sqlite+{driver}:///{place}/other/../the shop.db",
        "sqlite+{driver}:////{place}//the shop.db",
        "sqlite+{driver}:///link.db",
        "sqlite+{driver}:///folder/the shop.db",
        "sqlite+{driver}:///file:the%20shop.db?uri=true",
        "sqlite+{driver}:///file:{place}/the%20shop.db?cache=private&uri=true",
        "sqlite+{driver}:///file://{place}/the%20shop.db?mode=rwc&uri=true",
    ],
)
def test_however_the_file_is_named(name: str, driver: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "place"
    (place / "other").mkdir(parents=True)
    monkeypatch.chdir(place)
    (place / "folder").symlink_to(place)
    (place / "link.db").symlink_to(place / "the shop.db")
    with engine_of(f"sqlite:///{place}/the shop.db") as engine, engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (id int)")
        connection.commit()
        url = name.format(place=place, driver=driver)
        assert not _taken(url, driver)
        held = locked(connection)
        assert _taken(url, driver)
        held.release()
        assert not _taken(url, driver)


def _taken(url: str, driver: str) -> bool:
    if driver != "aiosqlite":
        return not is_free(url)

    def attempt(connection: sa.Connection) -> bool:
        try:
            with run_lock(connection, version_table="alembic_version", timeout=0, notify=print):
                return False
        except LockNotAcquired:
            return True

    async def ask() -> bool:
        engine = create_async_engine(url)
        async with engine.connect() as connection:
            result = await connection.run_sync(attempt)
        await engine.dispose()
        return result

    return asyncio.run(ask())


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:m?mode=memory&cache=shared&uri=true"]
)
def test_a_database_in_memory_has_none(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with engine_of(url) as engine, engine.connect() as connection:
        assert acquire(connection, version_table="alembic_version", timeout=0, notify=print) is None
    assert not list(tmp_path.iterdir())


# -- a client that is gone -----------------------------------------------------------------------------------------

ORPHAN = """
import sys, sqlalchemy as sa
from headway.runtime.locks import acquire
connection = sa.create_engine(sys.argv[1]).connect()
acquire(connection, version_table="alembic_version", timeout=5, notify=print)
print("locked", flush=True)
connection.exec_driver_sql(sys.argv[2])
"""


@pytest.mark.parametrize("driver", POSTGRESQL_DRIVERS)
def test_the_statement_of_a_killed_client_keeps_the_lock_and_soon_ends(postgresql_url: str, driver: str) -> None:
    client = subprocess.Popen(
        [sys.executable, "-c", ORPHAN, str(driver_url(postgresql_url, driver)), "SELECT pg_sleep(60)"],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": "engine"},
        cwd=Path(__file__).resolve().parents[2],
    )
    assert client.stdout is not None and client.stdout.readline() == b"locked\n"
    time.sleep(0.3)
    client.send_signal(signal.SIGKILL)
    client.communicate(timeout=10)
    started = time.monotonic()
    with engine_of(postgresql_url) as engine, engine.connect() as other:
        busy = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'"
        seen = 0
        while True:
            free = is_free(postgresql_url)
            at_work = other.scalar(sa.text(busy))
            other.rollback()
            seen += bool(at_work)
            assert not (free and at_work), "somebody else got in"
            if not at_work:
                break
            assert time.monotonic() - started < 10
            time.sleep(0.1)
    assert seen and is_free(postgresql_url)


@pytest.mark.part(5)
@pytest.mark.parametrize("how", ["killed", "cut off"])
@pytest.mark.parametrize(
    "kind", ["postgresql+psycopg", "postgresql+psycopg2", "postgresql+asyncpg", "mariadb+pymysql", "mariadb+mysqldb"]
)
def test_no_second_run_gets_in_while_a_lost_ones_statement_is_at_work(
    kind: str, how: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """The whole program, killed or without its connection; its server notices in its own time, and only then is it free."""
    backend, _, driver = kind.partition("+")
    if driver == "mysqldb" and importlib.util.find_spec("MySQLdb") is None:
        missing("mysqlclient is not installed")
    url = str(request.getfixturevalue(f"{backend}_url"))
    watcher = Watcher(url)
    proxy, through = proxied(url, driver)
    try:
        process = begin(project(tmp_path / "p", sa.make_url(through), "autocommit"))
        watcher.wait_for_work()
        process.kill() if how == "killed" else proxy.lose()
        started = time.monotonic()
        seen = 0
        while True:
            free = is_free(url)
            at_work = watcher.at_work()
            seen += at_work
            assert not (free and at_work), "somebody else got in"
            if free:
                break
            assert time.monotonic() - started < 20, "it is never free"
            time.sleep(0.1)
        _, err = process.communicate(timeout=10)
        assert seen
        if how == "cut off":
            assert process.returncode == 4, err
            assert "connection to the database was lost in revision b2" in err and "Applied: a1." in err
    finally:
        proxy.close()
        kill_what_was_started()
