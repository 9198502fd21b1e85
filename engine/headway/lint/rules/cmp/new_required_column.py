"""CMP003."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.required import makes_required
from headway.lint.rule import UpgradeRule


class NewRequiredColumn(UpgradeRule):
    """Adds a NOT NULL column without a server default.

    ## What
    A column that must have a value is added to an existing table, and the database has none to give: at once, or in steps
    of one revision (added, filled, made NOT NULL; or given a default that is taken away again).

    ## Why
    Copies of the application that do not know the column yet leave it out of their INSERT: each of them fails
    from the moment the migration has run. On a table with rows PostgreSQL and SQLite refuse the column at once,
    MySQL fills in zeros and empty strings that nobody asked for.

    ## Bad
    ```python
    op.add_column("orders", sa.Column("currency", sa.String(3), nullable=False))
    ```

    ## Good
    ```python
    op.add_column("orders", sa.Column("currency", sa.String(3), nullable=False, server_default="EUR"))
    ```

    ## When to ignore
    The table has no rows and nothing writes to it yet.
    """

    code = "CMP003"
    name = "new-required-column"
    handles = (fx.AddsColumn, fx.AltersColumn)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        if isinstance(effect, fx.AddsColumn):
            column = effect.column
            required = column.nullable is False and column.has_default is False
            what = f"adds NOT NULL column {fx.shown(effect.table)}.{fx.shown(column.name)} without a server default"
            fate = "INSERTs of the running code fail, and so does the migration itself where the table has rows"
        else:
            assert isinstance(effect, fx.AltersColumn)
            required = makes_required(effect, file) and (
                not effect.drops_default or facts.known.takes_default(effect, file.revision)
            )
            what = f"leaves {fx.shown(effect.table)}.{fx.shown(effect.column)} NOT NULL and without a default"
            fate = "INSERTs of the running code, which leave it out, fail"
            if effect.nullable is False and not _may_be_filled(effect, file):
                fate += ", and so does the migration itself where the table has rows"
        if not required or facts.is_new_table(effect, file):
            return
        yield self.finding(
            f"{what}: {fate}",
            "give it server_default=…, or add it with nullable=True, fill it, and set NOT NULL in a later release",
            effect.span,
            file.revision,
        )


def _may_be_filled(effect: fx.AltersColumn, file: RevisionFile) -> bool:
    """Whether rows are changed before, of this table or of one that only the run tells."""
    return any(
        other.order < effect.order
        and (
            isinstance(other, fx.RunsSql | fx.NotAnalysed)
            or (isinstance(other, fx.ChangesData) and (other.table == effect.table or not isinstance(other.table, str)))
        )
        for other in file.upgrade_effects
    )
