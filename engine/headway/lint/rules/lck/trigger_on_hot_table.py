"""LCK115."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import UpgradeRule


class TriggerOnHotTable(UpgradeRule):
    """Makes a trigger of an existing PostgreSQL table, or switches one off.

    ## What
    CREATE TRIGGER (an info), or DISABLE TRIGGER (a warning where nothing in the revision switches it on again), on a table
    that was not created in the same change.

    ## Why
    Both hold a SHARE ROW EXCLUSIVE lock to the end of the transaction: every INSERT, UPDATE and DELETE of the table waits,
    behind the longest transaction that writes to it now. A trigger that stays off keeps nothing right any more, and
    DISABLE TRIGGER ALL switches off foreign keys as well.
    See https://www.postgresql.org/docs/current/sql-createtrigger.html
    Proved on PostgreSQL 18 and 15.

    ## Bad
    ```python
    op.execute("ALTER TABLE orders DISABLE TRIGGER ALL")
    op.execute("UPDATE orders SET status = 'old' WHERE placed_at < '2020-01-01'")
    ```

    ## Good
    ```python
    op.execute("SET session_replication_role = replica")
    op.execute("UPDATE orders SET status = 'old' WHERE placed_at < '2020-01-01'")
    op.execute("SET session_replication_role = DEFAULT")
    ```

    ## When to ignore
    The table has few writers, or a lock_timeout ends the wait.
    """

    code = "LCK115"
    name = "trigger-on-hot-table"
    severity = Severity.WARNING
    dialects = frozenset({"postgresql"})
    handles = (fx.CreatesObject, fx.AltersTable)

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        self._heard: dict[str, int] = {}
        yield from super().check_file(file, facts)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        told = _told(effect, file)
        if told is None or facts.is_new_table(effect, file):
            return
        what, severity = told
        # The arms of an if that make the same trigger for several versions are one.
        if self._heard.setdefault(what, effect.span.line) != effect.span.line and effect.conditional:
            return
        yield replace(
            self.finding(
                f"{what}: INSERT, UPDATE and DELETE of the table wait until the transaction ends (PostgreSQL)",
                "in a revision of its own, with SET LOCAL lock_timeout before it; for rows that shall not fire triggers: "
                "SET session_replication_role = replica",
                effect.span,
                file.revision,
            ),
            severity=severity,
        )


def _told(effect: fx.Effect, file: RevisionFile) -> tuple[str, Severity] | None:
    """What is done to which trigger, and how bad that is; None where it is nothing of the kind."""
    if isinstance(effect, fx.CreatesObject):
        if effect.kind is not fx.ObjectKind.TRIGGER or effect.table is None:
            return None
        return f"makes trigger {fx.shown(effect.name)} of {fx.shown(effect.table)}", Severity.INFO
    if not isinstance(effect, fx.AltersTable) or not effect.action.startswith("DISABLE TRIGGER"):
        return None
    which = fx.shown(effect.subject) if effect.subject else effect.action.removeprefix("DISABLE TRIGGER").strip()
    what = f"switches trigger {which} of {fx.shown(effect.table)} off"
    if _is_on_again(effect, file):
        return what, Severity.INFO
    return f"{what}, and nothing here switches it on again", Severity.WARNING


def _is_on_again(effect: fx.AltersTable, file: RevisionFile) -> bool:
    return any(
        isinstance(other, fx.AltersTable)
        and other.order > effect.order
        and other.action.startswith("ENABLE")
        and "TRIGGER" in other.action
        and other.table == effect.table
        and (other.subject == effect.subject or other.action.endswith("ALL"))
        for other in file.upgrade_effects
    )
