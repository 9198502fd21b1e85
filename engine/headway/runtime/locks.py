"""The run lock: at most one headway changes a database at a time. Waits for it, watches it, gives it back.

The session that works holds it, never one beside it: such a one may end alone, and then two runs are at work; and while
the server still works for a run that was killed, the lock is not free. How each database locks is in ``dialects``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection

from headway.dialects.run_lock import RunLock
from headway.errors import DatabaseFailure, LockLost, LockNotAcquired, PooledConnection
from headway.redact import redact
from headway.signals import raise_if_ending

FIRST_PAUSE = 0.05  # seconds between two tries, doubled up to LONGEST_PAUSE
LONGEST_PAUSE = 1.0
FIRST_NOTICE = 2.0  # seconds of waiting before the first line about it
NOTICE_EVERY = 30.0

_KEY = "headway.run_locks"


@contextmanager
def run_lock(
    connection: Connection, *, version_table: str, timeout: float, notify: Callable[[str], None]
) -> Iterator[HeldLock | None]:
    """Holds the lock as :func:`acquire` takes it while the block runs."""
    held = acquire(connection, version_table=version_table, timeout=timeout, notify=notify)
    try:
        yield held
    finally:
        if held is not None:
            held.release()


def acquire(
    connection: Connection, *, version_table: str, timeout: float, notify: Callable[[str], None]
) -> HeldLock | None:
    """The lock of the history kept in ``version_table`` on this connection's database; None where there is none.

    ``timeout`` is in seconds. Raises LockNotAcquired, naming the holder, when it does not come free in time, and
    PooledConnection where a pooler would make it meaningless.
    """
    kept = _kept_with(connection)
    held = kept.get(version_table)
    if held is not None and not held.ended:
        held.enter()  # a run inside a run, or a second one in a transaction that the caller holds
        return held
    lock = _lock_for(connection, version_table, notify)
    if lock is None:
        return None
    try:
        _wait(lock, timeout, notify)
    except Exception as error:
        if not lock.session.give_up_if_lost(error):
            raise
        raise DatabaseFailure(
            f"the connection to the database was lost while the lock was taken: {_text(error)}",
            hint="Nothing was applied. Look at the server and run the same command again.",
        ) from error
    held = kept[version_table] = HeldLock(lock)
    _listen_to_pool(connection)
    return held


class HeldLock:
    """The lock of a run that has it. Given back when everybody who entered has released it."""

    def __init__(self, lock: RunLock) -> None:
        self._lock = lock
        self._entered = 1
        self._ended = False
        self._lost: str | None = None

    def enter(self) -> None:
        """One more release is needed. Raises LockLost when it is not held any more."""
        self.check()
        self._entered += 1

    def check(self) -> None:
        """Raises LockLost when it is held no more; so it does ever after, since another run may have been at work."""
        if self._ended:
            return
        if self._lost is None:
            try:
                self._lost = None if self._lock.is_held() else "its session was replaced, or somebody took it away"
            except Exception as error:
                self._lost = redact(_text(error))
                self._lock.session.give_up_if_lost(error)
                raise self._error() from error
        if self._lost is not None:
            raise self._error()

    def release(self) -> None:
        """Gives it back; while a transaction of env.py's is open, that is left to the end of that transaction.

        Then its connection goes back to its pool, and the lock with it.
        """
        self._entered -= 1
        if self._entered <= 0 and not self._ended:
            try:
                self._ended = self._lock.release()
            except Exception as error:  # noqa: BLE001  # the session is gone, with its server or event loop: so is the lock
                self._lock.session.give_up_if_lost(error)

    def end(self) -> None:
        """Gives it back now: the connection goes back to its pool, and its next owner must not hold the lock."""
        self._entered = 0
        self._lock.session.returned = True
        self.release()

    @property
    def ended(self) -> bool:
        """Whether it has been given back."""
        return self._ended

    def _error(self) -> LockLost:
        return LockLost(
            f"this run has lost its lock on the database ({self._lost}), so another run may be at work",
            hint="'headway current' tells where that one has brought it.",
        )


# -- how it is taken -----------------------------------------------------------------------------------------------


def _wait(lock: RunLock, timeout: float, notify: Callable[[str], None]) -> None:
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
        raise_if_ending()
        pause = min(pause * 2, LONGEST_PAUSE)


def _lock_for(connection: Connection, version_table: str, notify: Callable[[str], None]) -> RunLock | None:
    dialect = connection.dialect.name
    # One at a time, as with the implementations: none of them needs the others.
    if dialect == "sqlite":
        from headway.dialects.sqlite.locks import sqlite_lock

        return sqlite_lock(connection)
    if dialect == "postgresql":
        from headway.dialects.postgresql.locks import PostgresqlLock

        _refuse_pooler(connection, notify)
        return PostgresqlLock(connection, version_table)
    if dialect in ("mysql", "mariadb"):
        from headway.dialects.mysql.locks import MysqlLock

        return MysqlLock(connection, version_table)
    notify(f"headway: no run lock on {dialect}; make sure that no other run is active")
    return None


def _refuse_pooler(connection: Connection, notify: Callable[[str], None]) -> None:
    from headway.dialects.postgresql.pooler import gives_sessions_away

    try:
        pooled = gives_sessions_away(connection)
    except Exception as error:  # noqa: BLE001  # a server that lets one more in, but not three
        notify(f"headway: could not tell whether a pooler stands before the database ({redact(_text(error))})")
        return
    if pooled:
        raise PooledConnection(
            "the connection leads through a pooler in transaction mode, where no lock protects this run",
            hint="Connect to the server itself, or through a pool in session mode; "
            "--no-lock runs without a lock, if nothing else can run.",
        )


def _text(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


# -- what goes with the driver's connection ------------------------------------------------------------------------


def _kept_with(connection: Connection) -> dict[str, HeldLock]:
    kept: dict[str, HeldLock] = connection.info.setdefault(_KEY, {})
    return kept


def _listen_to_pool(connection: Connection) -> None:
    # Listening twice is listening once. event.contains() knows a pool by its id(), which a dead pool may have had: it says
    # yes of a new one, nobody listens, and the lock stays with a session that has gone back to the pool.
    event.listen(connection.engine.pool, "checkin", _give_back)


def _give_back(dbapi_connection: Any, record: Any) -> None:
    for held in record.info.pop(_KEY, {}).values():
        held.end()
