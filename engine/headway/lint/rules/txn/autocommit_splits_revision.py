"""TXN002."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import FileRule


class AutocommitSplitsRevision(FileRule):
    """Makes half of a revision permanent before the revision is noted.

    ## What
    An ``autocommit_block()`` stands behind a statement that changes something and cannot run twice. Said once for a revision.

    ## Why
    The block commits what came before it, and the version table still names the revision below. When the block fails, as a
    concurrent index build may, the revision runs again from its start and meets what it has made itself.
    See https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY

    ## Bad
    ```python
    op.add_column("orders", sa.Column("note", sa.Text()))
    with op.get_context().autocommit_block():
        op.create_index("ix_orders_note", "orders", ["note"], postgresql_concurrently=True, if_not_exists=True)
    ```

    ## Good
    ```python
    op.add_column("orders", sa.Column("note", sa.Text()), if_not_exists=True)
    with op.get_context().autocommit_block():
        op.create_index("ix_orders_note", "orders", ["note"], postgresql_concurrently=True, if_not_exists=True)
    ```

    ## When to ignore
    Somebody stands by who can put the database right by hand.
    """

    code = "TXN002"
    name = "autocommit-splits-revision"
    severity = Severity.WARNING
    dialects = frozenset({"postgresql"})

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        here = [effect for effect in file.upgrade_effects if fx.can_run_on(effect, self.dialects or frozenset())]
        block = next((effect for effect in here if effect.autocommit), None)
        if block is None:
            return
        made = next((effect for effect in here if effect.order < block.order and _stays(effect)), None)
        if made is None:
            return
        yield self.finding(
            f"the autocommit block makes line {made.span.line} permanent before the revision is noted: when the block fails, "
            "running it again fails there",
            "put the block into a revision of its own, or make what stands before it repeatable (if_not_exists=True, if_exists=True)",
            block.span,
            file.revision,
        )


def _stays(effect: fx.Effect) -> bool:
    """Whether an effect is made permanent and cannot be made twice; of what was not read nothing is said."""
    if effect.autocommit or not isinstance(effect, _ONCE):
        return False
    repeatable = (getattr(effect, "if_not_exists", False), getattr(effect, "if_exists", False))
    return not any(flag is not False for flag in repeatable)


_ONCE = (
    fx.CreatesTable
    | fx.DropsTable
    | fx.RenamesTable
    | fx.AddsColumn
    | fx.DropsColumn
    | fx.CreatesIndex
    | fx.DropsIndex
    | fx.AddsConstraint
    | fx.DropsConstraint
    | fx.CreatesEnum
    | fx.AddsEnumLabel
    | fx.DropsEnum
)
