"""LCK407."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import UpgradeRule


class DropColumnWithDefault(UpgradeRule):
    """SQL Server does not drop a column that has a default.

    ## What
    ``op.drop_column`` of a column to which the history gives a server default, without ``mssql_drop_default=True``. From
    the manual; not proved on a server.

    ## Why
    The default is a constraint of its own that depends on the column: the migration fails with error 5074.
    See https://learn.microsoft.com/en-us/sql/t-sql/statements/alter-table-transact-sql

    ## Bad
    ```python
    op.add_column("orders", sa.Column("state", sa.Integer(), server_default="0"))
    op.drop_column("orders", "state")
    ```

    ## Good
    ```python
    op.add_column("orders", sa.Column("state", sa.Integer(), server_default="0"))
    op.drop_column("orders", "state", mssql_drop_default=True)
    ```

    ## When to ignore
    The default was dropped by hand.
    """

    code = "LCK407"
    name = "drop-column-with-default"
    severity = Severity.ERROR
    dialects = frozenset({"mssql"})
    handles = (fx.DropsColumn,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.DropsColumn)
        lines = file.migration.lines[effect.span.line - 1 : effect.span.end_line or effect.span.line]
        if effect.raw or any("mssql_drop_default" in line or "**" in line for line in lines):
            return
        if facts.known.before.column_has_default(effect, file.revision) is True:
            yield self.finding(
                f"{fx.shown(effect.table)}.{fx.shown(effect.column)} has a default: SQL Server refuses to drop it (5074)",
                "op.drop_column(…, mssql_drop_default=True)",
                effect.span,
                file.revision,
            )
