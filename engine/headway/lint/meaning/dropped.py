"""What a revision drops with its table or column, so that another rule has spoken of it. Judges nothing."""

from __future__ import annotations

import re

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.syntax.suites import are_together


def table_goes_too(effect: fx.Effect, file: RevisionFile) -> bool:
    """Whether the revision drops the table of ``effect`` later in the same transaction, of which another rule speaks.

    Wherever the one runs the other runs as well. Not where a table gets the name afterwards: then it is made anew, and of that
    no rule says that it is gone.
    """
    name, schema = getattr(effect, "table", None), getattr(effect, "schema", None)
    goes = False
    for other in file.upgrade_effects:
        if other.order <= effect.order:
            continue
        if isinstance(other, fx.CreatesTable) and other.table == name:
            return False
        if isinstance(other, fx.RenamesTable):
            if other.new_name == name:
                return False
            name = other.new_name if (other.table, other.schema) == (name, schema) else name
        elif (
            isinstance(other, fx.DropsTable) and isinstance(name, str) and (other.table, other.schema) == (name, schema)
        ):
            goes = _runs_along(other, effect, file) and other.transaction == effect.transaction
    return goes


def column_goes_too(effect: fx.DropsIndex, file: RevisionFile, facts: Facts) -> bool:
    """Whether the revision drops a column of the index later in the same transaction, and with it the index if it were there."""
    later = [
        other
        for other in file.upgrade_effects
        if isinstance(other, fx.DropsColumn)
        and other.order > effect.order
        and (other.table, other.schema) == (effect.table, effect.schema)
        and other.transaction == effect.transaction
        and _runs_along(other, effect, file)
    ]
    index = facts.known.before.index(effect, file.revision) if later else None
    if index is None or not isinstance(index.parts, tuple):
        return any(_is_named_by(effect, one) for one in later)
    return any(one.column in index.parts for one in later)


def is_renamed_before(effect: fx.DropsIndex, file: RevisionFile) -> bool:
    """Whether the revision has renamed the table earlier in the same transaction: the lock is held since, and a rule has spoken
    of it."""
    return any(
        isinstance(other, fx.RenamesTable)
        and other.new_name == effect.table
        and other.order < effect.order
        and other.transaction == effect.transaction
        and not effect.autocommit
        and _runs_along(other, effect, file)
        for other in file.upgrade_effects
    )


def _is_named_by(index: fx.DropsIndex, dropped: fx.DropsColumn) -> bool:
    """Whether the index is called after the column, as in ``ix_orders_note`` and ``uq_orders__name_note``."""
    if not isinstance(index.name, str) or not isinstance(dropped.column, str):
        return False
    # Once, and as a word of its own: ix_flow_run__flow_runner_type is of flow_run.
    words = re.sub(rf"(?:_|^){re.escape(str(index.table).lower())}(?=_)", "", index.name.lower(), count=1)
    return re.search(rf"(?:_|^){re.escape(dropped.column.lower())}(?:_|$)", words) is not None


def _runs_along(other: fx.Effect, effect: fx.Effect, file: RevisionFile) -> bool:
    """Whether ``other`` runs wherever ``effect`` does before it: without a condition, or in one block with it."""
    everywhere = other.databases is None or (effect.databases is not None and effect.databases <= other.databases)
    return everywhere and (not other.conditional or are_together(other.span.line, effect.span.line, file.blocks))
