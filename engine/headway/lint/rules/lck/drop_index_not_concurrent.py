"""LCK102."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.meaning.dropped import column_goes_too, is_renamed_before, table_goes_too
from headway.lint.rule import UpgradeRule
from headway.lint.rules.lck._concurrently import written_concurrently


class DropIndexNotConcurrent(UpgradeRule):
    """Drops an index of a PostgreSQL table without CONCURRENTLY.

    ## What
    ``drop_index`` without ``postgresql_concurrently=True``, where table and column stay, and where another change has not
    locked the table in the same transaction before.

    ## Why
    Dropping an index takes an ACCESS EXCLUSIVE lock on its table. It needs it for an instant only, but waits for every
    query that runs, and until it has it every other query waits behind it.
    See https://www.postgresql.org/docs/current/sql-dropindex.html
    Proved on PostgreSQL 18 and 15.

    ## Bad
    ```python
    op.drop_index("ix_orders_note", table_name="orders")
    ```

    ## Good
    ```python
    with op.get_context().autocommit_block():
        op.drop_index("ix_orders_note", table_name="orders", postgresql_concurrently=True, if_exists=True)
    ```

    ## When to ignore
    The table is small, or nothing uses it while the migration runs.
    """

    code = "LCK102"
    name = "drop-index-not-concurrent"
    severity = Severity.WARNING
    dialects = frozenset({"postgresql"})
    handles = (fx.DropsIndex,)

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        self._locked: dict[object, int] = {}
        is_kept = facts.environment is None or not facts.environment.asks_for_autocommit
        for one in file.upgrade_effects if is_kept else ():
            if isinstance(one, fx.TableEffect) and not (one.conditional or one.autocommit or one.databases is not None):
                lock = facts.lock_of(one, "postgresql")
                if lock is not None and lock.blocks_reads:
                    self._locked.setdefault((one.table, one.schema, one.transaction), one.order)
        yield from super().check_file(file, facts)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.DropsIndex)
        if effect.concurrently is not False or facts.is_new_table(effect, file) or table_goes_too(effect, file):
            return
        if column_goes_too(effect, file, facts) or is_renamed_before(effect, file):
            return
        if self._locked.get((effect.table, effect.schema, effect.transaction), effect.order) < effect.order:
            return  # who waits for this one waits already
        yield self.finding(
            f"drops index {fx.shown(effect.name)} with a lock that every query of its table waits for (PostgreSQL)",
            "with op.get_context().autocommit_block(): op.drop_index(…, postgresql_concurrently=True, if_exists=True)",
            effect.span,
            file.revision,
            written_concurrently(effect, file, facts),
        )
