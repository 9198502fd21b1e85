"""TXN004."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import UpgradeRule


class EnumValueUsedSameTransaction(UpgradeRule):
    """Adds a label to an enum type in a transaction that may use it.

    ## What
    ALTER TYPE … ADD VALUE outside of an ``autocommit_block()``. An error where a later statement of the revision names the
    label, and otherwise a warning; none where env.py gives each revision a transaction of its own and nothing
    stands behind it in this one.

    ## Why
    PostgreSQL 12 and newer end it with "unsafe use of new value"; older ones refuse ADD VALUE inside of a transaction.
    See https://www.postgresql.org/docs/current/sql-altertype.html

    ## Bad
    ```python
    op.execute("ALTER TYPE state ADD VALUE 'broken'")
    op.execute("UPDATE jobs SET state = 'broken' WHERE failed")
    ```

    ## Good
    ```python
    with op.get_context().autocommit_block():
        op.execute("ALTER TYPE state ADD VALUE IF NOT EXISTS 'broken'")
    op.execute("UPDATE jobs SET state = 'broken' WHERE failed")
    ```

    ## When to ignore
    The later statement has the same word in another place, such as a comment.
    """

    code = "TXN004"
    name = "enum-value-used-same-transaction"
    dialects = frozenset({"postgresql"})
    handles = (fx.AddsEnumLabel,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.AddsEnumLabel)
        if effect.autocommit or not isinstance(effect.label, str):
            return
        for other in file.upgrade_effects:
            if (
                other.order > effect.order
                and other.transaction == effect.transaction
                and _names(other, effect.label, file)
            ):
                yield self.finding(
                    f"'{effect.label}' is added to {fx.shown(effect.name)} and used in line {other.span.line} of the same transaction, which "
                    "PostgreSQL refuses",
                    "add it in: with op.get_context().autocommit_block(): …, or in a revision before",
                    effect.span,
                    file.revision,
                )
                return
        if _ends_with(effect, file, facts):
            return
        yield replace(
            self.finding(
                f"'{effect.label}' is added to {fx.shown(effect.name)} inside of the migration's transaction: nothing in it may use the "
                "label, nor a later revision where one transaction runs them all",
                "with op.get_context().autocommit_block(): op.execute('ALTER TYPE … ADD VALUE IF NOT EXISTS …')",
                effect.span,
                file.revision,
            ),
            severity=Severity.WARNING,
        )


def _ends_with(effect: fx.AddsEnumLabel, file: RevisionFile, facts: Facts) -> bool:
    """Whether the transaction surely ends before anything can use the label."""
    if facts.environment is None or not facts.environment.commits_each_revision or facts.is_older("postgresql", (12,)):
        return False
    return all(isinstance(one, fx.AddsEnumLabel) for one in file.upgrade_effects if one.order > effect.order)


_QUOTES = (chr(39), chr(34))


def _names(effect: fx.Effect, label: str, file: RevisionFile) -> bool:
    """Whether the lines of an effect hold the label as a text."""
    span = effect.span
    lines = file.migration.lines[span.line - 1 : span.end_line or span.line]
    return any(f"{quote}{label}{quote}" in line for line in lines for quote in _QUOTES)
