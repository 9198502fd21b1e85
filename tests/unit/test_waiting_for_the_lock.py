"""Whoever waits for the lock says so soon, then seldom, and gives up when he said he would."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import QueuePool

from headway.errors import LockLost, LockNotAcquired, PooledConnection
from headway.runtime import locks
from headway.runtime.locks import HeldLock


class Clock:
    """Time that passes when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Held:
    """A lock that another run has until ``until`` seconds have passed."""

    def __init__(self, clock: Clock, until: float) -> None:
        self.clock, self.until = clock, clock.now + until

    def try_acquire(self) -> bool:
        return self.clock.now >= self.until

    def holder(self) -> str:
        return "somebody"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(locks, "time", clock)
    return clock


def waited(clock: Clock, until: float, timeout: float) -> list[str]:
    said: list[str] = []
    lock: Any = Held(clock, until)
    locks._wait(lock, timeout, said.append)
    return said


def test_it_is_said_once_in_half_a_minute(clock: Clock) -> None:
    assert waited(clock, 0, 300) == []
    assert clock.slept == []
    said = waited(clock, 100, 300)
    assert said == ["headway: waiting for the lock on this database, held by somebody"] * len(said)
    assert len(said) == 4  # after some seconds, and then every thirty
    assert max(clock.slept) <= locks.LONGEST_PAUSE


def test_the_end_of_patience_is_kept_to(clock: Clock) -> None:
    began = clock.now
    with pytest.raises(LockNotAcquired, match=r"holds the lock.*somebody.*still after 7 s"):
        waited(clock, 1_000, 7)
    assert clock.now - began == pytest.approx(7)


def test_how_often_it_is_tried_and_told(clock: Clock) -> None:
    """Soon at first, then once a second; the first word after two seconds, not at once."""
    assert waited(clock, 1.9, 300) == []
    assert clock.slept[:3] == [0.05, 0.1, 0.2]
    clock.slept.clear()
    assert len(waited(clock, 3, 300)) == 1
    clock.slept.clear()
    assert len(waited(clock, 30, 300)) == 1
    assert clock.slept[-1] == locks.LONGEST_PAUSE
    assert len(waited(clock, 35, 300)) == 2


def test_without_patience_it_is_tried_once(clock: Clock) -> None:
    assert waited(clock, 0, 0) == []
    with pytest.raises(LockNotAcquired):
        waited(clock, 1, 0)
    assert clock.slept == []


# -- while it is held -----------------------------------------------------------------------------------------------


class Lock:
    """A lock whose session answers ``held``, and is given back unless a transaction is open."""

    def __init__(self) -> None:
        self.held: bool | Exception = True
        self.open: bool | Exception = False
        self.returned = False
        self.released = 0
        self.given_up: list[Exception] = []

    @property
    def session(self) -> Any:
        return self

    def is_held(self) -> bool:
        if isinstance(self.held, Exception):
            raise self.held
        return self.held

    def release(self) -> bool:
        if isinstance(self.open, Exception):
            raise self.open
        self.released += 1
        return self.returned or not self.open

    def give_up_if_lost(self, error: Exception) -> bool:
        self.given_up.append(error)
        return True


def holding() -> tuple[Any, HeldLock]:
    lock: Any = Lock()
    return lock, HeldLock(lock)


def test_it_goes_back_when_everybody_who_entered_has_left() -> None:
    lock, held = holding()
    held.enter()
    held.release()
    assert (lock.released, held.ended) == (0, False)
    held.release()
    assert (lock.released, held.ended) == (1, True)
    held.release()
    held.check()
    assert lock.released == 1, "what has gone back is not given back again"


def test_a_lock_that_was_lost_stays_lost() -> None:
    lock, held = holding()
    held.check()
    lock.held = False
    for _ in range(2):
        with pytest.raises(LockLost, match="its session was replaced, or somebody took it away") as error:
            held.check()
        assert "headway current" in (error.value.hint or "")
        lock.held = True  # another run may have been at work meanwhile
    with pytest.raises(LockLost):
        held.enter()


