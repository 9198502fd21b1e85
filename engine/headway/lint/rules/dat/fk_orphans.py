"""DAT004."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import UpgradeRule


class FkOrphans(UpgradeRule):
    """Adds a foreign key that rows may break.

    ## What
    A foreign key on a table that was not created in the same change. On PostgreSQL LCK107 says it.

    ## Why
    One row that points nowhere makes the migration fail in production, after it passed on the empty database of CI.

    ## Bad
    ```python
    op.create_foreign_key("fk_orders_user", "orders", "users", ["user_id"], ["id"])
    ```

    ## Good
    ```python
    op.create_table("orders_2", sa.Column("user_id", sa.Integer(), sa.ForeignKey("users.id")))
    ```

    ## When to ignore
    A query in production has shown that every row points somewhere.
    """

    code = "DAT004"
    name = "fk-orphans"
    severity = Severity.WARNING
    handles = (fx.AddsConstraint,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.AddsConstraint)
        if (
            effect.kind is not fx.ConstraintKind.FOREIGN_KEY
            or effect.not_valid is True
            or facts.dialects == {"postgresql"}
        ):
            return
        if facts.is_new_table(effect, file) or _is_on_new_column(effect, file):
            return
        if facts.known.had_foreign_key(effect, file.revision):
            return
        yield self.finding(
            f"adds a foreign key from {fx.shown(effect.table)} to {fx.shown(effect.referent)}: a single row that points nowhere makes "
            "the migration fail",
            f"look first for rows of {fx.shown(effect.table)} without one in {fx.shown(effect.referent)}: LEFT JOIN … WHERE … IS NULL",
            effect.span,
            file.revision,
        )


def _is_on_new_column(effect: fx.AddsConstraint, file: RevisionFile) -> bool:
    """Whether a column of the key was added in this revision without a value, so that it holds NULLs alone."""
    return any(
        isinstance(other, fx.AddsColumn)
        and other.table == effect.table
        and other.column.name in effect.columns
        and other.column.has_default is False
        for other in file.upgrade_effects
    )
