"""What is there for the time of one revision only: no running code knows it, or nobody will miss it. Judges nothing."""

from __future__ import annotations

from headway.effects import model as fx
from headway.lint.facts import RevisionFile


def is_added_here(changed: fx.AltersColumn | fx.DropsColumn, file: RevisionFile) -> bool:
    """Whether the revision itself has certainly added the column before; False for names that are not told."""
    if not isinstance(changed.table, str) or not isinstance(changed.column, str):
        return False
    return any(
        isinstance(effect, fx.AddsColumn)
        and effect.order < changed.order
        and (effect.table, effect.schema, effect.column.name) == (changed.table, changed.schema, changed.column)
        and (not effect.conditional or changed.conditional)
        for effect in file.upgrade_effects
    )


def table_goes_too(effect: fx.Effect, file: RevisionFile) -> bool:
    """Whether the revision drops the table of ``effect`` later in the same transaction, of which another rule speaks.

    Wherever the one runs the other runs as well: both on every database and without a condition, or both under one.
    """
    table, schema = getattr(effect, "table", None), getattr(effect, "schema", None)
    names = {table}
    for other in file.upgrade_effects:
        if other.order <= effect.order or not isinstance(other, fx.RenamesTable | fx.DropsTable):
            continue
        if other.table not in names or other.schema != schema:
            continue
        if isinstance(other, fx.RenamesTable):
            names.add(other.new_name)
        elif isinstance(other.table, str) and _runs_along(other, effect):
            return other.transaction == effect.transaction
    return False


def _runs_along(other: fx.Effect, effect: fx.Effect) -> bool:
    """Whether ``other`` runs wherever ``effect`` does, as far as their guards tell."""
    everywhere = other.databases is None or (effect.databases is not None and effect.databases <= other.databases)
    return everywhere and (not other.conditional or effect.conditional)
