"""CMP004."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.called import Called, earlier
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.meaning.fills import runs_where
from headway.lint.rule import UpgradeRule


class DefaultRemoved(UpgradeRule):
    """Takes a server default away that the running application may rely on.

    ## What
    ``server_default=None`` on a column of a table that was not created in the same change, unless the column came in this
    revision, or this default did and the history tells that there was none before. Where the column stays NOT NULL, CMP003 says it too.

    ## Why
    INSERTs that leave the column out get NULL from then on, or fail.

    ## Bad
    ```python
    op.alter_column("orders", "status", server_default=None)
    ```

    ## Good
    ```python
    op.alter_column("orders", "status", server_default="new")
    ```

    ## When to ignore
    Every INSERT of the running code names the column.
    """

    code = "CMP004"
    name = "default-removed"
    severity = Severity.WARNING
    handles = (fx.AltersColumn,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.AltersColumn)
        if not effect.drops_default or facts.is_new_table(effect, file):
            return
        same = [other for other in file.upgrade_effects if getattr(other, "table", None) == effect.table]
        if any(isinstance(other, fx.AddsColumn) and other.column.name == effect.column for other in same):
            return
        if any(
            isinstance(o, fx.AltersColumn)
            and o.column == effect.column
            and o.changes_default
            and o.order > effect.order
            for o in same
        ):
            return  # another one comes in its place
        if not facts.known.before.takes_default(effect, file.revision) or not _was_there(effect, file, facts):
            return
        yield self.finding(
            f"takes the default of {fx.shown(effect.table)}.{fx.shown(effect.column)} away: INSERTs that leave the column out get NULL, or "
            "fail",
            "take it away in a later release, when every INSERT names the column",
            effect.span,
            file.revision,
        )


def _was_there(effect: fx.AltersColumn, file: RevisionFile, facts: Facts) -> bool:
    """Whether code may rely on a default of the column: not where it is known of this revision's alone."""
    first = effect
    for other, called in earlier(effect, Called(effect.table, effect.schema, (effect.column,)), file.upgrade_effects):
        if (
            isinstance(other, fx.AltersColumn)
            and called.is_table_of(other)
            and (other.column,) == called.columns
            and (other.changes_default or other.drops_default)
            and (not other.conditional or effect.conditional)
            and runs_where(other, effect, facts)
        ):
            first = other
    if first is effect or first.drops_default:
        return facts.known.before.takes_default(first, file.revision)
    return (
        first.existing_default is not None or facts.known.before.column_has_default(first, file.revision) is not False
    )
