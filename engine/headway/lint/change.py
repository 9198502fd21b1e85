"""What a new revision does to databases that have data, as values for a reviewer: its operations and the locks they take,
and the statements that a rehearsal has sent. Judges nothing."""

from __future__ import annotations

from headway.effects.lock import Lock
from headway.valueclass import valueclass

WAITS = {"reads and writes": (True, True), "reads": (True, False), "writes": (False, True), "nobody": (False, False)}
"""Who waits for a lock, in a word or two: whether those who read do, and those who write."""
ROWS = "writes of the same rows"


@valueclass(frozen=True, slots=True)
class TakenLock:
    """The strongest lock that an operation takes on a table that may have rows."""

    database: str
    table: str
    lock: Lock
    of_rows: bool = False
    """Whether it changes or locks rows, for which whoever wants to change the same ones waits to the transaction's end."""

    @property
    def waits(self) -> str:
        """Who waits meanwhile: one of WAITS, or ROWS."""
        if self.of_rows and not self.lock.blocks_writes:
            return ROWS
        blocked = self.lock.blocks_reads, self.lock.blocks_writes
        return next(word for word, who in WAITS.items() if who == blocked)


@valueclass(frozen=True, slots=True)
class Operation:
    """One operation of ``upgrade()``, as its file writes it."""

    line: int
    source: str
    locks: tuple[TakenLock, ...] = ()
    is_unread: bool = False
    """Whether nobody knows all of its locks: it could not be read, or it reaches tables that it does not name."""


@valueclass(frozen=True, slots=True)
class Change:
    """A new revision."""

    revision: str
    file: str
    operations: tuple[Operation, ...]


@valueclass(frozen=True, slots=True)
class Sent:
    """The statements that a revision has sent to a scratch database, without their parameters."""

    revision: str
    statements: tuple[str, ...]
    stage: str = ""
    """The stage that has run it; it names the scratch database."""
