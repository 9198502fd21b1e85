"""Whether a revision has filled a column before it asks more of it. Judges nothing."""

from __future__ import annotations

import re

from headway.effects import model as fx
from headway.lint.facts import RevisionFile


def filled_before(altered: fx.AltersColumn, file: RevisionFile) -> bool:
    """Whether an UPDATE of the altered column comes before, or a DELETE of the rows that have none."""
    return any(
        isinstance(effect, fx.ChangesData)
        and effect.order < altered.order
        and effect.table == altered.table
        and effect.table is not fx.UNKNOWN
        and (_sets(effect, altered.column) or _deletes_without(effect, altered.column))
        for effect in file.upgrade_effects
    )


def _sets(effect: fx.ChangesData, column: fx.Text) -> bool:
    if effect.verb != "UPDATE":
        return False
    known = effect.sets and all(isinstance(name, str) for name in (*effect.sets, column))
    return not known or str(column).lower() in {str(name).lower() for name in effect.sets}


def _deletes_without(effect: fx.ChangesData, column: fx.Text) -> bool:
    if effect.verb != "DELETE" or not isinstance(effect.where, str) or not isinstance(column, str):
        return False
    # Whatever else the condition asks for, fewer rows would go.
    alone = rf"\(*\s*(?:\w+\s*\.\s*)?[\"`\[]?{re.escape(column)}[\"`\]]?\s+IS\s+NULL\s*\)*"
    return re.fullmatch(alone, effect.where.strip(), re.I) is not None
