"""DAT001."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import UpgradeRule


class UniqueOnExisting(UpgradeRule):
    """Makes values unique that may be there twice.

    ## What
    A unique index or constraint on a table that was not created in the same change.

    ## Why
    Two rows that are alike make the migration fail in production, after it passed on the empty database of CI. On PostgreSQL
    LCK104 says it of a constraint.

    ## Bad
    ```python
    op.create_index("uq_users_email", "users", ["email"], unique=True)
    ```

    ## Good
    ```python
    op.create_index("ix_users_email", "users", ["email"])
    ```

    ## When to ignore
    A query in production has shown that no two rows are alike, and nothing writes such a row any more.
    """

    code = "DAT001"
    name = "unique-on-existing"
    severity = Severity.WARNING
    handles = (fx.AddsConstraint, fx.CreatesIndex)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        if facts.is_new_table(effect, file) or _is_on_new_column(effect, file):
            return
        if isinstance(effect, fx.AddsConstraint):
            if (
                effect.kind is not fx.ConstraintKind.UNIQUE
                or effect.using_index is not None
                or facts.dialects == {"postgresql"}
            ):
                return
        elif not isinstance(effect, fx.CreatesIndex) or effect.unique is not True:
            return
        if facts.known.had_unique(effect, file.revision):
            return  # with more columns it asks less
        columns = ", ".join(map(fx.shown, effect.columns)) or "…"
        table = fx.shown(effect.table)
        yield self.finding(
            f"makes {columns} of {table} unique: two rows that are alike make the migration fail",
            f"look first: SELECT {columns}, count(*) FROM {table} GROUP BY {columns} HAVING count(*) > 1",
            effect.span,
            file.revision,
        )


def _is_on_new_column(effect: fx.Effect, file: RevisionFile) -> bool:
    """Whether one of the columns was added in this revision without a value, so that it holds NULLs alone."""
    columns = getattr(effect, "columns", ())
    table = getattr(effect, "table", fx.UNKNOWN)
    filled = any(isinstance(other, fx.ChangesData) and other.table == table for other in file.upgrade_effects)
    return not filled and any(
        isinstance(other, fx.AddsColumn)
        and other.table == table
        and other.column.name in columns
        and other.column.has_default is False
        for other in file.upgrade_effects
    )
