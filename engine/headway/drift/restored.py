"""Whether a downgrade has restored what the upgrade found, in all the databases that a history migrates together."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from headway.catalog.difference import difference, lines, without_leftover_indexes, without_validations
from headway.catalog.schema import EMPTY, Schema
from headway.valueclass import valueclass

Schemas = Mapping[str, Schema]
"""The schema of each database, by the database's name."""


@valueclass(frozen=True, slots=True)
class Trace:
    """What the downgrade of a revision left behind, or took too much."""

    revision: str
    lines: tuple[str, ...]

    def without(self, lines: Collection[str]) -> Trace | None:
        """The same without what others have left; None when nothing else is there."""
        own = tuple(line for line in self.lines if line not in lines)
        return Trace(self.revision, own) if own else None


def trace(revision: str, before: Schemas, upgraded: Schemas, after: Schemas) -> Trace | None:
    """How the schemas ``after`` a downgrade differ from those ``before`` the upgrade; None when they do not.

    A database that was not looked at before is not compared. ``upgraded`` is the state in between: MySQL makes indexes
    for the foreign keys of that state, and keeps them when the key goes.
    """
    left: list[str] = []
    for name, found in before.items():
        differences = without_validations(difference(found, after.get(name, EMPTY)))
        if name.startswith(("mysql", "mariadb")):
            differences = without_leftover_indexes(differences, upgraded.get(name, EMPTY))
        left += lines(differences)
    return Trace(revision, tuple(left)) if left else None
