"""DST002."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from headway.effects import model as fx
from headway.effects.values import known
from headway.lint.called import Called, called_first, earlier
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.meaning.added import is_added_here
from headway.lint.meaning.dropped import table_goes_too
from headway.lint.meaning.fills import is_changed_before, is_copied_whole, may_copy
from headway.lint.rule import UpgradeRule


class DropColumn(UpgradeRule):
    """Drops a column that existed before this change.

    ## What
    ``upgrade()`` drops a column of a table that was not created in the same change. Of a table that goes
    as a whole, DST001 speaks. Not where another column has its values and its name: there only information is left, or
    nothing where each row was copied as it is.

    ## Why
    The values are lost that nothing has copied before, and copies of the application that are still running name the column in every SELECT
    and INSERT that SQLAlchemy writes for the model: they fail until the last of them is replaced.

    ## Bad
    ```python
    op.drop_column("orders", "note")
    ```

    ## Good
    Take the column out of the model in one release; make it optional for the time in between.
    ```python
    op.alter_column("orders", "note", existing_type=sa.Text(), nullable=True)
    ```

    ## When to ignore
    The column left the model in an earlier release:
    ``# headway: ignore[DST002] reason="not in the model since 2026-08"``.
    """

    code = "DST002"
    name = "drop-column"
    handles = (fx.DropsColumn,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.DropsColumn)
        if facts.is_new_table(effect, file) or is_added_here(effect, file) or table_goes_too(effect, file):
            return
        old = called_first(effect, Called(effect.table, effect.schema, (effect.column,)), file.upgrade_effects)
        new = _made_anew(old, effect, file)
        if new is not None and is_copied_whole(effect, new, file, facts):
            return
        # What has filled the one that has its name may have been read of the old one before.
        beside = new is not None and new != effect.column  # what is made behind it is filled behind it
        copied = may_copy(effect, file) or (beside and is_changed_before(effect, (str(new),), file.upgrade_effects))
        lost = "what was not copied before is lost" if copied else "its values are lost"
        named = f"{fx.shown(effect.table)}.{fx.shown(effect.column)}"
        if (old.table, old.columns[0]) != (effect.table, effect.column):
            named += f" ({fx.shown(old.table)}.{fx.shown(old.columns[0])} before this revision)"
        code = ", and code that still names it fails" if new is None else ""
        if new is None and facts.known.before.is_computed(effect, file.revision):
            yield replace(
                self.finding(
                    f"drops column {named}, which the database works out from others: code that still names it fails",
                    "remove it from the model in an earlier release, then drop it",
                    effect.span,
                    file.revision,
                ),
                severity=Severity.WARNING,
            )
            return
        found = self.finding(
            f"drops column {named}: {lost}{code}",
            "remove it from the model in an earlier release, then drop it; if that has happened, "
            f'say so: # headway: ignore[{self.code}] reason="…"',
            effect.span,
            file.revision,
        )
        yield replace(found, severity=Severity.INFO) if beside and copied else found


def _made_anew(old: Called, effect: fx.DropsColumn, file: RevisionFile) -> str | None:
    """What another column is called, before the old one goes, that has or gets its name in the revision; None without one.

    Either the old one was moved aside and one made under its name, or one is made beside it and takes the name afterwards, or
    one of its name is made behind it.
    """
    name = old.columns[0]
    for other, called in earlier(effect, Called(effect.table, effect.schema), file.upgrade_effects):
        if (
            isinstance(other, fx.AddsColumn)
            and called.is_table_of(other)
            and other.column.name == name != effect.column
        ):
            return known(name)
    for other in file.upgrade_effects:
        if (
            isinstance(other, fx.AddsColumn)
            and other.order > effect.order
            and (not other.conditional or effect.conditional)
            and isinstance(name, str)
            and (other.table, other.schema, other.column.name) == (effect.table, effect.schema, name)
        ):
            return name
        if (
            isinstance(other, fx.AltersColumn)
            and other.order > effect.order
            and (not other.conditional or effect.conditional)
            and isinstance(name, str)
            and other.new_name == name
            and (other.table, other.schema) == (effect.table, effect.schema)
        ):
            return known(other.column)
    return None
