"""MOD006."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.rule import FileRule


class RawCommit(FileRule):
    """Ends the transaction of the migration by hand.

    ## What
    COMMIT, ROLLBACK or BEGIN as SQL, or ``commit()`` and ``rollback()`` of the connection. A session's ``commit()`` is
    none: on the migration's connection it ends nothing (DML003 speaks of sessions).

    ## Why
    What stands before it is permanent although the version row has not moved: when anything after it fails, the
    database is between two revisions, and the next attempt does the first half again. The rest of the run goes on
    without a transaction. See https://docs.sqlalchemy.org/en/20/core/connections.html#using-transactions

    ## Bad
    ```python
    op.execute("COMMIT")
    op.execute("CREATE INDEX CONCURRENTLY ix_orders_total ON orders (total)")
    ```

    ## Good
    ```python
    with op.get_context().autocommit_block():
        op.create_index("ix_orders_total", "orders", ["total"], postgresql_concurrently=True, if_not_exists=True)
    ```

    ## When to ignore
    The revision does nothing but this, and can be run twice.
    """

    code = "MOD006"
    name = "raw-commit"

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        for effects in (file.upgrade_effects, file.downgrade_effects):
            # The first says it: a BEGIN or COMMIT that follows is the other half of the same thing.
            ends = (one for one in effects if isinstance(one, fx.EndsTransaction) and not _ends_nothing(one))
            for effect in list(ends)[:1]:
                yield self.finding(
                    f"{effect.verb} ends the migration's transaction: what stands before it stays when the rest fails, "
                    "and the next attempt does it again",
                    "with op.get_context().autocommit_block(): around what must run outside of a transaction, or a "
                    "revision of its own",
                    effect.span,
                    file.revision,
                )


def _ends_nothing(effect: fx.EndsTransaction) -> bool:
    """Whether it is a session's commit, or the rollback of one that has failed."""
    return effect.commits_nothing or (effect.through_session and effect.conditional)
