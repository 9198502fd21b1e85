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
    Several of one table that are written in SQL are one finding, at the first.

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

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        self._in_sql: dict[object, list[fx.AddsConstraint]] = {}
        for one in file.upgrade_effects:
            if isinstance(one, fx.AddsConstraint) and _is_checked(one) and one.raw:
                self._in_sql.setdefault(_table(one), []).append(one)
        yield from super().check_file(file, facts)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.AddsConstraint)
        if not _is_checked(effect) or facts.is_new_table(effect, file):
            return
        same = self._in_sql[_table(effect)] if effect.raw else [effect]
        if effect is not same[0]:
            return
        what = "a CHECK" if len(same) == 1 else f"{len(same)} CHECKs"
        yield self.finding(
            f"adds {what} to {fx.shown(effect.table)} and reads every row under a lock that stops every read and write; a row that "
            "breaks it makes the migration fail (PostgreSQL)",
            "create it with postgresql_not_valid=True, and in the next revision: op.execute('ALTER TABLE … VALIDATE CONSTRAINT …')",
            effect.span,
            file.revision,
        )


def _is_checked(effect: fx.AddsConstraint) -> bool:
    """Whether it adds a CHECK and looks at all rows."""
    return effect.kind is fx.ConstraintKind.CHECK and effect.not_valid is False


def _table(effect: fx.AddsConstraint) -> object:
    return effect.table, effect.schema, effect.conditional
