"""The run lock: at most one headway changes a database at a time.

The lock lives on a connection of its own, never on the one that migrates, so that commits, autocommit blocks and
CREATE INDEX CONCURRENTLY neither release it nor wait for it. It is a session lock: it goes with its owner, however
that ends, and leaves no row behind.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.engine import Connection

from headway.errors import LockNotAcquired

FIRST_PAUSE = 0.05  # seconds between two tries, doubled up to LONGEST_PAUSE
LONGEST_PAUSE = 1.0
FIRST_NOTICE = 2.0  # seconds of waiting before the first line about it
NOTICE_EVERY = 30.0


class Lock(Protocol):
    """One way to lock a database."""

    def try_acquire(self) -> bool: ...
    def holder(self) -> str: ...
    def release(self) -> None: ...


@contextmanager
def run_lock(
    connection: Connection, *, version_table: str, timeout: float, notify: Callable[[str], None]
) -> Iterator[None]:
    """Holds the lock of the history kept in ``version_table`` on this connection's database.

    ``timeout`` is in seconds. Raises LockNotAcquired, naming the holder, when it does not come free in time.
    """
    lock = _lock_for(connection, version_table)
    if lock is None:
        notify(f"headway: no run lock on {connection.dialect.name}; make sure that no other run is active")
        yield
        return
    try:
        _wait(lock, timeout, notify)
        yield
    finally:
        lock.release()


def _wait(lock: Lock, timeout: float, notify: Callable[[str], None]) -> None:
    started = time.monotonic()
    pause, next_notice = FIRST_PAUSE, FIRST_NOTICE
    # Polling, not a blocking wait: a session that waits inside a statement holds a snapshot,
    # and CREATE INDEX CONCURRENTLY of the run that holds the lock would wait for it in turn.
    while not lock.try_acquire():
        waited = time.monotonic() - started
        if waited >= timeout:
            raise LockNotAcquired(
                f"another run holds the lock on this database ({lock.holder()}), still after {timeout:g} s",
                hint="Wait for it to end and run the same command again; --lock-timeout S waits longer.",
            )
        if waited >= next_notice:
            notify(f"headway: waiting for the lock on this database, held by {lock.holder()}")
            next_notice = waited + NOTICE_EVERY
        time.sleep(min(pause, timeout - waited))
        pause = min(pause * 2, LONGEST_PAUSE)


def _lock_for(connection: Connection, version_table: str) -> Lock | None:
    dialect = connection.dialect.name
    if dialect == "sqlite":
        path = connection.engine.url.database
        return SqliteLock(_sqlite_path(path)) if path and path != ":memory:" and "mode=memory" not in path else NoLock()
    if dialect == "postgresql":
        return PostgresqlLock(connection, version_table)
    if dialect in ("mysql", "mariadb"):
        return MysqlLock(connection, version_table)
    return None


class NoLock:
    """For a database that lives in this process only."""

    def try_acquire(self) -> bool:
        return True

    def holder(self) -> str:
        return "nobody"

    def release(self) -> None:
        return None


class _SessionLock:
    """A lock on a database session of its own."""

    def __init__(self, connection: Connection, version_table: str) -> None:
        self.version_table = version_table
        self.session = connection.engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    def release(self) -> None:
        # Closing the session releases the lock, whatever state the session is in.
        with suppress(Exception):  # a dead connection has released it already
            self.session.invalidate()
        self.session.close()


class PostgresqlLock(_SessionLock):
    """pg_try_advisory_lock. See https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS"""

    @property
    def key(self) -> int:
        # Advisory locks are per database, so the version table alone tells histories apart.
        digest = hashlib.sha256(f"headway:{self.version_table}".encode()).digest()
        return int.from_bytes(digest[:8], "big", signed=True)

    def try_acquire(self) -> bool:
        return bool(self.session.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": self.key}))

    def holder(self) -> str:
        row = self.session.execute(
            text(
                "SELECT a.pid, a.usename, a.backend_start FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
                " WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.database ="
                " (SELECT oid FROM pg_database WHERE datname = current_database())"
                " AND ((l.classid::bigint << 32) | l.objid::bigint) = :key"
            ),
            {"key": self.key},
        ).first()
        return (
            "a session that just ended"
            if row is None
            else f"server process {row[0]}, user {row[1]}, since {row[2]:%H:%M:%S}"
        )


class MysqlLock(_SessionLock):
    """GET_LOCK. See https://dev.mysql.com/doc/refman/8.4/en/locking-functions.html"""

    @property
    def name(self) -> str:
        # GET_LOCK names are server-wide and at most 64 characters long.
        database = self.session.engine.url.database or ""
        return "headway:" + hashlib.sha256(f"{database}.{self.version_table}".encode()).hexdigest()[:40]

    def try_acquire(self) -> bool:
        return bool(self.session.scalar(text("SELECT GET_LOCK(:name, 0)"), {"name": self.name}) == 1)

    def holder(self) -> str:
        return f"connection {self.session.scalar(text('SELECT IS_USED_LOCK(:name)'), {'name': self.name})}"

    def release(self) -> None:
        with suppress(Exception):  # a dead connection has released it already
            self.session.execute(text("SELECT RELEASE_LOCK(:name)"), {"name": self.name})
        super().release()


class SqliteLock:
    """An flock on a file beside the database: SQLite itself only locks single transactions."""

    def __init__(self, database: str) -> None:
        self.path = f"{database}-headway-lock"
        self._descriptor: int | None = None

    def try_acquire(self) -> bool:
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise LockNotAcquired(
                f"the lock file beside the database cannot be written: {error.strerror}",
                path=self.path,
                hint="Make the database's directory writable, or run with --no-lock if nothing else can run.",
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The holder removes the file before it lets go: a lock on a removed file protects nothing.
            if os.path.samestat(os.fstat(descriptor), os.stat(self.path)):
                os.ftruncate(descriptor, 0)
                os.write(descriptor, f"process {os.getpid()} on {socket.gethostname()}".encode())
                self._descriptor = descriptor
                return True
        except (BlockingIOError, FileNotFoundError):
            pass  # held by another, or removed between open and flock: try again
        os.close(descriptor)
        return False

    def holder(self) -> str:
        try:
            with open(self.path, encoding="utf-8", errors="replace") as file:
                return file.read(200) or "another process"
        except OSError:
            return "a process that just ended"

    def release(self) -> None:
        if self._descriptor is None:
            return
        with suppress(FileNotFoundError):  # somebody cleaned up by hand
            os.unlink(self.path)
        os.close(self._descriptor)
        self._descriptor = None


def _sqlite_path(database: str) -> str:
    """The file behind a SQLite database name, which may be a ``file:`` URI."""
    if database.startswith("file:"):
        database = database.removeprefix("file:").split("?", 1)[0]
    return os.path.abspath(database)
