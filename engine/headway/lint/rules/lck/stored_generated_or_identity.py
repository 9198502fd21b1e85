"""LCK113."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.effects.locks_postgresql import adds_counting
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.rule import UpgradeRule


class StoredGeneratedOrIdentity(UpgradeRule):
    """Adds a counting or stored generated column: the table is written anew.

    ## What
    ``add_column`` with ``Identity()``, ``Computed(persisted=True)`` or SERIAL, which a key of one whole number becomes, on an
    existing table.

    ## Why
    Each row gets a value of its own: the table is written anew under an ACCESS EXCLUSIVE lock.
    See https://www.postgresql.org/docs/current/sql-altertable.html
    Proved on PostgreSQL 18 and 15.

    ## Bad
    ```python
    op.add_column("orders", sa.Column("number", sa.BigInteger(), sa.Identity()))
    ```

    ## Good
    ```python
    op.add_column("orders", sa.Column("number", sa.BigInteger()))
    # then a sequence as its default, and the old rows filled in small steps
    ```

    ## When to ignore
    The table is small, or nothing uses it while the migration runs.
    """

    code = "LCK113"
    name = "stored-generated-or-identity"
    by_size = True
    dialects = frozenset({"postgresql"})
    handles = (fx.AddsColumn,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.AddsColumn)
        column = effect.column
        counts = adds_counting(effect)
        if not (counts or column.computed_stored is True) or facts.is_new_table(effect, file):
            return
        what = "a counting column" if counts else "a stored generated column"
        yield self.finding(
            f"adds {what}, {fx.shown(effect.table)}.{fx.shown(column.name)}: the table is written anew under a lock that stops every "
            "read and write (PostgreSQL)",
            "add a plain column, give it its default or a trigger, and fill the old rows in small steps",
            effect.span,
            file.revision,
        )
