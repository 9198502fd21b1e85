"""LCK204."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.effects.lock import Lock
from headway.lint.facts import RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rules.lck._mysql import MySqlRule


class FkWithChecksOn(MySqlRule):
    """A foreign key is added while MySQL or MariaDB checks foreign keys.

    ## What
    ``create_foreign_key`` on an existing table without ``SET foreign_key_checks = 0`` before it in the revision.

    ## Why
    With the checks on, the only way is a copy of the table, and nobody can change its rows meanwhile; a row without a
    parent makes it fail. With the checks off it is made in place, and nothing is checked.
    See https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-operations.html#online-ddl-foreign-key-operations
    Proved on MariaDB 10.11; of MySQL it is from the manual.

    ## Bad
    ```python
    op.create_foreign_key("fk_orders_customer", "orders", "customers", ["customer_id"], ["id"])
    ```

    ## Good
    Count the orphans first; nothing else will.
    ```python
    op.execute("SET SESSION foreign_key_checks = 0")
    op.create_foreign_key("fk_orders_customer", "orders", "customers", ["customer_id"], ["id"])
    op.execute("SET SESSION foreign_key_checks = 1")
    ```

    ## When to ignore
    The table is small.
    """

    code = "LCK204"
    name = "fk-with-checks-on"
    by_size = True
    severity = Severity.WARNING
    sort = "foreign key"
    handles = (fx.AddsConstraint,)

    def check_lock(self, effect: fx.Effect, lock: Lock, database: str, file: RevisionFile) -> Iterator[Finding]:
        assert isinstance(effect, fx.AddsConstraint)
        if _is_unchecked(effect, file):
            return
        yield self.finding(
            f"{database} copies the whole table {fx.shown(effect.table)} to add this foreign key: every INSERT, UPDATE "
            "and DELETE waits until it is done",
            "count the orphans, then SET SESSION foreign_key_checks = 0 before it and = 1 after it",
            effect.span,
            file.revision,
        )


def _is_unchecked(effect: fx.Effect, file: RevisionFile) -> bool:
    """Whether the last word before it about foreign_key_checks is that there are none."""
    said = [
        other.value
        for other in file.upgrade_effects
        if isinstance(other, fx.SetsSetting)
        and str(other.name).rpartition(".")[2].strip("@ ") == "foreign_key_checks"
        and other.order < effect.order
    ]
    return bool(said) and str(said[-1]).upper() in ("0", "OFF", "FALSE")
