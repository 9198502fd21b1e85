"""What may be asked of a schema, with three answers: yes, no, or UNKNOWN. Judges nothing."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator

from headway.catalog.names import Names
from headway.catalog.schema import Column, Constraint, Index, Schema, Table
from headway.catalog.shelf import Presence
from headway.effects.model import ConstraintKind
from headway.effects.values import UNKNOWN, Flag, MaybeText, Text
from headway.valueclass import valueclass


@valueclass(frozen=True, slots=True)
class Answers:
    """A schema at one moment, to be asked by the names that effects use."""

    known: Schema
    names: Names

    def presence(self, table: Text, schema: MaybeText = None) -> Presence:
        """Whether there is such a table."""
        key = self.names.key(schema, table)
        return Presence.UNKNOWN if key is None else self.known.tables.presence(key)

    def table(self, table: Text, schema: MaybeText = None) -> Table | None:
        """The table where it is surely there."""
        key = self.names.key(schema, table)
        return None if key is None else self.known.tables.get(key)

    def column_presence(self, table: Text, column: Text, schema: MaybeText = None) -> Presence:
        """Whether the table has such a column."""
        found = self.table(table, schema)
        if found is None or not isinstance(column, str):
            return Presence.ABSENT if self.presence(table, schema) is Presence.ABSENT else Presence.UNKNOWN
        return found.columns.presence(self.names.part(column))

    def column(self, table: Text, column: Text, schema: MaybeText = None) -> Column | None:
        """The column where it is surely there."""
        found = self.table(table, schema)
        return found.columns.get(self.names.part(column)) if found is not None and isinstance(column, str) else None

    def column_nullable(self, table: Text, column: Text, schema: MaybeText = None) -> Flag:
        """Whether the column takes NULL."""
        found = self.column(table, column, schema)
        return UNKNOWN if found is None else found.nullable

    def column_has_default(self, table: Text, column: Text, schema: MaybeText = None) -> Flag:
        """Whether the database fills the column by itself."""
        found = self.column(table, column, schema)
        return UNKNOWN if found is None else found.has_default

    def is_new_table(self, table: Text, schema: MaybeText = None, *, new: Container[str]) -> Flag:
        """Whether one of the revisions ``new`` made the table, so that no database outside has it.

        A table that was made under the condition that there was none is not known to be new.
        """
        found = self.table(table, schema)
        if found is None or found.made_by is None:
            return UNKNOWN
        return found.made_by in new

    def has_rows_possible(self, table: Text, schema: MaybeText = None, *, new: Container[str]) -> bool:
        """Whether rows can be in the table: it is not known to be new, or something has been put into it."""
        found = self.table(table, schema)
        return found is None or found.filled or found.made_by is None or found.made_by not in new

    def validated_not_null_check(self, table: Text, column: Text, schema: MaybeText = None) -> Flag:
        """Whether a validated CHECK proves that the column holds no NULL, so that SET NOT NULL need not scan.

        UNKNOWN where there may be one: the constraints that may be it are in :meth:`may_prove_not_null`.
        See https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-SET-DROP-NOT-NULL
        """
        found = self.table(table, schema)
        if found is None or not isinstance(column, str):
            return False if self.presence(table, schema) is Presence.ABSENT else UNKNOWN
        answers = [self._proves(one, column) for one in found.constraints]
        if True in answers:
            return True
        doubt = UNKNOWN in answers or not found.constraints.whole or bool(found.constraints.exceptions)
        return UNKNOWN if doubt else False

    def may_prove_not_null(self, table: Text, column: Text, schema: MaybeText = None) -> tuple[Constraint, ...]:
        """The validated constraints of the table of which it is not known whether they prove it."""
        found = self.table(table, schema)
        if found is None or not isinstance(column, str):
            return ()
        return tuple(one for one in found.constraints if self._proves(one, column) is UNKNOWN and one.validated is True)

    def has_foreign_key(
        self,
        columns: tuple[Text, ...],
        referent: Text,
        table: Text,
        schema: MaybeText = None,
        referent_schema: MaybeText = None,
    ) -> bool:
        """Whether a validated foreign key leads from these columns to that table for sure."""
        found, target = self.table(table, schema), self.names.key(referent_schema, referent)
        if found is None or target is None or not columns or not all(isinstance(column, str) for column in columns):
            return False
        wanted = tuple(self.names.part(str(column)) for column in columns)
        return any(
            one.kind is ConstraintKind.FOREIGN_KEY
            and one.validated is True
            and (one.columns, one.referent) == (wanted, target)
            for one in found.constraints
        )

    def has_unique_among(self, columns: tuple[Text, ...], table: Text, schema: MaybeText = None) -> bool:
        """Whether some of these columns are unique together for sure, so that all of them are."""
        found = self.table(table, schema)
        if found is None or not columns or not all(isinstance(column, str) for column in columns):
            return False
        wanted = {self.names.part(str(column)) for column in columns}
        keys = [one.columns for one in found.constraints if one.kind in _WITH_INDEX and one.validated is True]
        keys += [one.parts for one in found.indexes if one.unique is True and one.predicate is None]
        return any(isinstance(key, tuple) and key and set(key) <= wanted for key in keys)

    def index(self, name: Text, table: Text, schema: MaybeText = None) -> Index | None:
        """The index of that name where it is surely there."""
        found = self.table(table, schema)
        return found.indexes.get(self.names.part(name)) if found is not None and isinstance(name, str) else None

    def constraint(self, name: Text, table: Text, schema: MaybeText = None) -> Constraint | None:
        """The constraint of that name where it is surely there."""
        found = self.table(table, schema)
        return found.constraints.get(self.names.part(name)) if found is not None and isinstance(name, str) else None

    def starts_an_index(self, columns: tuple[Text, ...], table: Text, schema: MaybeText = None) -> Flag:
        """Whether a whole index, or a key with one, begins with these columns in any order."""
        found = self.table(table, schema)
        if found is None or not all(isinstance(column, str) for column in columns):
            return UNKNOWN
        wanted = {self.names.part(str(column)) for column in columns}
        led = [_begins(one.parts, wanted) if one.predicate is None else False for one in found.indexes]
        led += [_begins(one.columns, wanted) for one in found.constraints if one.kind in _WITH_INDEX]
        if True in led:
            return True
        whole = found.indexes.whole and found.constraints.whole
        return UNKNOWN if UNKNOWN in led or not whole or found.indexes.exceptions else False

    def _proves(self, constraint: Constraint, column: str) -> Flag:
        if constraint.validated is False or constraint.kind not in (ConstraintKind.CHECK, ConstraintKind.UNKNOWN):
            return False
        if not isinstance(constraint.condition, str):
            return UNKNOWN
        if not says_not_null(constraint.condition, self.names.part(column), self.names):
            return False
        return constraint.validated


def says_not_null(condition: str, column: str, names: Names) -> bool:
    """Whether a CHECK says, alone or among conditions that must all hold, that ``column`` IS NOT NULL."""
    if re.search(r"(?i)\bOR\b|\bNOT\s*\(|\bCASE\b|'", condition):
        return False
    for part in re.split(r"(?i)\bAND\b", condition):
        match = re.fullmatch(r'(?i)[\s(]*([`"\[]?)(\w+)[`"\]]?\s+IS\s+NOT\s+NULL[\s)]*', part)
        if match is not None:
            said = match[2] if match[1] or names.database != "postgresql" else match[2].lower()
            if names.part(said) == column:
                return True
    return False


def made_required(before: Answers, after: Answers, table: Text, schema: MaybeText = None) -> Iterator[Column]:
    """The columns that older code must fill and did not have to: NOT NULL without a default, by whatever way."""
    now = after.table(table, schema)
    if now is None:
        return
    for key, column in now.columns.there.items():
        if not _is_required(column):
            continue
        then = before.column(table, key, schema)
        if then is None or not _is_required(then):
            yield column


def _is_required(column: Column) -> bool:
    return column.nullable is False and column.has_default is False


def _begins(parts: object, wanted: set[str]) -> Flag:
    if not isinstance(parts, tuple):
        return UNKNOWN
    first = parts[: len(wanted)]
    if any(not isinstance(part, str) for part in first):
        return UNKNOWN
    return set(first) == wanted


_WITH_INDEX = (ConstraintKind.PRIMARY_KEY, ConstraintKind.UNIQUE)
