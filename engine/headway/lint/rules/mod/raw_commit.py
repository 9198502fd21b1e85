"""MOD006."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.rule import UpgradeRule


class RawCommit(UpgradeRule):
    """Ends the migration's transaction by hand.

    ## What
    COMMIT, ROLLBACK or BEGIN as text, or ``commit()`` of the connection or a session.

    ## Why
    What came before is permanent although the revision is not recorded as done: when a later statement fails, the next run
    begins again with what is there already. Neither headway nor Alembic knows of it.

    ## Bad
    ```python
    op.execute("COMMIT")
    op.execute("CREATE INDEX CONCURRENTLY ix_orders_note ON orders (note)")
    ```

    ## Good
    ```python
    with op.get_context().autocommit_block():
        op.create_index("ix_orders_note", "orders", ["note"], postgresql_concurrently=True, if_not_exists=True)
    ```

    ## When to ignore
    The revision is made so that it can begin again at any of its statements.
    """

    code = "MOD006"
    name = "raw-commit"
    handles = (fx.EndsTransaction,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.EndsTransaction)
        yield self.finding(
            f"{effect.verb} ends the migration's transaction by hand: what came before stays, also when the rest fails",
            "with op.get_context().autocommit_block(): … for what cannot run in a transaction; or split the revision",
            effect.span,
            file.revision,
        )
