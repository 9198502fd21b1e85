"""DST011."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import UpgradeRule


class DropConstraint(UpgradeRule):
    """Drops a constraint and puts none in its place.

    ## What
    A foreign key, CHECK, unique constraint or primary key is dropped, and the revision makes no other of its kind on the table.

    ## Why
    What it kept out can get in from then on, and the next constraint will fail on it.

    ## Bad
    ```python
    op.drop_constraint("ck_total", "orders", type_="check")
    ```

    ## Good
    ```python
    op.drop_constraint("ck_total", "orders", type_="check")
    op.create_check_constraint("ck_total", "orders", "total > 0", postgresql_not_valid=True)
    ```

    ## When to ignore
    The rule that it held is no rule any more.
    """

    code = "DST011"
    name = "drop-constraint"
    severity = Severity.WARNING
    handles = (fx.DropsConstraint,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.DropsConstraint)
        if facts.is_new_table(effect, file) or _is_replaced(effect, file) or _was_a_step(effect, file):
            return
        yield self.finding(
            f"drops constraint {fx.shown(effect.name)} of {fx.shown(effect.table)}: what it kept out can get in",
            f'say why: # headway: ignore[{self.code}] reason="…"',
            effect.span,
            file.revision,
        )


def _was_a_step(effect: fx.DropsConstraint, file: RevisionFile) -> bool:
    """Whether the revision has made or validated it itself, as one does on the way to NOT NULL."""
    return any(
        isinstance(other, fx.AddsConstraint | fx.ValidatesConstraint)
        and other.order < effect.order
        and (other.table, other.name) == (effect.table, effect.name)
        for other in file.upgrade_effects
    )


def _is_replaced(effect: fx.DropsConstraint, file: RevisionFile) -> bool:
    """Whether one of its kind is made on the table, or the table or a column of it goes as well."""
    names = {effect.table}
    for other in file.upgrade_effects:
        if isinstance(other, fx.RenamesTable) and other.order > effect.order and other.table in names:
            names.add(other.new_name)
        if getattr(other, "table", None) not in names:
            continue
        if isinstance(other, fx.DropsTable | fx.DropsColumn):
            return True
        unknown = fx.ConstraintKind.UNKNOWN
        if isinstance(other, fx.AddsConstraint) and (effect.kind in (other.kind, unknown) or other.kind is unknown):
            return True
    return False
