"""CMP002."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.meaning.added import is_added_here
from headway.lint.rule import UpgradeRule


class RenameColumn(UpgradeRule):
    """Renames a column that the running application reads.

    ## What
    ``alter_column(new_column_name=…)`` on a table that was not created in the same change.

    ## Why
    The copies of the application that run while the migration does, and after a rollback, know the old name alone: they fail.

    ## Bad
    ```python
    op.alter_column("orders", "note", new_column_name="remark")
    ```

    ## Good
    ```python
    op.add_column("orders", sa.Column("remark", sa.Text()))
    ```

    ## When to ignore
    Nothing runs while the migration does, or nothing uses the column by its old name any more.
    """

    code = "CMP002"
    name = "rename-column"
    handles = (fx.AltersColumn,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.AltersColumn)
        if effect.new_name is None or effect.new_name == effect.column or facts.is_new_table(effect, file):
            return
        if is_added_here(effect, file) or _is_made_again(effect, file):
            return
        yield self.finding(
            f"renames {fx.shown(effect.table)}.{fx.shown(effect.column)} to {fx.shown(effect.new_name)}: code that runs now knows the old name "
            "alone, and fails",
            "add the new column, write both, fill it, read it, and drop the old one in a later release",
            effect.span,
            file.revision,
        )


def _is_made_again(effect: fx.AltersColumn, file: RevisionFile) -> bool:
    """Whether the old name is one that no code knows, from an earlier rename, or is there again when the revision has run:
    by a rename back, or for a new column in whose favour this one goes."""
    made = gone = False
    for other in file.upgrade_effects:
        if getattr(other, "table", None) != effect.table:
            continue
        if isinstance(other, fx.AltersColumn):
            if other.new_name == effect.column and other.order != effect.order:
                return True
        elif other.order > effect.order:
            made = made or (isinstance(other, fx.AddsColumn) and other.column.name == effect.column)
            gone = gone or (isinstance(other, fx.DropsColumn) and other.column == effect.new_name)
    return made and gone
