"""CMP001."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.rule import UpgradeRule


class RenameTable(UpgradeRule):
    """Renames a table that the running application reads.

    ## What
    ``rename_table`` of a table that was not created in the same change.

    ## Why
    The copies of the application that run while the migration does, and after a rollback, know the old name alone: they fail.

    ## Bad
    ```python
    op.rename_table("orders", "purchases")
    ```

    ## Good
    ```python
    op.execute("CREATE VIEW purchases AS SELECT * FROM orders")
    ```

    ## When to ignore
    Nothing runs while the migration does, or nothing reads the table by its old name any more.
    """

    code = "CMP001"
    name = "rename-table"
    handles = (fx.RenamesTable,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.RenamesTable)
        if facts.is_new_table(effect, file) or _is_made_here(effect, file):
            return
        yield self.finding(
            f"renames table {fx.shown(effect.table)} to {fx.shown(effect.new_name)}: code that runs now knows the old name alone, and fails",
            "keep a view with the old name until no code uses it, or make a new table and write both",
            effect.span,
            file.revision,
        )


def _is_made_here(effect: fx.RenamesTable, file: RevisionFile) -> bool:
    """Whether the revision has made the table itself, if only under a condition: a copy that takes its place."""
    return any(
        isinstance(other, fx.CreatesTable)
        and other.order < effect.order
        and isinstance(effect.table, str)
        and (other.table, other.schema, other.if_not_exists) == (effect.table, effect.schema, False)
        for other in file.upgrade_effects
    )
