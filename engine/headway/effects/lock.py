"""A lock on a table as a value: its name, whom it makes wait and how long. Knows no statement and no database."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from headway.valueclass import valueclass


class Held(StrEnum):
    """How long the statement itself needs the lock; a transaction keeps it to its end all the same."""

    INSTANT = "an instant"
    """No longer than it takes to change the catalog."""
    SCAN = "a scan"
    """As long as it takes to read the table once."""
    REWRITE = "a rewrite"
    """As long as it takes to write the table anew."""


@valueclass(frozen=True, slots=True)
class Lock:
    """The strongest lock that a statement takes on its table."""

    level: str
    """In the terms of the database: ``ACCESS EXCLUSIVE``, ``ALGORITHM=COPY, LOCK=SHARED``, ``Sch-M``."""
    blocks_reads: bool
    blocks_writes: bool
    held: Held
    manual: str
    """The page of the manual that says so."""
    referent: bool = False
    """Whether it is taken on the table that a foreign key points to as well."""

    only_with: tuple[str, ...] = ()
    """The character sets with which it is this one, where it is a lesser one with others and nothing tells which it is."""

    def during(self, held: Held) -> Lock:
        return replace(self, held=held)
