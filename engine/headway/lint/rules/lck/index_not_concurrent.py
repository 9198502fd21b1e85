"""LCK101."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.rule import UpgradeRule
from headway.lint.rules.lck._concurrently import written_concurrently


class IndexNotConcurrent(UpgradeRule):
    """Builds an index on an existing PostgreSQL table without CONCURRENTLY.

    ## What
    ``create_index`` on a table that was not created in the same change, without ``postgresql_concurrently=True``.

    ## Why
    PostgreSQL holds a SHARE lock on the table for the whole build: every INSERT, UPDATE and DELETE waits, for
    minutes on a large table. See https://www.postgresql.org/docs/current/sql-createindex.html
    On a partitioned table it builds none concurrently, but on each partition: see
    https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE
    Proved on PostgreSQL 18 and 15.

    ## Bad
    ```python
    op.create_index("ix_orders_placed_at", "orders", ["placed_at"])
    ```

    ## Good
    ```python
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_orders_placed_at", "orders", ["placed_at"], postgresql_concurrently=True, if_not_exists=True
        )
    ```

    ## When to ignore
    The table is small, or nothing writes to it while the migration runs.
    """

    code = "LCK101"
    name = "index-not-concurrent"
    by_size = True
    dialects = frozenset({"postgresql"})
    handles = (fx.CreatesIndex,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.CreatesIndex)
        if effect.concurrently is not False or facts.is_new_table(effect, file):
            return
        if facts.known.earlier.is_repeated(effect, file.revision):
            return
        yield self.finding(
            f"builds index {fx.shown(effect.name)} on {fx.shown(effect.table)} under a lock: "
            "every INSERT, UPDATE and DELETE of the table waits until it is done (PostgreSQL)",
            _ON_PARTITIONED if facts.known.may_be_partitioned(effect) else _ALONE,
            effect.span,
            file.revision,
            written_concurrently(effect, file, facts),
        )


_ALONE = (
    "with op.get_context().autocommit_block(): "
    "op.create_index(…, postgresql_concurrently=True, if_not_exists=True), in a revision of its own"
)
_ON_PARTITIONED = (
    "if the table is partitioned: CREATE INDEX … ON ONLY it, then for each partition CREATE INDEX CONCURRENTLY "
    "(autocommit_block()) and ALTER INDEX … ATTACH PARTITION; otherwise postgresql_concurrently=True in a revision of its own"
)
