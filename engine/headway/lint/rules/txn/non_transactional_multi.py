"""TXN001."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.effects.narrowing import surely_fits
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import FileRule


class NonTransactionalMulti(FileRule):
    """What may fail follows a change that a failure does not take back.

    ## What
    On MySQL, MariaDB and Oracle: a statement that rows can make fail (a constraint, NOT NULL, another type), after
    another change of the schema in the same revision. Tables and nullable columns that the revision made, and changes
    that cannot fail by rows, count for nothing. Said once a revision.

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
    dialects = frozenset({"mysql", "mariadb", "oracle"})

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        here = facts.dialects & (self.dialects or frozenset())
        effects = [one for one in file.upgrade_effects if fx.can_run_on(one, here)]
        first: fx.Effect | None = None
        for effect in effects:
            behind = first is not None and first.span != effect.span
            if isinstance(effect, fx.AltersColumn) and effect.new_type is not None:
                effect = facts.known.typed(effect, file.revision)
            if first is not None and behind and _may_fail(effect) and not _is_empty(effect, file, facts):
                yield self.finding(
                    f"when rows make this fail, what stands in line {first.span.line} stays and the version does not "
                    "move: the next attempt fails there",
                    "a revision of its own for each, the one that can fail alone",
                    effect.span,
                    file.revision,
                )
                return
            if first is None and _stays(effect):
                first = effect


_FAILS_BY_ROWS = (fx.ConstraintKind.UNIQUE, fx.ConstraintKind.PRIMARY_KEY, fx.ConstraintKind.FOREIGN_KEY)


def _may_fail(effect: fx.Effect) -> bool:
    match effect:
        case fx.AddsConstraint(kind=kind):
            return kind in _FAILS_BY_ROWS or kind is fx.ConstraintKind.CHECK
        case fx.CreatesIndex(unique=unique):
            return unique is True
        case fx.AltersColumn():
            if effect.nullable is False and effect.existing_nullable is not False:
                return True
            return effect.new_type is not None and not surely_fits(effect.existing_type, effect.new_type)
    return False


def _is_empty(effect: fx.Effect, file: RevisionFile, facts: Facts) -> bool:
    """Whether there is nothing in the table that could stand in its way, or only NULL in the columns that it is about."""
    if facts.is_new_table(effect, file) or _was_so(effect, file, facts):
        return True
    columns = effect.columns if isinstance(effect, fx.AddsConstraint | fx.CreatesIndex) else ()
    return bool(columns) and all(
        any(adds_empty_column(other, effect, column) for other in file.upgrade_effects) for column in columns
    )


def _was_so(effect: fx.Effect, file: RevisionFile, facts: Facts) -> bool:
    """Whether the rows have kept to it before the revision already."""
    if isinstance(effect, fx.AddsConstraint) and effect.kind is fx.ConstraintKind.FOREIGN_KEY:
        return facts.known.had_foreign_key(effect, file.revision)
    if isinstance(effect, fx.CreatesIndex) or (
        isinstance(effect, fx.AddsConstraint) and effect.kind is fx.ConstraintKind.UNIQUE
    ):
        return facts.known.had_unique(effect, file.revision)
    return False


def adds_empty_column(added: fx.Effect, effect: fx.Effect, column: fx.Text) -> bool:
    """Whether ``added`` gives the table of ``effect`` this column with NULL in every row."""
    if not isinstance(added, fx.AddsColumn) or added.order > effect.order:
        return False
    there = added.table == getattr(effect, "table", None) and added.column.name == column
    return there and added.column.nullable is True and added.column.has_default is False


def _stays(effect: fx.Effect) -> bool:
    """Whether it is a change of the schema that cannot be done twice."""
    if getattr(effect, "if_exists", False) is True or getattr(effect, "if_not_exists", False) is True:
        return False
    known = fx.AddsColumn | fx.DropsColumn | fx.CreatesTable | fx.DropsTable | fx.RenamesTable | fx.CreatesIndex
    return isinstance(effect, known | fx.DropsIndex | fx.AddsConstraint | fx.DropsConstraint | fx.RenamesIndex)
