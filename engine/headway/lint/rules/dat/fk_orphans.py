"""DAT004."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.meaning.stops import Stop, made_empty, orphans
from headway.lint.rule import UpgradeRule


class FkOrphans(UpgradeRule):
    """Adds a foreign key that rows may break.

    ## What
    A foreign key on a table that was not created in the same change, unless a column of it came with the revision and holds
    NULL. A new column with a default holds that in every row, and a NOT NULL one without holds '' or 0 on MySQL and
    MariaDB. On PostgreSQL LCK107 says it.

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
        found = orphans(effect, file, facts)
        if found.stop is Stop.NONE or facts.goes_on(effect, file):
            return
        table, referent = fx.shown(effect.table), fx.shown(effect.referent)
        if found.stop is Stop.ALL:
            columns = ", ".join(map(fx.shown, effect.columns))
            why = (
                f"every row that was there gets {found.value} in {columns}, and without such a row in {referent} the "
                "migration fails"
            )
            help = (
                f"put that row into {referent} first, or add the column with nullable=True and no default, and fill it"
            )
        elif (made := made_empty(effect, file)) is not None:
            columns = ", ".join(map(fx.shown, effect.columns))
            why = (
                f"{referent} is made in line {made.span.line} and holds no row, so that the first row with a value in "
                f"{columns} makes the migration fail"
            )
            help = f"fill {referent} first, and let {columns} point to its rows"
        else:
            why = f"a single row that points nowhere makes the migration fail{file.unless_seen_to(effect)}"
            old, target = fx.shown(found.old.table), fx.shown(found.referent.table)
            help = f"look first for rows of {old} without one in {target}: LEFT JOIN … WHERE … IS NULL"
        yield self.finding(f"adds a foreign key from {table} to {referent}: {why}", help, effect.span, file.revision)
