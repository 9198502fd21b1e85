"""LCK112."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.effects.lock import Held
from headway.effects.locks import lock_of
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.rule import UpgradeRule


class VolatileDefault(UpgradeRule):
    """Adds a column whose default PostgreSQL must compute for every row.

    ## What
    ``add_column`` with a server default that calls a volatile function, on an existing table; ``now()`` is none.

    ## Why
    A constant is kept once for all rows since PostgreSQL 11. What differs from row to row, such as gen_random_uuid(), has to
    be written into each: the whole table is written anew under an ACCESS EXCLUSIVE lock.
    See https://www.postgresql.org/docs/current/ddl-alter.html
    Proved on PostgreSQL 18 and 15.

    ## Bad
    ```python
    op.add_column("orders", sa.Column("key", sa.Uuid(), server_default=sa.text("gen_random_uuid()")))
    ```

    ## Good
    ```python
    op.add_column("orders", sa.Column("key", sa.Uuid()))
    op.alter_column("orders", "key", server_default=sa.text("gen_random_uuid()"))
    ```

    ## When to ignore
    The table is small, or nothing uses it while the migration runs.
    """

    code = "LCK112"
    name = "volatile-default"
    by_size = True
    dialects = frozenset({"postgresql"})
    handles = (fx.AddsColumn,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.AddsColumn)
        column = effect.column
        if not isinstance(column.default, str) or column.identity or column.computed is not None:
            return
        lock = facts.lock_of(effect, "postgresql")
        if lock is None or lock.held is not Held.REWRITE or facts.is_new_table(effect, file):
            return
        why = (
            "differs from row to row"
            if lock_of(effect, "postgresql") == lock
            else "is written into every row before version 11"
        )
        yield self.finding(
            f"adds {fx.shown(effect.table)}.{fx.shown(column.name)} with a default that {why} ({column.default}): the "
            "table is written anew under a lock that stops every read and write (PostgreSQL)",
            "add the column without a default, set the default in a second statement, and fill the old rows in small steps",
            effect.span,
            file.revision,
        )
