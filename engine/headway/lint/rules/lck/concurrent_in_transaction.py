"""LCK103."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import UpgradeRule
from headway.lint.rules.lck._concurrently import written_concurrently


class ConcurrentInTransaction(UpgradeRule):
    """Uses CONCURRENTLY inside of a transaction, where PostgreSQL refuses it.

    ## What
    An index is built, dropped or rebuilt CONCURRENTLY outside of ``autocommit_block()``. Only a warning where env.py asks for
    AUTOCOMMIT, or does not connect itself, so that nobody sees here how it is done.

    ## Why
    PostgreSQL ends the migration with "cannot run inside a transaction block". It does so on the server only: nothing in the
    revision shows it, and a project that tests on SQLite never sees it.
    See https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
    Proved on PostgreSQL 18 and 15.

    ## Bad
    ```python
    op.create_index("ix_orders_note", "orders", ["note"], postgresql_concurrently=True)
    ```

    ## Good
    ```python
    with op.get_context().autocommit_block():
        op.create_index("ix_orders_note", "orders", ["note"], postgresql_concurrently=True, if_not_exists=True)
    ```

    ## When to ignore
    env.py runs the migrations on a connection in autocommit mode.
    """

    code = "LCK103"
    name = "concurrent-in-transaction"
    dialects = frozenset({"postgresql"})
    handles = (fx.CreatesIndex, fx.DropsIndex, fx.Reindexes)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        concurrently = getattr(effect, "concurrently", False)
        if concurrently is not True or effect.autocommit or _after_commit(effect, file):
            return
        is_given = facts.environment is not None and facts.environment.may_commit_each_statement
        unless = ", unless the connection that env.py is given commits by itself" if is_given else ""
        finding = self.finding(
            f"CONCURRENTLY runs inside the migration's transaction here, and PostgreSQL refuses that{unless}",
            "put it into: with op.get_context().autocommit_block(): … (in a revision of its own)",
            effect.span,
            file.revision,
            written_concurrently(effect, file, facts),
        )
        yield replace(finding, severity=Severity.WARNING) if is_given else finding


def _after_commit(effect: fx.Effect, file: RevisionFile) -> bool:
    """Whether the revision has ended the transaction itself; what that does is another rule's."""
    return any(
        isinstance(other, fx.EndsTransaction) and not other.commits_nothing and other.order < effect.order
        for other in file.upgrade_effects
    )
