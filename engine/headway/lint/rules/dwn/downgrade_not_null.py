"""DWN006."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeGuard

from headway.effects import model as fx
from headway.lint.added import FILLS_IN
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import FileRule


class DowngradeNotNull(FileRule):
    """Takes a column back as NOT NULL, which rows refuse.

    ## What
    ``downgrade()`` adds a NOT NULL column without a server default to a table that it has not made itself. Said of the first in
    a file. Not of histories that run on MySQL or MariaDB alone, which fill in '' or 0.

    ## Why
    The column has nothing to give to the rows that are there: PostgreSQL, SQLite, SQL Server and Oracle refuse it on a table
    that has one. On the empty database of a test it works.
    See https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-COLUMN,
    https://www.sqlite.org/lang_altertable.html#alter_table_add_column
    Proved on PostgreSQL and SQLite.

    ## Bad
    ```python
    def upgrade():
        op.drop_column("orders", "currency")  # headway: ignore[DST002] reason="unused since release 41"


    def downgrade():
        op.add_column("orders", sa.Column("currency", sa.String(3), nullable=False))
    ```

    ## Good
    ```python
    def upgrade():
        op.drop_column("orders", "currency")  # headway: ignore[DST002] reason="unused since release 41"


    def downgrade():
        op.add_column("orders", sa.Column("currency", sa.String(3), nullable=False, server_default="EUR"))
    ```

    ## When to ignore
    The table never has rows.
    """

    code = "DWN006"
    name = "downgrade-not-null"
    severity = Severity.WARNING

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        found = [effect for effect in file.downgrade_effects if _is_refused(effect, file, facts)]
        if not found:
            return
        first = found[0]
        more = (
            f", and so are {len(found) - 1} others"
            if len(found) > 2
            else ", and so is another one"
            if len(found) > 1
            else ""
        )
        yield self.finding(
            f"adds {fx.shown(first.table)}.{fx.shown(first.column.name)} as NOT NULL and without a default{more}: downgrade() fails "
            "on every table that has rows",
            "give it a server_default, or add it with nullable=True, fill it, and set NOT NULL behind that",
            first.span,
            file.revision,
        )


def _is_refused(effect: fx.Effect, file: RevisionFile, facts: Facts) -> TypeGuard[fx.AddsColumn]:
    """Whether rows would be in its way, on a database of the history."""
    if not isinstance(effect, fx.AddsColumn) or not isinstance(effect.table, str):
        return False
    column = effect.column
    if column.nullable is not False or column.has_default is not False:
        return False
    here = facts.dialects if effect.databases is None else facts.dialects & effect.databases
    if here and here <= FILLS_IN:
        return False
    return not any(_empties(other, effect) for other in file.downgrade_effects)


def _empties(other: fx.Effect, effect: fx.AddsColumn) -> bool:
    """Whether the table has no rows behind ``other``, which runs before: it is made there, or all that is in it deleted."""
    if other.order > effect.order or getattr(other, "table", None) != effect.table:
        return False
    return isinstance(other, fx.CreatesTable) or (
        isinstance(other, fx.ChangesData)
        and (other.verb == "TRUNCATE" or (other.verb == "DELETE" and other.filtered is False))
    )
