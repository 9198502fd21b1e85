"""Whether a statement of a revision leaves a column NOT NULL and without a default. Judges nothing."""

from __future__ import annotations

from headway.effects import model as fx
from headway.lint.facts import RevisionFile


def makes_required(altered: fx.AltersColumn, file: RevisionFile) -> bool:
    """Whether ``altered`` is the statement that makes its column required, and nothing later in the revision undoes it.

    A helper of two arms says it twice at one place, of which one runs: both are that statement. What a column was before the revision counts as not known, so that it takes two statements of the revision to tell.
    """
    if not isinstance(altered.table, str) or not isinstance(altered.column, str):
        return False
    nullable: fx.Flag | None = None
    default: fx.Flag | None = None
    made_by: fx.Effect | None = None
    for effect in file.upgrade_effects:
        nullable, default = _after(effect, altered, nullable, default)
        if (nullable, default) != (False, False):
            made_by = None
        elif made_by is None:
            made_by = effect
    if made_by is None or made_by.order == altered.order:
        return made_by is not None
    return made_by.span == altered.span and altered.conditional and altered.nullable is False


def _after(
    effect: fx.Effect, altered: fx.AltersColumn, nullable: fx.Flag | None, default: fx.Flag | None
) -> tuple[fx.Flag | None, fx.Flag | None]:
    """Whether the column takes NULL and has a default after ``effect``; None where the revision has not told."""
    if isinstance(effect, fx.AddsColumn) and _is_same(effect, altered):
        return effect.column.nullable, effect.column.has_default
    if not isinstance(effect, fx.AltersColumn) or not _is_same(effect, altered):
        return nullable, default
    if effect.nullable is not None:
        nullable = effect.nullable
    if effect.drops_default:
        default = False
    elif effect.changes_default or effect.identity:
        default = True
    return nullable, default


def _is_same(effect: fx.AddsColumn | fx.AltersColumn, altered: fx.AltersColumn) -> bool:
    column = effect.column.name if isinstance(effect, fx.AddsColumn) else effect.column
    return (effect.table, effect.schema, column) == (altered.table, altered.schema, altered.column)
