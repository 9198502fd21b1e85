"""LCK504."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import UpgradeRule

_LONGEST = 128


class IdentifierLength(UpgradeRule):
    """A name is longer than Oracle takes.

    ## What
    A table, column, index or constraint whose name has more than 128 bytes. From the manual; not proved on a server, and
    taken to be 12.2 or newer: before, 30 bytes were the limit.

    ## Why
    The statement fails with ORA-00972, "identifier is too long".
    See https://docs.oracle.com/en/database/oracle/oracle-database/19/sqlrf/Database-Object-Names-and-Qualifiers.html

    ## Bad
    ```python
    op.create_index("ix_orders_by_the_day_by_the_day_by_the_day_by_the_day_by_the_day_by_the_day_by_the_day_by_the_day_by_the_day_by_the_day_by_the_day_placed", "orders", ["placed_at"])
    ```

    ## Good
    ```python
    op.create_index("ix_orders_placed_at", "orders", ["placed_at"])
    ```

    ## When to ignore
    Never: it cannot run.
    """

    code = "LCK504"
    name = "identifier-length"
    severity = Severity.ERROR
    dialects = frozenset({"oracle"})
    handles = (fx.CreatesTable, fx.AddsColumn, fx.CreatesIndex, fx.AddsConstraint)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        for name in _names(effect):
            if isinstance(name, str) and len(name.encode()) > _LONGEST:
                yield self.finding(
                    f"the name {name[:20]}… has {len(name.encode())} bytes, and Oracle takes {_LONGEST}: it fails (ORA-00972)",
                    "choose a shorter name",
                    effect.span,
                    file.revision,
                )


def _names(effect: fx.Effect) -> Iterator[object]:
    match effect:
        case fx.CreatesTable(table=table, columns=columns, constraints=constraints):
            yield table
            yield from (column.name for column in columns)
            yield from (one.name for one in constraints)
        case fx.AddsColumn(column=column):
            yield column.name
        case fx.CreatesIndex(name=name) | fx.AddsConstraint(name=name):
            yield name
