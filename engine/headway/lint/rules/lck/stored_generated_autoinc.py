"""LCK211."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.effects.lock import Lock
from headway.lint.facts import RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rules.lck._mysql import MySqlRule


class StoredGeneratedAutoinc(MySqlRule):
    """A stored generated or an AUTO_INCREMENT column is added.

    ## What
    ``sa.Computed(…, persisted=True)`` or ``sa.Identity()`` in ``add_column`` on an existing table of MySQL or MariaDB.

    ## Why
    The value of every row has to be worked out and written: the table is copied or written anew, and nobody can change
    its rows meanwhile.
    See https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-operations.html#online-ddl-generated-column-operations
    Proved on MariaDB 10.11; of MySQL it is from the manual.

    ## Bad
    ```python
    op.add_column("orders", sa.Column("gross", sa.Integer(), sa.Computed("total * 2", persisted=True)))
    ```

    ## Good
    ```python
    op.add_column("orders", sa.Column("gross", sa.Integer(), sa.Computed("total * 2", persisted=False)))
    ```

    ## When to ignore
    The table is small.
    """

    code = "LCK211"
    name = "stored-generated-autoinc"
    by_size = True
    severity = Severity.ERROR
    sort = "stored column"
    handles = (fx.AddsColumn,)

    def check_lock(self, effect: fx.Effect, lock: Lock, database: str, file: RevisionFile) -> Iterator[Finding]:
        assert isinstance(effect, fx.AddsColumn)
        waits = "every INSERT, UPDATE and DELETE waits" if lock.blocks_writes else "rows can be changed meanwhile"
        yield self.finding(
            f"{database} writes all rows of {fx.shown(effect.table)} anew to add {fx.shown(effect.column.name)} "
            f"({lock.level}): {waits} until it is done",
            "persisted=False works it out when it is read, at no cost; or a plain column that is filled in batches",
            effect.span,
            file.revision,
        )
