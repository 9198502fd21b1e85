"""DWN006."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeGuard

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.meaning.added import FILLS_IN
from headway.lint.meaning.fills import is_changed_before
from headway.lint.rule import FileRule
from headway.lint.syntax.suites import conditions_at


class DowngradeNotNull(FileRule):
    """Takes a column back as NOT NULL, which rows refuse.

    ## What
    ``downgrade()`` adds a NOT NULL column without a server default to a table that it has not made itself; not said of histories
    that run on MySQL or MariaDB alone, which fill in '' or 0. Or it sets NOT NULL on a column that ``upgrade()`` has made
    nullable, under the same condition if there is one, and neither fills the rows that hold NULL before nor deletes them. Said of the
    first of each in a file.

    ## Why
    The column has nothing to give to the rows that are there: PostgreSQL, SQLite, SQL Server and Oracle refuse it on a table
    that has one. And where NULL has been allowed, rows come to hold it: one is enough, and every server refuses NOT NULL. On the
    empty database of a test both work.
    See https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-COLUMN,
    https://www.sqlite.org/lang_altertable.html#alter_table_add_column
    Proved on PostgreSQL, SQLite and MariaDB.

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
    The table never has rows, or nothing has written NULL into the column since.
    """

    code = "DWN006"
    name = "downgrade-not-null"
    severity = Severity.WARNING

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        added = [effect for effect in file.downgrade_effects if _is_refused(effect, file, facts)]
        if added:
            first = added[0]
            yield self.finding(
                f"adds {fx.shown(first.table)}.{fx.shown(first.column.name)} as NOT NULL and without a default{_more(added)}: "
                "downgrade() fails on every table that has rows",
                "give it a server_default, or add it with nullable=True, fill it, and set NOT NULL behind that",
                first.span,
                file.revision,
            )
        required = [effect for effect in file.downgrade_effects if _may_meet_null(effect, file, facts)]
        if required:
            table, column = fx.shown(required[0].table), fx.shown(required[0].column)
            fails = "the statement fails" if required[0].conditional else "downgrade() fails"
            yield self.finding(
                f"sets NOT NULL on {table}.{column}, which upgrade() lets be NULL{_more(required)}: {fails} as soon as one row "
                "holds NULL",
                f"fill it before: UPDATE {table} SET {column} = … WHERE {column} IS NULL",
                required[0].span,
                file.revision,
            )


def _more(found: Sequence[fx.Effect]) -> str:
    """How many there are behind the first."""
    if len(found) < 2:
        return ""
    return f", and so are {len(found) - 1} others" if len(found) > 2 else ", and so is another one"


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
    return not any(_empties(other, effect, file) for other in file.downgrade_effects)


def _empties(other: fx.Effect, effect: fx.AddsColumn, file: RevisionFile) -> bool:
    """Whether the table has no rows behind ``other``, which runs before: it is made there, or all that is in it deleted."""
    if other.order > effect.order or getattr(other, "table", None) != effect.table:
        return False
    return isinstance(other, fx.CreatesTable) or (
        isinstance(other, fx.ChangesData)
        and (other.verb == "TRUNCATE" or (other.verb == "DELETE" and other.filtered is False))
        and other.limited is False
    )


def _may_meet_null(effect: fx.Effect, file: RevisionFile, facts: Facts) -> TypeGuard[fx.AltersColumn]:
    """Whether it sets NOT NULL on a column that surely takes NULL behind ``upgrade()``, and nothing before may have put a value
    into the rows that hold NULL."""
    if not isinstance(effect, fx.AltersColumn) or effect.nullable is not False:
        return False
    if effect.using is not None or not isinstance(effect.table, str) or not isinstance(effect.column, str):
        return False
    if is_changed_before(effect, (effect.column,), file.downgrade_effects):
        return False
    if any(_may_fill(other, effect) for other in file.downgrade_effects if other.order < effect.order):
        return False
    return _takes_null(effect, file, facts)


def _may_fill(other: fx.Effect, effect: fx.AltersColumn) -> bool:
    """Whether nobody knows what the rows of the table hold behind ``other``."""
    if isinstance(other, fx.NotAnalysed) or (isinstance(other, fx.RunsSql) and not other.understood):
        return True
    if isinstance(other, fx.ChangesData):
        return not isinstance(other.table, str)
    table = getattr(other, "table", None)
    if isinstance(other, fx.CreatesTable | fx.RenamesTable):
        return not isinstance(table, str) or effect.table in (table, getattr(other, "new_name", None))
    return isinstance(other, fx.AddsColumn | fx.AltersColumn) and table == effect.table and _makes(other, effect.column)


def _makes(other: fx.AddsColumn | fx.AltersColumn, column: fx.Text) -> bool:
    """Whether a column may come under this name, or its values be written anew."""
    if isinstance(other, fx.AddsColumn):
        return other.column.name in (column, fx.UNKNOWN)
    return other.new_name in (column, fx.UNKNOWN) or (other.column == column and other.using is not None)


def _takes_null(effect: fx.AltersColumn, file: RevisionFile, facts: Facts) -> bool:
    """Whether ``upgrade()`` has made the column nullable, which it was not before, and done nothing else with it."""
    made = None
    for other in file.upgrade_effects:
        if isinstance(other, fx.NotAnalysed) or getattr(other, "table", None) != effect.table:
            continue
        if isinstance(other, fx.CreatesTable | fx.DropsTable | fx.RenamesTable | fx.AddsConstraint):
            if not isinstance(other, fx.AddsConstraint) or _may_keep_null_out(other, effect.column):
                return False
        elif isinstance(other, fx.AddsColumn | fx.DropsColumn):
            name = other.column.name if isinstance(other, fx.AddsColumn) else other.column
            if name == effect.column:
                return False
        elif isinstance(other, fx.AltersColumn) and other.column == effect.column:
            made = other if other.nullable is not None else made
    if made is None or made.nullable is not True or made.existing_nullable is True:
        return False
    if (made.conditional or effect.conditional) and not _are_alike(made, effect, file):
        return False
    if made.databases is not None and effect.databases is not None and not made.databases & effect.databases:
        return False
    return facts.known.before.column_nullable(made, file.revision) is not True and not facts.known.before.is_key(
        made, file.revision
    )


def _are_alike(made: fx.AltersColumn, effect: fx.AltersColumn, file: RevisionFile) -> bool:
    """Whether both run under the same conditions, so that where the one has run the other does; who comes past a ``return`` in
    front of all stands under none."""
    source = "\n".join(file.migration.lines)
    if made.written_at is not None or effect.written_at is not None or made.span == effect.span:
        return False  # of a helper nobody knows what it asks for each way
    ahead, back = (conditions_at(one.span.line, source) for one in (made, effect))
    return ahead == back


def _may_keep_null_out(constraint: fx.AddsConstraint, column: fx.Text) -> bool:
    if constraint.kind is fx.ConstraintKind.CHECK:
        if not isinstance(constraint.condition, str):
            return True
        name = re.escape(str(column))
        named = re.search(rf"\b{name}\b", constraint.condition, re.I)
        return named is not None and not re.search(rf"\b{name}\W+IS\s+NULL\b", constraint.condition, re.I)
    return constraint.kind is fx.ConstraintKind.PRIMARY_KEY
