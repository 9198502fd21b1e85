"""LCK119."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.effects.locks import lock_of
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import UpgradeRule


class StatementAfterAccessExclusive(UpgradeRule):
    """Works through the rows of a table while another is locked against everybody.

    ## What
    An UPDATE or DELETE of an existing table follows, in the same transaction, a statement that has locked another existing
    table against everybody, or changes every row of that one. Said once for a revision. Of indexes and constraints, which
    have rules of their own, nothing is said.

    ## Why
    A lock is kept to the end of the transaction. The statement that took it was over in an instant; nobody reads or writes
    its table until the long one is done as well. See https://www.postgresql.org/docs/current/explicit-locking.html

    ## Bad
    ```python
    op.add_column("orders", sa.Column("note", sa.Text()))
    op.execute("UPDATE lines SET price = 0 WHERE price IS NULL")
    ```

    ## Good
    ```python
    op.execute("UPDATE lines SET price = 0 WHERE price IS NULL")
    op.add_column("orders", sa.Column("note", sa.Text()))
    ```

    ## When to ignore
    The table is small, or nothing uses it while the migration runs.
    """

    code = "LCK119"
    name = "statement-after-access-exclusive"
    severity = Severity.WARNING
    dialects = frozenset({"postgresql"})
    handles = (fx.ChangesData,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        if not _is_long(effect, file, facts) or any(
            _is_long(other, file, facts) and _locked(other, file, facts) for other in _before(effect, file)
        ):
            return
        held = _locked(effect, file, facts)
        if held is None:
            return
        yield self.finding(
            f"{fx.shown(getattr(held, 'table', None))} has been locked against reads and writes in line {held.span.line}, and stays so until "
            "this is done too (PostgreSQL)",
            "do the long work first, or in a revision of its own with transaction_per_migration=True",
            effect.span,
            file.revision,
        )


def _is_long(effect: fx.Effect, file: RevisionFile, facts: Facts) -> bool:
    """Whether an effect works through the rows of a table that has some."""
    if not isinstance(effect, fx.ChangesData) or effect.verb not in ("UPDATE", "DELETE", "MERGE") or effect.autocommit:
        return False
    return isinstance(effect.table, str) and not facts.is_new_table(effect, file)


def _before(effect: fx.Effect, file: RevisionFile) -> list[fx.Effect]:
    return [
        other
        for other in file.upgrade_effects
        if other.order < effect.order and other.transaction == effect.transaction and not other.autocommit
    ]


def _locked(effect: fx.Effect, file: RevisionFile, facts: Facts) -> fx.Effect | None:
    """What has locked an existing table against everybody, earlier in the same transaction."""
    for other in _before(effect, file):
        lock = lock_of(other, "postgresql")
        if not isinstance(other, fx.TableEffect) or lock is None or not lock.blocks_reads:
            continue
        # To fill a column of the same table is what one has locked it for.
        worse = other.table != getattr(effect, "table", None) or getattr(effect, "filtered", True) is False
        if worse and not facts.is_new_table(other, file):
            return other
    return None
