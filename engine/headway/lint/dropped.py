"""What a revision drops with its table or column, so that another rule has spoken of it. Judges nothing."""

from __future__ import annotations

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile


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


def column_goes_too(effect: fx.DropsIndex, file: RevisionFile, facts: Facts) -> bool:
    """Whether the revision drops a column of the index later in the same transaction, and with it the index if it were there."""
    later = [
        other
        for other in file.upgrade_effects
        if isinstance(other, fx.DropsColumn)
        and other.order > effect.order
        and (other.table, other.schema) == (effect.table, effect.schema)
        and other.transaction == effect.transaction
        and _runs_along(other, effect)
    ]
    index = facts.known.index(effect, file.revision) if later else None
    return index is not None and isinstance(index.parts, tuple) and any(one.column in index.parts for one in later)


def _runs_along(other: fx.Effect, effect: fx.Effect) -> bool:
    """Whether ``other`` runs wherever ``effect`` does, as far as their guards tell."""
    everywhere = other.databases is None or (effect.databases is not None and effect.databases <= other.databases)
    return everywhere and (not other.conditional or effect.conditional)
