"""LCK408."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import UpgradeRule

_KIND = fx.ObjectKind
_FIRST = (_KIND.VIEW, _KIND.PROCEDURE, _KIND.FUNCTION, _KIND.TRIGGER, _KIND.SCHEMA)


class BatchSeparator(UpgradeRule):
    """SQL Server wants this statement to be the first of its batch.

    ## What
    CREATE VIEW, PROCEDURE, FUNCTION, TRIGGER or SCHEMA behind another statement in one text. From the manual; not proved
    on a server.

    ## Why
    It fails with error 111, "must be the first statement in a query batch".
    See https://learn.microsoft.com/en-us/sql/t-sql/language-elements/sql-server-utilities-statements-go

    ## Bad
    ```python
    op.execute("DROP VIEW big; CREATE VIEW big AS SELECT id FROM orders")
    ```

    ## Good
    ```python
    op.execute("DROP VIEW big")
    op.execute("CREATE VIEW big AS SELECT id FROM orders")
    ```

    ## When to ignore
    Never: it cannot run.
    """

    code = "LCK408"
    name = "batch-separator"
    severity = Severity.ERROR
    dialects = frozenset({"mssql"})
    handles = (fx.CreatesObject,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.CreatesObject)
        if not effect.raw or effect.kind not in _FIRST:
            return
        call = file.written.call_around(effect.span)
        before = (other for other in file.upgrade_effects if other.raw and other.order < effect.order)
        if any(call is not None and file.written.call_around(other.span) == call for other in before):
            yield self.finding(
                f"CREATE {effect.kind.value.upper()} stands behind another statement of the same text: SQL Server refuses "
                "that (111)",
                "one op.execute() for each",
                effect.span,
                file.revision,
            )
