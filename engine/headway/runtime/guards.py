"""What stands guard over a run: its lock, looked at before each step and commit, and concurrent index builds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from headway.dialects.postgresql.concurrent_index import ConcurrentBuilds
from headway.effects.sql_kind import Kind
from headway.runtime.listener import RunListener
from headway.runtime.locks import HeldLock
from headway.runtime.options import RunOptions
from headway.runtime.witness import Crossing
from headway.signals import raise_if_ending


class LockGuard(RunListener):
    """Stops the run when its lock is gone, and when a signal wants it to end."""

    def __init__(self, held: HeldLock) -> None:
        self._held = held

    def before_step(self) -> None:
        """Before a revision begins. Raises LockLost."""
        raise_if_ending()
        self._held.check()

    def before_commit(self) -> None:
        """Before what was done counts. Raises LockLost."""
        raise_if_ending()
        self._held.check()


@contextmanager
def guarding_index_builds(options: RunOptions) -> Iterator[None]:
    """Has concurrent index builds on PostgreSQL looked at before and after, on every connection of the run."""
    builds = ConcurrentBuilds(timeout=options.lock_timeout, notify=options.notify, may_rebuild=options.may_rebuild)

    def before(crossing: Crossing) -> None:
        if _may_build(crossing):
            builds.before(crossing.connection, crossing.sql, crossing.parameters)

    def after(crossing: Crossing) -> None:
        if _may_build(crossing):
            builds.after(crossing.connection, crossing.sql)

    options.witness.gates.append(before)
    options.witness.after.append(after)
    try:
        yield
    finally:
        options.witness.gates.remove(before)
        options.witness.after.remove(after)


def _may_build(crossing: Crossing) -> bool:
    return (
        crossing.kind in (Kind.DDL, Kind.UNKNOWN)
        and crossing.connection.dialect.name == "postgresql"
        and "concurrently" in crossing.sql.lower()
    )
