"""Whether a revision has filled a column before it asks more of it. Judges nothing."""

from __future__ import annotations

from headway.effects import model as fx
from headway.lint.facts import RevisionFile


def filled_before(altered: fx.AltersColumn, file: RevisionFile) -> bool:
    """Whether an UPDATE of the altered table comes before."""
    return any(
        isinstance(effect, fx.ChangesData)
        and effect.verb == "UPDATE"
        and effect.order < altered.order
        and effect.table == altered.table
        and effect.table is not fx.UNKNOWN
        for effect in file.upgrade_effects
    )
