"""DML002."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.meaning.fills import is_of_every_row
from headway.lint.meaning.held import held_by
from headway.lint.rule import UpgradeRule
from headway.lint.syntax.written import Region


class UnbatchedUpdate(UpgradeRule):
    """Updates every row of a table in one statement, or one after another.

    ## What
    UPDATE without WHERE, or of the rows where a column is NULL that the revision has just added, on a table that was not created in
    the same change; and an UPDATE or DELETE in a ``for`` along rows
    that the migration has read, one statement for each, outside of an ``autocommit_block()``. Of DELETE without WHERE, DST004 speaks; where the statement keeps
    another one's lock on PostgreSQL, LCK119; of an ORM session's objects, DML003.

    ## Why
    On a large table it runs for hours, keeps its locks on every row until it ends, writes the table once more, and starts
    from nothing when it is stopped. Row by row it does the same, and waits for the network each time.

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
        loop = next((one for one in file.written.row_loops if one.holds(effect.span)), None)
        if loop is not None and effect.verb in ("UPDATE", "DELETE") and effect.filtered is not False:
            yield from self._row_by_row(effect, loop, file, facts)
            return
        if (
            effect.verb != "UPDATE"
            or not isinstance(effect.table, str)
            or effect.limited is True
            or not is_of_every_row(effect, file, facts)
            or facts.is_new_table(effect, file)
            or held_by(effect, file, facts) is not None
        ):
            return
        by_join = "" if effect.limited is False else " that the other table leads to"
        yield self.finding(
            f"updates every row of {fx.shown(effect.table)}{by_join} in one statement: its rows stay locked until it is done",
            "update a range of keys at a time, outside of the migration or in a revision of its own, and only rows that need it",
            effect.span,
            file.revision,
        )

    def _row_by_row(self, effect: fx.ChangesData, loop: Region, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        alike = (
            other
            for other in file.upgrade_effects
            if isinstance(other, fx.ChangesData)
            and (other.verb, other.table) == (effect.verb, effect.table)
            and loop.holds(other.span)
        )
        is_first = next(alike, effect) is effect
        if (
            effect.through_session
            or effect.autocommit
            or (facts.environment is not None and facts.environment.asks_for_autocommit)
            or not is_first
            or not isinstance(effect.table, str)
            or facts.is_new_table(effect, file)
        ):
            return
        verb = "updates" if effect.verb == "UPDATE" else "deletes from"
        yield self.finding(
            f"{verb} {fx.shown(effect.table)} row by row, one statement for each: their rows stay locked until all are done",
            "let one statement do it (UPDATE … FROM, CASE); what only Python can compute is computed outside of the migration, "
            "a range of keys at a time",
            effect.span,
            file.revision,
        )
