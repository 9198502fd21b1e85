"""LCK207."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.effects.lock import Lock
from headway.lint.facts import RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rules.lck._mysql import MySqlRule


class CharsetEnginePartition(MySqlRule):
    """Character set, engine or partitions of an existing table change.

    ## What
    ``CONVERT TO CHARACTER SET``, ``ENGINE =`` or ``PARTITION BY`` on MySQL or MariaDB.

    ## Why
    The whole table is copied, and nobody can change its rows meanwhile. Another collation may also make two values
    equal that a unique index keeps apart: it fails on the rows of production.
    See https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-operations.html#online-ddl-table-operations
    Proved on MariaDB 10.11; of MySQL it is from the manual.

    ## Bad
    ```python
    op.execute("ALTER TABLE orders CONVERT TO CHARACTER SET utf8mb4")
    ```

    ## Good
    The default for columns to come costs nothing.
    ```python
    op.execute("ALTER TABLE orders DEFAULT CHARACTER SET utf8mb4")
    ```

    ## When to ignore
    The table is small. For a large one: gh-ost or pt-online-schema-change.
    """

    code = "LCK207"
    name = "charset-engine-partition"
    by_size = True
    severity = Severity.ERROR
    sort = "table"
    handles = (fx.AltersTable,)

    def check_lock(self, effect: fx.Effect, lock: Lock, database: str, file: RevisionFile) -> Iterator[Finding]:
        assert isinstance(effect, fx.AltersTable)
        waits = "every INSERT, UPDATE and DELETE waits" if lock.blocks_writes else "rows can be changed meanwhile"
        yield self.finding(
            f"{database} copies the whole table {fx.shown(effect.table)} for {effect.action}: {waits} until it is done",
            "for a large table gh-ost or pt-online-schema-change, in a revision of its own",
            effect.span,
            file.revision,
        )
