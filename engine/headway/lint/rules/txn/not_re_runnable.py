"""TXN006."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.fixes.rewriting import call_of
from headway.lint.rule import UpgradeRule


class NotReRunnable(UpgradeRule):
    """Outside of a transaction, and cannot be run twice.

    ## What
    An index in an ``autocommit_block()`` without ``if_not_exists=True`` or ``if_exists=True``, under no condition, and not the
    last statement of its revision.

    ## Why
    What runs there is permanent at once. When the run breaks off behind it, the next attempt fails here with "already
    exists", and somebody mends production by hand. An index whose build broke off is there as well, and invalid: drop it
    first. See https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY

    ## Bad
    ```python
    with op.get_context().autocommit_block():
        op.create_index("ix_orders_total", "orders", ["total"], postgresql_concurrently=True)
    op.execute("ANALYZE orders")
    ```

    ## Good
    ```python
    with op.get_context().autocommit_block():
        op.drop_index("ix_orders_total", "orders", if_exists=True, postgresql_concurrently=True)
        op.create_index("ix_orders_total", "orders", ["total"], if_not_exists=True, postgresql_concurrently=True)
    ```

    ## When to ignore
    Somebody watches the run.
    """

    code = "TXN006"
    name = "not-re-runnable"
    severity = Severity.WARNING
    dialects = frozenset({"postgresql"})
    handles = (fx.CreatesIndex, fx.DropsIndex)

    def _first(self, file: RevisionFile) -> fx.Effect | None:
        """The first of them in the file, at which the next attempt fails."""
        return next((one for one in file.upgrade_effects if _is_bare(one)), None)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.CreatesIndex | fx.DropsIndex)
        if not _is_bare(effect):
            return
        if not any(other.order > effect.order for other in file.upgrade_effects):
            return  # behind it there is nothing that could break off
        flag = "if_not_exists" if isinstance(effect, fx.CreatesIndex) else "if_exists"
        call = call_of(effect, file, in_with=True)
        written = None if call is None or facts.runs_on("mysql") else call.with_keywords(**{flag: "True"})
        what = "is permanent at once: when the run breaks off later, the next attempt fails at"
        if effect is not self._first(file):
            what = "is permanent at once as well: an attempt that comes so far again fails at"
        yield self.finding(
            f"{what} {fx.shown(effect.name)}",
            f"add {flag}=True; before a CREATE, drop what a broken build has left",
            effect.span,
            file.revision,
            None if written is None else written.text,
        )


def _is_bare(effect: fx.Effect) -> bool:
    """Whether it commits by itself and cannot be done twice. Under a condition it may be asked for first."""
    if not isinstance(effect, fx.CreatesIndex | fx.DropsIndex) or not effect.autocommit or effect.conditional:
        return False
    guard = effect.if_not_exists if isinstance(effect, fx.CreatesIndex) else effect.if_exists
    return guard is False
