"""What stands guard over a run: its lock, looked at before each step and commit, and concurrent index builds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import Connection

from headway.dialects.postgresql.concurrent_index import ConcurrentBuilds
from headway.effects.sql_kind import Kind
from headway.runtime.listener import RunListener
from headway.runtime.locks import HeldLock
from headway.runtime.options import RunOptions
from headway.runtime.witness import Crossing, InFlight
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
        if _may_build(crossing.connection, crossing.sql, crossing.kind):
            builds.before(crossing.connection, crossing.sql, crossing.parameters)

    def after(crossing: Crossing) -> None:
        if _may_build(crossing.connection, crossing.sql, crossing.kind):
            builds.after(crossing.connection, crossing.sql)

    def refused(flight: InFlight) -> None:
        if _may_build(flight.connection, flight.sql, flight.sent.kind):
            options.account.left += builds.left(flight.connection, flight.sql)

    options.witness.gates.append(before)
    options.witness.after.append(after)
    options.witness.after_refusal.append(refused)
    try:
        yield
    finally:
        options.witness.gates.remove(before)
        options.witness.after.remove(after)
        options.witness.after_refusal.remove(refused)


def _may_build(connection: Connection, sql: str, kind: Kind) -> bool:
    return (
        kind in (Kind.DDL, Kind.UNKNOWN) and connection.dialect.name == "postgresql" and "concurrently" in sql.lower()
    )
