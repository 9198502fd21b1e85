"""DAT001."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.called import Called
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.meaning.stops import Alike, Stop, alike
from headway.lint.rule import UpgradeRule


class UniqueOnExisting(UpgradeRule):
    """Makes values unique that may be there twice.

    ## What
    A unique index or constraint on a table that was not created in the same change. Where the revision has changed the columns or
    deleted rows before, the finding says so: whether two are still alike then, no text tells.

    ## Why
    Two rows that are alike make the migration fail in production, after it passed on the empty database of CI. On PostgreSQL
    LCK104 says it of a constraint.

    ## Bad
    ```python
    op.create_index("uq_users_email", "users", ["email"], unique=True)
    ```

    ## Good
    ```python
    op.create_index("ix_users_email", "users", ["email"])
    ```

    ## When to ignore
    A query in production has shown that no two rows are alike, and nothing writes such a row any more.
    """

    code = "DAT001"
    name = "unique-on-existing"
    severity = Severity.WARNING
    handles = (fx.AddsConstraint, fx.CreatesIndex)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.AddsConstraint | fx.CreatesIndex)
        if isinstance(effect, fx.AddsConstraint):
            if (
                effect.kind is not fx.ConstraintKind.UNIQUE
                or effect.using_index is not None
                or facts.dialects == {"postgresql"}
            ):
                return
        elif effect.unique is not True:
            return
        found = alike(effect, file, facts)
        if found.stop is Stop.NONE or facts.goes_on(effect, file):
            return
        yield self.finding(
            f"makes {_listed(effect.columns)} of {fx.shown(effect.table)} unique: {found} make the migration fail"
            f"{file.unless_seen_to(effect) if found.stop is Stop.SOME else ''}",
            _help(effect, found),
            effect.span,
            file.revision,
        )


def _help(effect: fx.AddsConstraint | fx.CreatesIndex, found: Alike) -> str:
    if found.stop is Stop.ALL:
        return "give each row a value of its own before (UPDATE), or make it unique in a later release"
    if found.stop is Stop.SOME and (found.old.columns or not effect.columns):
        return f"look first: {_query(found.old)}"
    return (
        f"look on a copy of the data, before this line: {_query(Called(effect.table, effect.schema, effect.columns))}"
    )


def _query(called: Called) -> str:
    columns = _listed(called.columns)
    return f"SELECT {columns}, count(*) FROM {fx.shown(called.table)} GROUP BY {columns} HAVING count(*) > 1"


def _listed(columns: tuple[fx.Text, ...]) -> str:
    return ", ".join(map(fx.shown, columns)) or "…"
