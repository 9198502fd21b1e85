"""LCK121."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import UpgradeRule


class NoLockTimeout(UpgradeRule):
    """Sets lock_timeout behind the statement that waits for a lock.

    ## What
    A revision sets ``lock_timeout``, and a statement before it locks an existing table against everybody.

    ## Why
    While a statement waits for its lock, every other query of the table waits behind it. The timeout that should end this
    comes too late for the one statement that needed it.
    See https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-LOCK-TIMEOUT
    Proved on PostgreSQL 18 and 15.

    ## Bad
    ```python
    op.add_column("orders", sa.Column("note", sa.Text()))
    op.execute("SET lock_timeout = '2s'")
    ```

    ## Good
    ```python
    op.execute("SET lock_timeout = '2s'")
    op.add_column("orders", sa.Column("note", sa.Text()))
    ```

    ## When to ignore
    The timeout is set for what follows alone, and the first statement is known to be harmless.
    """

    code = "LCK121"
    name = "no-lock-timeout"
    severity = Severity.WARNING
    dialects = frozenset({"postgresql"})
    handles = (fx.SetsSetting,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.SetsSetting)
        if effect.name != "lock_timeout" or _is_reset(effect):
            return
        earlier = [other for other in file.upgrade_effects if other.order < effect.order]
        if any(isinstance(other, fx.SetsSetting) and other.name == "lock_timeout" for other in earlier):
            return
        for other in earlier:
            lock = facts.lock_of(other, "postgresql")
            if (
                isinstance(other, fx.TableEffect)
                and lock is not None
                and lock.blocks_reads
                and not facts.is_new_table(other, file)
            ):
                yield self.finding(
                    f"lock_timeout is set here, behind line {other.span.line}, which waits for a lock on {fx.shown(other.table)} without "
                    "one (PostgreSQL)",
                    "set it before the first statement of upgrade()",
                    effect.span,
                    file.revision,
                )
                return


def _is_reset(effect: fx.SetsSetting) -> bool:
    """Whether it takes a timeout off rather than sets one."""
    return isinstance(effect.value, str) and effect.value.strip("' ").lower() in ("0", "default", "0s", "0ms")