def test_a_session_that_is_gone_is_told_and_given_up() -> None:
    lock, held = holding()
    lock.held = RuntimeError("server closed the connection for u:hunter2@h\nmore")
    for _ in range(2):
        with pytest.raises(LockLost, match=r"\(server closed the connection for \S+\), so another run may be at work"):
            held.check()
        lock.held = True
    assert [str(error).split()[0] for error in lock.given_up] == ["server"]
    lock.open = RuntimeError("gone")
    held.release()
    assert not held.ended, "but nobody is told of it again"
    assert len(lock.given_up) == 2


def test_an_open_transaction_keeps_it_until_the_connection_goes_back() -> None:
    """Also where user code gives the driver's connection back to the pool behind SQLAlchemy's."""
    lock, held = holding()
    lock.open = True
    held.release()
    assert not held.ended
    held.check()
    held.enter()
    held.end()
    assert held.ended and lock.released == 2


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_pool_that_gets_its_connection_back_gives_every_lock_back(
    by_hand: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Any] = []

    def lock_for(connection: sa.Connection, version_table: str, notify: Any) -> Any:
        made.append(Lock())
        made[-1].open = True
        return made[-1]

    monkeypatch.setattr(locks, "_lock_for", lock_for)
    monkeypatch.setattr(Lock, "try_acquire", lambda self: True, raising=False)
    engine = sa.create_engine("sqlite://", poolclass=QueuePool)
    with engine.connect() as connection:
        first = locks.acquire(connection, version_table="a", timeout=0, notify=print)
        assert locks.acquire(connection, version_table="a", timeout=0, notify=print) is first, "a run inside a run"
        second = locks.acquire(connection, version_table="b", timeout=0, notify=print)
        assert first is not None
        first.release()
        assert made[0].released == 0, "the outer one goes on"
        assert second is not None and first is not second
        if by_hand:
            connection.connection.close()
    assert first.ended and second.ended
    assert len(made) == 2
    with engine.connect() as connection:
        with locks.run_lock(connection, version_table="a", timeout=0, notify=print) as held:
            assert held is not None and held is not first
            made[-1].open = False
        assert held.ended, "with its block"


# -- before it is held ----------------------------------------------------------------------------------------------


def test_a_session_that_is_lost_while_it_waits() -> None:
    from headway.errors import DatabaseFailure

    class Broken(Lock):
        lost = True

        def try_acquire(self) -> bool:
            raise RuntimeError("server closed the connection\nmore")

        def give_up_if_lost(self, error: Exception) -> bool:
            return self.lost

    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection, pytest.MonkeyPatch.context() as patch:
        patch.setattr(locks, "_lock_for", lambda *arguments: Broken())
        with pytest.raises(
            DatabaseFailure, match=r"was lost while the lock was taken: server closed the connection$"
        ) as e:
            locks.acquire(connection, version_table="a", timeout=0, notify=print)
        assert (e.value.hint or "").startswith("Nothing was applied.")
        patch.setattr(Broken, "lost", False)
        with pytest.raises(RuntimeError, match="server closed"):
            locks.acquire(connection, version_table="a", timeout=0, notify=print)


def test_a_database_without_a_lock_is_named() -> None:
    said: list[str] = []
    connection: Any = SimpleNamespace(dialect=SimpleNamespace(name="mssql"))
    assert locks._lock_for(connection, "a", said.append) is None
    assert said == ["headway: no run lock on mssql; make sure that no other run is active"]


@pytest.mark.parametrize("gives_away", [False, True, RuntimeError(), RuntimeError("too many connections\nmore")])
def test_a_pooler_that_gives_sessions_away_is_refused(gives_away: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from headway.dialects.postgresql import pooler

    def look(connection: Any) -> bool:
        if isinstance(gives_away, Exception):
            raise gives_away
        return bool(gives_away)

    monkeypatch.setattr(pooler, "gives_sessions_away", look)
    said: list[str] = []
    connection: Any = object()
    if gives_away is True:
        with pytest.raises(PooledConnection, match="a pooler in transaction mode") as error:
            locks._refuse_pooler(connection, said.append)
        assert "--no-lock" in (error.value.hint or "")
        return
    locks._refuse_pooler(connection, said.append)
    words = None if gives_away is False else str(gives_away).partition("\n")[0] or "RuntimeError"
    expected = f"headway: could not tell whether a pooler stands before the database ({words})"
    assert said == ([] if words is None else [expected])
