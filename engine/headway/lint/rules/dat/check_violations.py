"""DAT005."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import UpgradeRule


class CheckViolations(UpgradeRule):
    """Adds a CHECK that rows may break.

    ## What
    A CHECK on a table that was not created in the same change. On PostgreSQL LCK108 says it.

    ## Why
    One row that breaks the condition makes the migration fail in production, after it passed on the empty database of CI.

    ## Bad
    ```python
    op.create_check_constraint("ck_total", "orders", "total >= 0")
    ```

    ## Good
    ```python
    op.create_table("orders_2", sa.Column("total", sa.Integer()))
    op.create_check_constraint("ck_total", "orders_2", "total >= 0")
    ```

    ## When to ignore
    A query in production has shown that no row breaks it.
    """

    code = "DAT005"
    name = "check-violations"
    severity = Severity.WARNING
    handles = (fx.AddsConstraint,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.AddsConstraint)
        if effect.kind is not fx.ConstraintKind.CHECK or effect.not_valid is True or facts.dialects == {"postgresql"}:
            return
        if facts.is_new_table(effect, file):
            return
        condition = effect.condition if isinstance(effect.condition, str) else "…"
        yield self.finding(
            f"adds a CHECK to {fx.shown(effect.table)}: a single row that breaks it makes the migration fail",
            f"look first: SELECT count(*) FROM {fx.shown(effect.table)} WHERE NOT ({condition})",
            effect.span,
            file.revision,
        )
