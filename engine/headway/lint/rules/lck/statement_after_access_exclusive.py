"""LCK119."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.meaning.held import held_by
from headway.lint.rule import UpgradeRule


class StatementAfterAccessExclusive(UpgradeRule):
    """Works through the rows of a table while another is locked against everybody.

    ## What
    An UPDATE or DELETE of an existing table follows, in the same transaction, a statement that has locked another existing
    table against everybody, or changes every row of that one. Said once for a revision. Of indexes and constraints, which
    have rules of their own, nothing is said.

    ## Why
    A lock is kept to the end of the transaction. The statement that took it was over in an instant; nobody reads or writes
    its table until the long one is done as well. See https://www.postgresql.org/docs/current/explicit-locking.html
    Proved on PostgreSQL 18 and 15.

    ## Bad
    ```python
    op.add_column("orders", sa.Column("note", sa.Text()))
    op.execute("UPDATE lines SET price = 0 WHERE price IS NULL")
    ```

    ## Good
    ```python
    op.execute("UPDATE lines SET price = 0 WHERE price IS NULL")
    op.add_column("orders", sa.Column("note", sa.Text()))
    ```

    ## When to ignore
    The table is small, or nothing uses it while the migration runs.
    """

    code = "LCK119"
    name = "statement-after-access-exclusive"
    by_size = True
    severity = Severity.WARNING
    dialects = frozenset({"postgresql"})
    handles = (fx.ChangesData,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        held = held_by(effect, file, facts)
        if held is None:
            return
        yield self.finding(
            f"{fx.shown(held.table)} has been locked against reads and writes in line {held.span.line}, and stays so until "
            "this is done too (PostgreSQL)",
            "do the long work first, or in a revision of its own with transaction_per_migration=True",
            effect.span,
            file.revision,
        )
