"""LCK104."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.meaning.stops import Stop, alike
from headway.lint.rule import UpgradeRule


class UniqueConstraintBuildsIndex(UpgradeRule):
    """Adds a unique constraint to an existing PostgreSQL table, and builds its index.

    ## What
    ``create_unique_constraint`` on a table that was not created in the same change.

    ## Why
    The index of the constraint is built under an ACCESS EXCLUSIVE lock: nobody reads or writes the table until it is done.
    And one pair of rows that are alike makes the migration fail, unless a key over some of the columns was there before.
    See https://www.postgresql.org/docs/current/sql-altertable.html
    Proved on PostgreSQL 18 and 15.

    ## Bad
    ```python
    op.create_unique_constraint("uq_users_email", "users", ["email"])
    ```

    ## Good
    ```python
    with op.get_context().autocommit_block():
        op.create_index("uq_users_email", "users", ["email"], unique=True, postgresql_concurrently=True, if_not_exists=True)
    op.execute("ALTER TABLE users ADD CONSTRAINT uq_users_email UNIQUE USING INDEX uq_users_email")
    ```

    ## When to ignore
    The table is small, or nothing uses it while the migration runs.
    """

    code = "LCK104"
    name = "unique-constraint-builds-index"
    by_size = True
    dialects = frozenset({"postgresql"})
    handles = (fx.AddsConstraint,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.AddsConstraint)
        if (
            effect.kind is not fx.ConstraintKind.UNIQUE
            or effect.using_index is not None
            or facts.is_new_table(effect, file)
        ):
            return
        found = alike(effect, file, facts)
        unless = file.unless_seen_to(effect) if found.stop is Stop.SOME else ""
        fails = "" if found.stop is Stop.NONE else f"; {found} make it fail{unless}"
        yield self.finding(
            f"adds a unique constraint to {fx.shown(effect.table)} and builds its index under a lock that stops every read and "
            f"write{fails} (PostgreSQL)",
            "build a unique index CONCURRENTLY in an autocommit_block(), then: op.execute('ALTER TABLE … ADD CONSTRAINT … "
            "UNIQUE USING INDEX …')",
            effect.span,
            file.revision,
        )
