"""TXN001."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from headway.effects import model as fx
from headway.effects.narrowing import surely_fits
from headway.effects.stored_type import is_told
from headway.lint.facts import COMMIT_AT_DDL, Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.meaning.fills import may_hold_null
from headway.lint.meaning.stops import Stop, alike, orphans
from headway.lint.rule import FileRule


class NonTransactionalMulti(FileRule):
    """What may fail follows a change that a failure does not take back.

    ## What
    On MySQL, MariaDB and Oracle: a statement that rows can make fail (a constraint, NOT NULL, another type), after
    another change of the schema in the same revision. Tables and nullable columns that the revision made, and changes
    that cannot fail by rows, count for nothing: NOT NULL behind what fills the column is one. A note only, where it is a
    unique key behind a change of its rows. Said once a revision.

    ## Why
    Each DDL statement commits by itself. When the second fails, the first stays and the version row does not move: the
    next attempt fails at the first with "already exists", and somebody mends production by hand.
    See https://dev.mysql.com/doc/refman/8.4/en/implicit-commit.html

    ## Bad
    ```python
    op.add_column("orders", sa.Column("note", sa.Text()))
    op.create_unique_constraint("uq_customers_email", "customers", ["email"])
    ```

    ## Good
    One revision for each; this one fails alone and can be run again.
    ```python
    op.create_unique_constraint("uq_customers_email", "customers", ["email"])
    ```

    ## When to ignore
    What comes first can be run twice, such as with ``if_not_exists=True``.
    """

    code = "TXN001"
    name = "non-transactional-multi"
    severity = Severity.WARNING
    dialects = COMMIT_AT_DDL

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        here = facts.dialects & (self.dialects or frozenset())
        effects = [one for one in file.upgrade_effects if fx.can_run_on(one, here)]
        first: fx.Effect | None = None
        doubtful: Finding | None = None
        for effect in effects:
            behind = first is not None and first.span != effect.span and not _goes_on(effect, file)
            if first is not None and behind and (stop := _stop(effect, file, facts)) is not Stop.NONE:
                finding = self.finding(
                    f"when rows make this fail, what stands in line {first.span.line} stays and the version does not "
                    "move: the next attempt fails there",
                    "a revision of its own for each, the one that can fail alone",
                    effect.span,
                    file.revision,
                )
                if stop is not Stop.CHANGED:
                    yield finding
                    return
                doubtful = doubtful or replace(finding, severity=Severity.INFO)
            if first is None and _stays(effect):
                first = effect
        if doubtful is not None:
            yield doubtful


def _goes_on(effect: fx.Effect, file: RevisionFile) -> bool:
    """Whether a ``try`` around it takes its error, so that the version moves all the same (MOD004)."""
    return any(region.holds(effect.span) for region in file.written.forgives)


def _stop(effect: fx.Effect, file: RevisionFile, facts: Facts) -> Stop:
    """Which rows make it fail, as the rules say it that look at such a statement alone."""
    match effect:
        case fx.AddsConstraint(kind=fx.ConstraintKind.FOREIGN_KEY):
            return orphans(effect, file, facts).stop
        case fx.AddsConstraint(kind=fx.ConstraintKind.UNIQUE | fx.ConstraintKind.PRIMARY_KEY):
            return alike(effect, file, facts).stop
        case fx.CreatesIndex(unique=True):
            return alike(effect, file, facts).stop
        case fx.AddsConstraint(kind=fx.ConstraintKind.CHECK):
            return Stop.NONE if facts.is_new_table(effect, file) else Stop.SOME
        case fx.AltersColumn():
            return _refused(effect, file, facts)
    return Stop.NONE


def _refused(effect: fx.AltersColumn, file: RevisionFile, facts: Facts) -> Stop:
    """Whether a row may hold what the column does not take any more: NULL, or a value of another type."""
    if may_hold_null(effect, file, facts):
        return Stop.SOME
    if effect.new_type is None or facts.is_new_table(effect, file):
        return Stop.NONE
    old = facts.typed(effect, file).existing_type
    if surely_fits(old, effect.new_type, mysql=facts.is_mysql):
        return Stop.NONE
    return Stop.SOME if is_told(old) and is_told(effect.new_type) else Stop.CHANGED  # nobody knows


def _stays(effect: fx.Effect) -> bool:
    """Whether it is a change of the schema that cannot be done twice."""
    if getattr(effect, "if_exists", False) is True or getattr(effect, "if_not_exists", False) is True:
        return False
    if isinstance(effect, fx.DropsIndex | fx.DropsConstraint) and not isinstance(effect.name, str):
        return False  # a name that the database is asked for: what is gone is not found again
    known = fx.AddsColumn | fx.DropsColumn | fx.CreatesTable | fx.DropsTable | fx.RenamesTable | fx.CreatesIndex
    return isinstance(effect, known | fx.DropsIndex | fx.AddsConstraint | fx.DropsConstraint | fx.RenamesIndex)
