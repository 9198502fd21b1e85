"""LCK116."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.rule import UpgradeRule


class ClusterVacuumFullReindex(UpgradeRule):
    """Writes a table or an index anew under a lock.

    ## What
    CLUSTER, VACUUM FULL, or REINDEX without CONCURRENTLY.

    ## Why
    CLUSTER and VACUUM FULL stop every read and write of the table while it is written anew; REINDEX stops its writes, and
    queries that would use the index. See https://www.postgresql.org/docs/current/sql-reindex.html
    Proved on PostgreSQL 18 and 15.

    ## Bad
    ```python
    op.execute("REINDEX TABLE orders")
    ```

    ## Good
    ```python
    with op.get_context().autocommit_block():
        op.execute("REINDEX TABLE CONCURRENTLY orders")
    ```

    ## When to ignore
    The table is small, or nothing uses it while the migration runs.
    """

    code = "LCK116"
    name = "cluster-vacuum-full-reindex"
    by_size = True
    dialects = frozenset({"postgresql"})
    handles = (fx.Reindexes,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.Reindexes)
        if effect.concurrently is True:
            return
        yield self.finding(
            f"{effect.verb} of {fx.shown(effect.name) if effect.name is not None else 'everything'} makes its readers or writers wait "
            "until it is done (PostgreSQL)",
            "REINDEX … CONCURRENTLY in an autocommit_block(); for a table, pg_repack, or a window in which it may stand still",
            effect.span,
            file.revision,
        )
