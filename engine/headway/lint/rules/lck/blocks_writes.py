"""LCK202."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.effects.lock import Held, Lock
from headway.lint.facts import RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rules.lck._mysql import MySqlRule


class BlocksWrites(MySqlRule):
    """MySQL or MariaDB lets nobody change rows meanwhile.

    ## What
    A change that is made in place under LOCK=SHARED, such as a FULLTEXT or SPATIAL index. Copies are LCK201's.

    ## Why
    Every INSERT, UPDATE and DELETE of the table waits as long as it takes to read the table.
    See https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-operations.html
    Proved on MariaDB 10.11; of MySQL it is from the manual.

    ## Bad
    ```python
    op.execute("CREATE FULLTEXT INDEX ix_orders_note ON orders (note)")
    ```

    ## Good
    ```python
    op.create_index("ix_orders_total", "orders", ["total"])
    ```

    ## When to ignore
    Nothing writes to the table meanwhile.
    """

    code = "LCK202"
    name = "blocks-writes"
    by_size = True
    severity = Severity.ERROR
    sort = "other"
    handles = (
        fx.CreatesIndex,
        fx.AltersTable,
        fx.AddsColumn,
        fx.Reindexes,
        fx.AddsConstraint,
    )

    def check_lock(self, effect: fx.Effect, lock: Lock, database: str, file: RevisionFile) -> Iterator[Finding]:
        if lock.level.startswith("ALGORITHM=COPY") or not lock.blocks_writes or lock.held is Held.INSTANT:
            return
        table = fx.shown(getattr(effect, "table", None) or getattr(effect, "name", None))
        yield self.finding(
            f"{database} does this under {lock.level}: every INSERT, UPDATE and DELETE of {table} waits until it is done",
            "do it when nothing writes, or on a copy of the table that is swapped in",
            effect.span,
            file.revision,
        )
