"""DST002."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.added import is_added_here
from headway.lint.called import Called, called_first, earlier
from headway.lint.dropped import table_goes_too
from headway.lint.facts import Facts, RevisionFile
from headway.lint.fills import may_copy
from headway.lint.finding import Finding
from headway.lint.rule import UpgradeRule


class DropColumn(UpgradeRule):
    """Drops a column that existed before this change.

    ## What
    ``upgrade()`` drops a column of a table that was not created in the same change. Of a table that goes
    as a whole, DST001 speaks.

    ## Why
    The values are lost that nothing has copied before, and copies of the application that are still running name the column in every SELECT
    and INSERT that SQLAlchemy writes for the model: they fail until the last of them is replaced.

    ## Bad
    ```python
    op.drop_column("orders", "note")
    ```

    ## Good
    Take the column out of the model in one release; make it optional for the time in between.
    ```python
    op.alter_column("orders", "note", existing_type=sa.Text(), nullable=True)
    ```

    ## When to ignore
    The column left the model in an earlier release:
    ``# headway: ignore[DST002] reason="not in the model since 2026-08"``.
    """

    code = "DST002"
    name = "drop-column"
    handles = (fx.DropsColumn,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.DropsColumn)
        if facts.is_new_table(effect, file) or is_added_here(effect, file) or table_goes_too(effect, file):
            return
        lost = "what was not copied before is lost" if may_copy(effect, file) else "its values are lost"
        old = called_first(effect, Called(effect.table, effect.schema, (effect.column,)), file.upgrade_effects)
        named = f"{fx.shown(old.table)}.{fx.shown(old.columns[0])}"
        code = "" if _is_made_anew(old, effect, file) else ", and code that still names it fails"
        yield self.finding(
            f"drops column {named}: {lost}{code}",
            "remove it from the model in an earlier release, then drop it; if that has happened, "
            f'say so: # headway: ignore[{self.code}] reason="…"',
            effect.span,
            file.revision,
        )


def _is_made_anew(old: Called, effect: fx.DropsColumn, file: RevisionFile) -> bool:
    """Whether the revision has moved the column aside and made one under its name."""
    return any(
        isinstance(other, fx.AddsColumn) and other.column.name == old.columns[0] != effect.column
        for other, called in earlier(effect, Called(effect.table, effect.schema), file.upgrade_effects)
        if called.is_table_of(other)
    )
