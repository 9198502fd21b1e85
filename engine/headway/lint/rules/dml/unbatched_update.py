"""DML002."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.held import held_by
from headway.lint.rule import UpgradeRule


class UnbatchedUpdate(UpgradeRule):
    """Updates every row of a table in one statement.

    ## What
    UPDATE without WHERE on a table that was not created in the same change. Of DELETE, DST004 speaks; where
    the statement keeps another one's lock on PostgreSQL, LCK119.

    ## Why
    On a large table it runs for hours, keeps its locks on every row until it ends, writes the table once more, and starts
    from nothing when it is stopped.

    ## Bad
    ```python
    op.execute("UPDATE orders SET status = 0")
    ```

    ## Good
    ```python
    op.execute("UPDATE orders SET status = 0 WHERE status IS NULL AND id < 100000")
    ```

    ## When to ignore
    The table is small.
    """

    code = "DML002"
    name = "unbatched-update"
    by_size = True
    severity = Severity.WARNING
    handles = (fx.ChangesData,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.ChangesData)
        if (
            effect.verb != "UPDATE"
            or effect.filtered is not False
            or not isinstance(effect.table, str)
            or facts.is_new_table(effect, file)
            or held_by(effect, file, facts) is not None
        ):
            return
        yield self.finding(
            f"updates every row of {fx.shown(effect.table)} in one statement: its rows stay locked until it is done",
            "update a range of keys at a time, outside of the migration or in a revision of its own, and only rows that need it",
            effect.span,
            file.revision,
        )
