"""Whoever waits for the lock says so soon, then seldom, and gives up when he said he would."""

from __future__ import annotations

from typing import Any

import pytest

from headway.errors import LockNotAcquired
from headway.runtime import locks


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
