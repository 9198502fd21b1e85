"""The foreign keys that an effect makes, wherever it says so: with a table, with a column, or by themselves. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx


def foreign_keys(effect: fx.Effect) -> Iterator[fx.ForeignKey]:
    """Each of them, with the table that it points to."""
    columns = effect.columns if isinstance(effect, fx.CreatesTable) else ()
    columns = (effect.column,) if isinstance(effect, fx.AddsColumn) else columns
    for column in columns:
        yield from column.references
    if isinstance(effect, fx.CreatesTable):
        yield from (one.references for one in effect.constraints if one.references is not None)
    if isinstance(effect, fx.AddsConstraint) and (effect.references or effect.referent):
        yield effect.references or fx.ForeignKey(effect.referent)
