"""LCK105."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.effects.lock import Held
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.rule import UpgradeRule


class PrimaryKeyBuildsIndex(UpgradeRule):
    """Adds a primary key to an existing PostgreSQL table, and builds its index.

    ## What
    ``create_primary_key`` on a table that was not created in the same change.

    ## Why
    The index is built, and the columns are looked through for NULLs, under an ACCESS EXCLUSIVE lock: nobody reads or writes
    the table until it is done. See https://www.postgresql.org/docs/current/sql-altertable.html
    Proved on PostgreSQL 18 and 15.

    ## Bad
    ```python
    op.create_primary_key("pk_links", "links", ["id"])
    ```

    ## Good
    ```python
    with op.get_context().autocommit_block():
        op.create_index("pk_links", "links", ["id"], unique=True, postgresql_concurrently=True, if_not_exists=True)
    op.execute("ALTER TABLE links ADD CONSTRAINT pk_links PRIMARY KEY USING INDEX pk_links")
    ```

    ## When to ignore
    The table is small, or nothing uses it while the migration runs.
    """

    code = "LCK105"
    name = "primary-key-builds-index"
    by_size = True
    dialects = frozenset({"postgresql"})
    handles = (fx.AddsConstraint,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.AddsConstraint)
        if (
            effect.kind is not fx.ConstraintKind.PRIMARY_KEY
            or effect.using_index is not None
            or facts.is_new_table(effect, file)
            or any(_writes_anew(other, effect, facts) for other in file.upgrade_effects)
        ):
            return
        yield self.finding(
            f"adds a primary key to {fx.shown(effect.table)} and builds its index under a lock that stops every read and write "
            "(PostgreSQL)",
            "set NOT NULL, build a unique index CONCURRENTLY, then: ALTER TABLE … ADD CONSTRAINT … PRIMARY KEY USING INDEX …",
            effect.span,
            file.revision,
        )


def _writes_anew(other: fx.Effect, effect: fx.AddsConstraint, facts: Facts) -> bool:
    """Whether the statement adds a column that has the table written anew, of which LCK113 or LCK112 speaks."""
    if not isinstance(other, fx.AddsColumn) or other.span != effect.span:
        return False
    lock = facts.lock_of(other, "postgresql")
    return lock is not None and lock.held is Held.REWRITE
