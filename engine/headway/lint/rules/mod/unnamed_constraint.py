"""MOD014."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import FileRule
from headway.lint.syntax.suites import are_together


class UnnamedConstraint(FileRule):
    """Makes or drops a constraint without a name.

    ## What
    ``drop_constraint(None, …)``, and ``create_foreign_key(None, …)`` and its kin. Where both stand in one file, the
    drop speaks for the two, and for what stands behind it and is never come to. A warning only for what is made, and none where the models' metadata has a
    ``naming_convention`` for a key of its kind, which env.py, or a module of the project that it imports, tells: that
    names it. A CHECK needs a name all the same.

    ## Why
    A constraint without a name cannot be dropped: the statement is refused before it is sent, nearly always in a
    ``downgrade()`` that nobody has run. What is made without a name gets one from the database, another on each.
    See https://alembic.sqlalchemy.org/en/latest/naming.html

    ## Bad
    ```python
    def upgrade():
        op.create_unique_constraint(None, "customers", ["email"])


    def downgrade():
        op.drop_constraint(None, "customers", type_="unique")
    ```

    ## Good
    ```python
    def upgrade():
        op.create_unique_constraint("uq_customers_email", "customers", ["email"])


    def downgrade():
        op.drop_constraint("uq_customers_email", "customers", type_="unique")
    ```

    ## When to ignore
    The metadata has a naming convention that env.py does not lead to.
    """

    code = "MOD014"
    name = "unnamed-constraint"

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        dropped = set()
        for effect in (*file.upgrade_effects, *file.downgrade_effects):
            if isinstance(effect, fx.DropsConstraint) and _drops_none(effect, file):
                dropped.add(effect.table)
                yield self.finding(
                    f"drops a constraint of {fx.shown(effect.table)} without naming it: this cannot run",
                    "write the constraint's name, here and where it is made",
                    effect.span,
                    file.revision,
                )
        fails = next((one for one in file.upgrade_effects if _surely_fails(one, file)), None)
        for effect in file.upgrade_effects:
            if not isinstance(effect, fx.AddsConstraint) or effect.table in dropped or _is_named(effect, file):
                continue
            if fails is not None and fails.order < effect.order and _runs_behind(effect, fails, file):
                continue  # nothing comes to it
            if _BY_CONVENTION.get(effect.kind) in facts.named_kinds() or _is_found(effect, file):
                continue
            found = self.finding(
                f"makes a {effect.kind.value} constraint on {fx.shown(effect.table)} without a name: without a "
                "naming_convention in the metadata nothing can drop it later on every database",
                "give it a name as the first argument",
                effect.span,
                file.revision,
            )
            yield replace(found, severity=Severity.WARNING)


_BY_CONVENTION = {fx.ConstraintKind.FOREIGN_KEY: "fk", fx.ConstraintKind.UNIQUE: "uq"}


def _is_found(effect: fx.AddsConstraint, file: RevisionFile) -> bool:
    """Whether ``downgrade()`` drops such a constraint of the table by a name that the database is asked for."""
    return any(
        isinstance(other, fx.DropsConstraint)
        and other.name is fx.UNKNOWN
        and (other.table, other.schema, other.kind) == (effect.table, effect.schema, effect.kind)
        for other in file.downgrade_effects
    )


def _drops_none(effect: fx.DropsConstraint, file: RevisionFile) -> bool:
    """Whether the name is surely None; a variable that is None in one branch may be asked for before it is used."""
    if effect.name is not None or effect.raw:
        return False
    lines = file.migration.lines[effect.span.line - 1 : effect.span.end_line or effect.span.line]
    return not effect.conditional or "None" in " ".join(lines)


def _surely_fails(effect: fx.Effect, file: RevisionFile) -> bool:
    return isinstance(effect, fx.DropsConstraint) and _drops_none(effect, file) and effect.databases is None


def _runs_behind(effect: fx.Effect, other: fx.Effect, file: RevisionFile) -> bool:
    """Whether whoever comes to ``effect`` has come through ``other``: that has no condition, or is in one block with it."""
    return not other.conditional or are_together(effect.span.line, other.span.line, file.blocks)


def _is_named(effect: fx.AddsConstraint, file: RevisionFile) -> bool:
    """Whether it has a name, or comes with a column or as SQL, where leaving it out is usual."""
    in_column = any(isinstance(other, fx.AddsColumn) and other.span == effect.span for other in file.upgrade_effects)
    return effect.name is not None or effect.raw or in_column or effect.kind is fx.ConstraintKind.PRIMARY_KEY
