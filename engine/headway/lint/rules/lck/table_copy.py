"""LCK201."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.effects.lock import Lock
from headway.lint.facts import RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rules.lck._mysql import MySqlRule


class TableCopy(MySqlRule):
    """MySQL or MariaDB copies the whole table.

    ## What
    A change of an existing table that has no other algorithm than COPY. Primary keys, foreign keys, labels, stored
    columns and engines have rules of their own (LCK205, LCK204, LCK203, LCK211, LCK207), which speak instead.

    ## Why
    Every INSERT, UPDATE and DELETE of the table waits until the copy is done (MariaDB lets them through since 11.2, and
    then it costs disk and time alone), and replicas do it again.
    See https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-operations.html

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
        if not lock.level.startswith("ALGORITHM=COPY") or is_longer(effect):
            return
        table = fx.shown(getattr(effect, "table", None) or getattr(effect, "name", None))
        waits = (
            "every INSERT, UPDATE and DELETE waits" if lock.blocks_writes else "rows can be changed meanwhile, slowly"
        )
        yield self.finding(
            f"{database} copies the whole table {table} for this ({lock.level}): {waits} until it is done",
            'op.execute("ALTER TABLE …, ALGORITHM=INPLACE, LOCK=NONE") fails instead of copying; '
            "for a large table gh-ost or pt-online-schema-change",
            effect.span,
            file.revision,
        )


def is_longer(effect: fx.Effect) -> bool:
    """Whether a VARCHAR grows and its length takes as many bytes as before, which is done in place."""
    if not isinstance(effect, fx.AltersColumn) or effect.new_type is None or effect.existing_type is None:
        return False
    old, new = effect.existing_type, effect.new_type
    if {str(old.name).upper(), str(new.name).upper()} - {"STRING", "VARCHAR"}:
        return False
    before, after = _length(old), _length(new)
    # With four bytes a character, 63 is the last length that needs one byte for certain.
    return before is not None and after is not None and before <= after and (after <= 63 or before > 255)


def _length(type_: fx.Type) -> int | None:
    given = [*type_.arguments, *(value for name, value in type_.options if name == "length")]
    return given[0] if given and isinstance(given[0], int) else None
