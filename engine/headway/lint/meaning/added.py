"""Whether a column came in the revision that changes it, so that no code knows it, and what the rows hold in it that were
there before. Judges nothing."""

from __future__ import annotations

from enum import Enum

from headway.effects import model as fx
from headway.effects.locks_postgresql import is_volatile
from headway.lint.called import Called, earlier
from headway.lint.facts import Facts, RevisionFile


def is_added_here(changed: fx.AltersColumn | fx.DropsColumn, file: RevisionFile) -> bool:
    """Whether the revision itself has certainly added the column before; False for names that are not told."""
    if not isinstance(changed.table, str) or not isinstance(changed.column, str):
        return False
    return added_column(changed, changed.column, file) is not None


def added_column(effect: fx.TableEffect | fx.ChangesData, column: fx.Text, file: RevisionFile) -> fx.AddsColumn | None:
    """By what the revision has certainly added a column of the table of ``effect`` before it, under whatever name."""
    for other, called in earlier(effect, Called(effect.table, effect.schema, (column,)), file.upgrade_effects):
        if (
            isinstance(other, fx.AddsColumn)
            and called.is_table_of(other)
            and other.column.name is not fx.UNKNOWN
            and (other.column.name,) == called.columns
            and (not other.conditional or effect.conditional)
        ):
            return other
    return None


class Holds(Enum):
    """What the rows that were there before hold in a column when it has been added."""

    NULL = "NULL in each of them"
    NO_ROWS = "there are none, or the column could not have been added"
    DEFAULT = "the default in each of them"
    ZERO = "'' or 0 in each of them"
    OTHER = "something else in each, or nobody knows"

    @property
    def is_one_value(self) -> bool:
        """Whether all of them hold the same, which is not NULL."""
        return self in (Holds.DEFAULT, Holds.ZERO)


def holds(added: fx.AddsColumn, facts: Facts) -> Holds:
    """What the rows that were there hold in the column, on the database of the history where they hold the most."""
    column = added.column
    here = facts.dialects if added.databases is None else facts.dialects & added.databases
    if column.has_default is False or (
        isinstance(column.default, str) and column.default.strip("() ").lower() == "null"
    ):
        if column.nullable is True:
            return Holds.NULL
        if not here & FILLS_IN:
            return Holds.NO_ROWS if column.nullable is False else Holds.NULL
        return Holds.ZERO if column.nullable is False else Holds.OTHER
    if column.identity or column.computed is not None or is_volatile(column.default):
        return Holds.OTHER
    if "mssql" in here and column.nullable is not False:
        # A default is for rows to come there, unless WITH VALUES is said.
        return Holds.NULL if here == {"mssql"} else Holds.OTHER
    return Holds.DEFAULT


FILLS_IN = frozenset({"mysql", "mariadb"})
"""The databases that put '' or 0 into the old rows of a new column that is NOT NULL and has no default."""
