"""DML001."""

from __future__ import annotations

import re
from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import COMMIT_AT_DDL, Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.meaning.held import is_long, locked
from headway.lint.rule import FileRule
from headway.pattern import pattern


class DmlWithDdl(FileRule):
    """Works through rows in the transaction that changes tables.

    ## What
    UPDATE, DELETE or MERGE by a condition that may fit many rows of an existing table, and a change of an existing table in
    the same transaction. Said once for a revision, not of the column that is filled and changed, and not where DML002, DST004
    or LCK119 says more. Not on MySQL, MariaDB and Oracle alone: they commit at each change of a table, of which LCK501 and
    TXN001 speak.

    ## Why
    Rows that are changed stay locked until the tables are changed too, and the change of tables must wait for whoever uses
    them then. When one fails, the work of both is lost. PostgreSQL also refuses to alter a table whose rows have checks that
    wait for the end of the transaction.

    ## Bad
    ```python
    op.execute("UPDATE orders SET status = 'open' WHERE status IS NULL")
    op.add_column("orders", sa.Column("note", sa.Text()))
    ```

    ## Good
    ```python
    op.execute("UPDATE orders SET status = 'open' WHERE status IS NULL")
    ```

    ## When to ignore
    The condition fits few rows.
    """

    code = "DML001"
    name = "dml-with-ddl"
    severity = Severity.INFO

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        for effect in file.upgrade_effects:
            if not isinstance(effect, fx.ChangesData) or not _is_bulk(effect) or not is_long(effect, file, facts):
                continue
            if _is_committed_apart(effect, facts):
                continue
            if facts.runs_on("postgresql") and locked(effect, file, facts) is not None:
                continue
            change = _change(effect, file, facts)
            if change is not None:
                yield self.finding(
                    f"{effect.verb} of many rows of {fx.shown(effect.table)} in one transaction with the change of "
                    f"{fx.shown(change.table)} in line {change.span.line}: what one of them locks is kept until both are done",
                    "put the rows into a revision of their own, and a range of keys at a time",
                    effect.span,
                    file.revision,
                )
                return


def _is_committed_apart(effect: fx.Effect, facts: Facts) -> bool:
    """Whether it runs on no database but those that end the transaction at a change of a table."""
    here = facts.dialects if effect.databases is None else effect.databases & facts.dialects or effect.databases
    return bool(here) and here <= COMMIT_AT_DDL


def _is_bulk(effect: fx.ChangesData) -> bool:
    """Whether the condition may fit many rows; one that is not known, or names a key, is not called so."""
    if effect.filtered is not True or not isinstance(effect.where, str):
        return False
    return not _BY_KEY.search(effect.where)


_BY_KEY = pattern(
    r"""\b(?:\w*id|key|name|slug|code|version|version_num)["`\]]?\s*(?:=|in\b)\s*\(?\s*(?:['0-9:%?$]|hw_hole)""", re.I
)


def _change(effect: fx.ChangesData, file: RevisionFile, facts: Facts) -> fx.TableEffect | None:
    """A change of an existing table in the same transaction."""
    for other in file.upgrade_effects:
        if isinstance(other, fx.CreatesTable | fx.ChangesData | fx.LocksTable) or not isinstance(other, fx.TableEffect):
            continue
        together = other.transaction == effect.transaction and not other.autocommit
        if (
            together
            and not _is_committed_apart(other, facts)
            and not _is_filled(other, effect)
            and not facts.is_new_table(other, file)
        ):
            return other
    return None


def _is_filled(change: fx.TableEffect, effect: fx.ChangesData) -> bool:
    """Whether the rows are changed for the sake of the column that is: to fill it before it becomes NOT NULL."""
    if change.table != effect.table or not isinstance(change, fx.AddsColumn | fx.AltersColumn | fx.DropsColumn):
        return False
    column = change.column.name if isinstance(change, fx.AddsColumn) else change.column
    return column in effect.sets
