"""LCK109."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.rule import UpgradeRule


class NotValidAndValidateTogether(UpgradeRule):
    """Validates a constraint in the transaction that has added it.

    ## What
    A constraint is added NOT VALID and validated in one transaction.

    ## Why
    The lock that adding it takes is kept to the end of the transaction, so that the validation reads the whole table under it:
    what NOT VALID was written for is lost. See https://www.postgresql.org/docs/current/sql-altertable.html
    Proved on PostgreSQL 18 and 15.

    ## Bad
    ```python
    op.create_check_constraint("ck_total", "orders", "total >= 0", postgresql_not_valid=True)
    op.execute("ALTER TABLE orders VALIDATE CONSTRAINT ck_total")
    ```

    ## Good
    ```python
    # the constraint was added NOT VALID by the revision before
    op.execute("ALTER TABLE orders VALIDATE CONSTRAINT ck_total")
    ```

    ## When to ignore
    The table is small, or nothing uses it while the migration runs.
    """

    code = "LCK109"
    name = "not-valid-and-validate-together"
    dialects = frozenset({"postgresql"})
    handles = (fx.ValidatesConstraint,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.ValidatesConstraint)
        added = [
            other
            for other in file.upgrade_effects
            if isinstance(other, fx.AddsConstraint)
            and other.order < effect.order
            and (other.table, other.schema, other.name) == (effect.table, effect.schema, effect.name)
            and other.transaction == effect.transaction
            and not effect.autocommit
        ]
        if not added or facts.is_new_table(effect, file):
            return
        yield self.finding(
            f"validates {fx.shown(effect.name)} of {fx.shown(effect.table)} under the lock that adding it has taken, so that reads and "
            "writes wait for the whole scan (PostgreSQL)",
            "validate it in a revision of its own, or in: with op.get_context().autocommit_block(): …",
            effect.span,
            file.revision,
        )
