"""The lock's guard asks at the two moments that count, and for both of its reasons."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from headway.effects.sql_kind import Kind
from headway.errors import LockLost
from headway.runtime import guards
from headway.runtime.guards import LockGuard
from headway.runtime.locks import HeldLock
from headway.runtime.options import RunOptions
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


# -- concurrent index builds ----------------------------------------------------------------------------------------


class Builds:
    """What looks at each build, which tells that it was asked."""

    def __init__(self, **options: Any) -> None:
        self.options = options
        self.asked: list[tuple[Any, ...]] = []
        made.append(self)

    def before(self, *about: Any) -> None:
        self.asked.append(("before", *about))

    def after(self, *about: Any) -> None:
        self.asked.append(("after", *about))

    def left(self, *about: Any) -> list[str]:
        self.asked.append(("left", *about))
        return ["index ix is INVALID"]


made: list[Builds] = []
BUILD = "CREATE INDEX CONCURRENTLY ix ON t (a)"


@pytest.mark.parametrize(
    ("dialect", "sql", "kind", "looks"),
    [
        ("postgresql", BUILD, Kind.DDL, True),
        ("postgresql", BUILD.lower(), Kind.UNKNOWN, True),
        ("postgresql", f"INSERT INTO t VALUES ('{BUILD}')", Kind.DATA, False),
        ("postgresql", "CREATE INDEX ix ON t (a)", Kind.DDL, False),
        ("mysql", BUILD, Kind.DDL, False),
    ],
)
def test_a_concurrent_build_is_looked_at_before_and_after(
    dialect: str, sql: str, kind: Kind, looks: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards, "ConcurrentBuilds", Builds)
    options = RunOptions(lock_timeout=7, may_rebuild=lambda name: False)
    witness = options.witness
    connection: Any = SimpleNamespace(dialect=SimpleNamespace(name=dialect))
    crossing: Any = SimpleNamespace(connection=connection, sql=sql, kind=kind, parameters=(5,))
    flight: Any = SimpleNamespace(connection=connection, sql=sql, sent=SimpleNamespace(kind=kind))
    with guards.guarding_index_builds(options):
        builds = made[-1]
        assert builds.options == {"timeout": 7, "notify": options.notify, "may_rebuild": options.may_rebuild}
        for gate in witness.gates:
            gate(crossing)
        for listener in witness.after:
            listener(crossing)
        for told in witness.after_refusal:
            told(flight)
    asked = [("before", connection, sql, (5,)), ("after", connection, sql), ("left", connection, sql)]
    assert builds.asked == (asked if looks else [])
    assert options.account.left == (["index ix is INVALID"] if looks else [])
    assert witness.gates == witness.after == witness.after_refusal == []
