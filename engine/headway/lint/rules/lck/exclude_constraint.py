"""LCK106."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.rule import UpgradeRule


class ExcludeConstraint(UpgradeRule):
    """Adds an exclusion constraint to an existing PostgreSQL table.

    ## What
    ``create_exclude_constraint`` on a table that was not created in the same change.

    ## Why
    Its index is built under an ACCESS EXCLUSIVE lock, and there is no way to build it beforehand: it takes a time in which the
    table may stand still. See https://www.postgresql.org/docs/current/sql-altertable.html
    Proved on PostgreSQL 18 and 15.

    ## Bad
    ```python
    op.create_exclude_constraint("ex_stays", "stays", ("room", "="), ("during", "&&"), using="gist")
    ```

    ## Good
    ```python
    op.create_table("stays_2", sa.Column("room", sa.Integer()), sa.Column("during", postgresql.TSRANGE()))
    op.create_exclude_constraint("ex_stays", "stays_2", ("room", "="), ("during", "&&"), using="gist")
    ```

    ## When to ignore
    The table is small, or nothing uses it while the migration runs.
    """

    code = "LCK106"
    name = "exclude-constraint"
    by_size = True
    dialects = frozenset({"postgresql"})
    handles = (fx.AddsConstraint,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.AddsConstraint)
        if effect.kind is not fx.ConstraintKind.EXCLUDE or facts.is_new_table(effect, file):
            return
        yield self.finding(
            f"adds an exclusion constraint to {fx.shown(effect.table)}: its index is built under a lock that stops every read and "
            "write (PostgreSQL)",
            "run it in a window in which the table may stand still, or fill a new table that has the constraint",
            effect.span,
            file.revision,
        )
