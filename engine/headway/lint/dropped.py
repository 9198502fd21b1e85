"""What a revision drops with its table, so that another rule has spoken of it. Judges nothing."""

from __future__ import annotations

from headway.effects import model as fx
from headway.lint.facts import RevisionFile


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
