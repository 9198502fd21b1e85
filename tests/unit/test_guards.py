"""The lock's guard asks at the two moments that count, and for both of its reasons."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from typing import cast

import pytest

from headway.errors import LockLost
from headway.runtime.guards import LockGuard
from headway.runtime.locks import HeldLock
from headway.signals import Terminated, ended_by_signals

MOMENTS: list[Callable[[LockGuard], None]] = [LockGuard.before_step, LockGuard.before_commit]


class Lost:
    """A lock that somebody took away."""

    def check(self) -> None:
        raise LockLost("gone")


class Held:
    """A lock that is held."""

    def check(self) -> None:
        pass


def guard(held: object) -> LockGuard:
    return LockGuard(cast(HeldLock, held))


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_lost_lock_stops_the_run(moment: Callable[[LockGuard], None]) -> None:
    moment(guard(Held()))
    with pytest.raises(LockLost):
        moment(guard(Lost()))


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_signal_stops_the_run(moment: Callable[[LockGuard], None]) -> None:
    with ended_by_signals():
        with pytest.raises(Terminated):
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)
        with pytest.raises(Terminated):  # user code that swallowed it comes no further than this
            moment(guard(Held()))
