"""LCK111."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.effects.lock import Held
from headway.effects.narrowing import narrows
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.rule import UpgradeRule


class TypeRewrite(UpgradeRule):
    """Changes a column's type so that PostgreSQL writes the table anew.

    ## What
    ``alter_column(type_=…)`` from a type that is known to one that is stored otherwise. A longer VARCHAR, TEXT for a VARCHAR
    and more digits of a NUMERIC are not.

    ## Why
    The table and all its indexes are written anew under an ACCESS EXCLUSIVE lock: nobody reads or writes it, for minutes or
    hours, and it needs its size once more on disk. See https://www.postgresql.org/docs/current/sql-altertable.html
    Proved on PostgreSQL 18 and 15.

    ## Bad
    ```python
    op.alter_column("orders", "total", existing_type=sa.Integer(), type_=sa.BigInteger())
    ```

    ## Good
    ```python
    op.add_column("orders", sa.Column("total_2", sa.BigInteger()))
    # later: fill it in small steps, let the application write both, and drop the old one
    ```

    ## When to ignore
    The table is small, or nothing uses it while the migration runs.
    """

    code = "LCK111"
    name = "type-rewrite"
    dialects = frozenset({"postgresql"})
    handles = (fx.AltersColumn,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.AltersColumn)
        old, new = effect.existing_type, effect.new_type
        if old is None or new is None or not isinstance(old.name, str) or not isinstance(new.name, str):
            return
        if facts.is_new_table(effect, file):
            return
        lock = facts.lock_of(effect, "postgresql")
        if lock is None or lock.held is not Held.REWRITE or narrows(old, new):
            return
        yield self.finding(
            f"changes {fx.shown(effect.table)}.{fx.shown(effect.column)} from {old} to {new}: the table is written anew under a lock "
            "that stops every read and write (PostgreSQL)",
            "add a column of the new type, fill it in small steps while the application writes both, then drop the old one",
            effect.span,
            file.revision,
        )
