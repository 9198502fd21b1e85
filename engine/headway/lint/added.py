"""Whether a column came in the revision that changes it, so that no code knows it and nothing is in it. Judges nothing."""

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
