"""LCK108."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.rule import UpgradeRule


class CheckValidated(UpgradeRule):
    """Adds a CHECK to an existing PostgreSQL table and checks every row at once.

    ## What
    ``create_check_constraint`` without ``postgresql_not_valid=True`` on a table that was not created in the same change.
    Several of one table that stand together in SQL are one finding, at the first.

    ## Why
    The whole table is read under an ACCESS EXCLUSIVE lock: nobody reads or writes it meanwhile. One row that breaks the
    condition makes the migration fail. See https://www.postgresql.org/docs/current/sql-altertable.html
    Proved on PostgreSQL 18 and 15.

    ## Bad
    ```python
    op.create_check_constraint("ck_total", "orders", "total >= 0")
    ```

    ## Good
    ```python
    op.create_check_constraint("ck_total", "orders", "total >= 0", postgresql_not_valid=True)
    # in the next revision: op.execute("ALTER TABLE orders VALIDATE CONSTRAINT ck_total")
    ```

    ## When to ignore
    The table is small, or nothing uses it while the migration runs.
    """

    code = "LCK108"
    name = "check-validated"
    by_size = True
    dialects = frozenset({"postgresql"})
    handles = (fx.AddsConstraint,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.AddsConstraint)
        if (
            effect.kind is not fx.ConstraintKind.CHECK
            or effect.not_valid is not False
            or facts.is_new_table(effect, file)
        ):
            return
        # Several in one text of SQL have the same message, so that they are told as one.
        what = "a CHECK" if effect.raw else f"CHECK {fx.shown(effect.name)}" if effect.name is not None else "a CHECK"
        yield self.finding(
            f"adds {what} to {fx.shown(effect.table)} and reads every row under a lock that stops every read and write; a row that "
            "breaks it makes the migration fail (PostgreSQL)",
            f"create it with {'NOT VALID' if effect.raw else 'postgresql_not_valid=True'}, and in the next revision: "
            "op.execute('ALTER TABLE … VALIDATE CONSTRAINT …')",
            effect.span,
            file.revision,
        )
