"""LCK201."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from headway.effects import model as fx
from headway.effects.lock import Lock
from headway.effects.locks_mysql import BYTES
from headway.effects.stored_type import is_told
from headway.lint.facts import RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rules.lck._mysql import MySqlRule


class TableCopy(MySqlRule):
    """MySQL or MariaDB copies the whole table.

    ## What
    A change of an existing table that has no other algorithm than COPY. Primary keys, foreign keys, labels, stored
    columns and engines have rules of their own (LCK205, LCK204, LCK203, LCK211, LCK207), which speak instead. Whether a
    VARCHAR that grows needs another byte for its length depends on its character set: where nothing tells which it is, the
    finding says with which; a warning where it is not with utf8mb4, the usual one.

    ## Why
    Every INSERT, UPDATE and DELETE of the table waits until the copy is done (MariaDB lets them through since 11.2, and
    then it costs disk and time alone), and replicas do it again.
    See https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-operations.html
    Proved on MariaDB 10.11; of MySQL it is from the manual.

    ## Bad
    ```python
    op.alter_column("orders", "total", existing_type=sa.Integer(), type_=sa.BigInteger(), existing_nullable=False)
    ```

    ## Good
    A new column beside the old one, filled in batches.
    ```python
    op.add_column("orders", sa.Column("total_big", sa.BigInteger(), nullable=True))
    ```

    ## When to ignore
    The table is small, or nothing writes to it meanwhile.
    """

    code = "LCK201"
    name = "table-copy"
    by_size = True
    severity = Severity.ERROR
    sort = "other"
    handles = (
        fx.AltersColumn,
        fx.AddsConstraint,
        fx.AltersTable,
        fx.Reindexes,
        fx.AddsColumn,
    )

    def check_lock(self, effect: fx.Effect, lock: Lock, database: str, file: RevisionFile) -> Iterator[Finding]:
        if not lock.level.startswith("ALGORITHM=COPY"):
            return
        table = fx.shown(getattr(effect, "table", None) or getattr(effect, "name", None))
        waits = (
            "every INSERT, UPDATE and DELETE waits" if lock.blocks_writes else "rows can be changed meanwhile, slowly"
        )
        unless = ""
        if isinstance(effect, fx.AltersColumn) and effect.new_type is not None:
            told = is_told(effect.existing_type) and is_told(effect.new_type)
            unless = "" if told else "unless the old type and the new one are stored alike, "
        if lock.only_with:
            others = " or ".join(one for one in BYTES.values() if one not in lock.only_with)
            unless = f"with {' or '.join(lock.only_with)} (not with {others}) "
        found = self.finding(
            f"{unless}{database} copies the whole table {table} for this ({lock.level}): {waits} until it is done",
            'op.execute("ALTER TABLE …, ALGORITHM=INPLACE, LOCK=NONE") fails instead of copying; '
            "for a large table gh-ost or pt-online-schema-change",
            effect.span,
            file.revision,
        )
        is_usual = _USUAL in lock.only_with if lock.only_with else not unless
        yield found if is_usual else replace(found, severity=Severity.WARNING)


_USUAL = "utf8mb4"
"""The character set that MySQL takes since 8.0 where nothing is said."""
