"""What a table and its columns are called earlier and later in a revision that renames them. Judges nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from headway.effects import model as fx
from headway.valueclass import valueclass


@valueclass(frozen=True, slots=True)
class Called:
    """The names of one table and of some of its columns."""

    table: fx.Text
    schema: fx.MaybeText = None
    columns: tuple[fx.Text, ...] = ()

    def is_table_of(self, effect: fx.Effect) -> bool:
        """Whether ``effect`` is surely about this table; of a name that is not known nobody can tell."""
        if self.table is fx.UNKNOWN or self.schema is fx.UNKNOWN:
            return False
        return (getattr(effect, "table", None), getattr(effect, "schema", None)) == (self.table, self.schema)

    def is_named_by(self, change: fx.ChangesData) -> bool:
        """Whether a change of rows is surely of this table; who changes rows often leaves the schema out."""
        if self.table is fx.UNKNOWN or change.table != self.table:
            return False
        return change.schema == self.schema or None in (change.schema, self.schema)


def earlier(effect: fx.Effect, called: Called, effects: Sequence[fx.Effect]) -> Iterator[tuple[fx.Effect, Called]]:
    """The effects before ``effect``, last first, each with what the table and the columns were called just before it.

    ``called`` are the names that ``effect`` uses.
    """
    for other in reversed(effects):
        if other.order < effect.order:
            if isinstance(other, fx.RenamesTable | fx.AltersColumn):
                called = _before(other, called)
            yield other, called


def called_first(effect: fx.Effect, called: Called, effects: Sequence[fx.Effect]) -> Called:
    """The names that the table and the columns had before the revision."""
    first = called
    for _, before in earlier(effect, called, effects):
        first = before
    return first


def called_last(effect: fx.Effect, called: Called, effects: Sequence[fx.Effect]) -> Called:
    """The names that the table and the columns have after the revision; ``effect`` may rename them itself."""
    for other in effects:
        if other.order >= effect.order:
            called = called_after(other, called)
    return called


def called_after(other: fx.Effect, called: Called) -> Called:
    """The names behind ``other``, which may change them."""
    if not called.is_table_of(other):
        return called
    if isinstance(other, fx.RenamesTable):
        return Called(other.new_name, other.schema if other.new_schema is None else other.new_schema, called.columns)
    if isinstance(other, fx.AltersColumn) and other.new_name is not None:
        columns = tuple(other.new_name if one == other.column else one for one in called.columns)
        return Called(called.table, called.schema, columns)
    return called


def _before(other: fx.RenamesTable | fx.AltersColumn, called: Called) -> Called:
    if isinstance(other, fx.RenamesTable):
        schema = other.schema if other.new_schema is None else other.new_schema
        if other.new_name is not fx.UNKNOWN and (other.new_name, schema) == (called.table, called.schema):
            return Called(other.table, other.schema, called.columns)
    elif isinstance(other.new_name, str) and called.is_table_of(other):
        columns = tuple(other.column if one == other.new_name else one for one in called.columns)
        return Called(called.table, called.schema, columns)
    return called
