"""CMP007."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.called import Called, called_first, called_last
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import FileRule


class PhaseMixed(FileRule):
    """Adds what new code needs and drops what running code uses, at one moment.

    ## What
    A revision adds a table, or a column to an existing one, and drops an existing table or column of another name.
    Said once for a revision, where the first thing is added.

    ## Why
    New code cannot start before the revision, old code cannot run after it. There is no order of release and migration in
    which nothing fails, and no way back to the old release.

    ## Bad
    ```python
    op.add_column("customers", sa.Column("full_name", sa.Text()))
    op.drop_column("customers", "first_name")
    ```

    ## Good
    ```python
    op.add_column("customers", sa.Column("full_name", sa.Text()))
    # a release later, in a revision of its own: op.drop_column("customers", "first_name")
    ```

    ## When to ignore
    Nothing runs while the migration does, or no code uses any more what is dropped.
    """

    code = "CMP007"
    name = "phase-mixed"
    severity = Severity.WARNING

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        added = [effect for effect in file.upgrade_effects if _adds(effect, file, facts)]
        dropped = [effect for effect in file.upgrade_effects if _drops(effect, file, facts)] if added else []
        if dropped:
            added = [effect for effect in added if not facts.known.earlier.is_repeated(effect, file.revision)]
            dropped = [effect for effect in dropped if not facts.known.earlier.is_repeated(effect, file.revision)]
        moved = _renamed(file)
        again = {_named(effect) for effect in added} & {_named(effect) for effect in dropped}
        added = [effect for effect in added if _named(effect) not in again and _named(effect)[0] not in moved]
        dropped = [effect for effect in dropped if _named(effect) not in again and _named(effect)[0] not in moved]
        names = {_named_last(effect, file) for effect in added}
        # A column that is made anew under its name, moved aside before or put in its place afterwards, is the same to the code.
        aside = {_named_first(effect, file) for effect in dropped if isinstance(effect, fx.DropsColumn)} & names
        added = [effect for effect in added if _named_last(effect, file) not in aside]
        dropped = [effect for effect in dropped if _named_first(effect, file) not in aside]
        if not added or not dropped:
            return
        first, last = added[0], dropped[0]
        yield self.finding(
            f"adds {_shown(first)} and drops {_shown(last)} (line {last.span.line}) in one revision: new code needs the one, running code "
            "the other, and there is no moment to change from old to new",
            "add in one revision, release, and drop in a later one",
            first.span,
            file.revision,
        )


def _adds(effect: fx.Effect, file: RevisionFile, facts: Facts) -> bool:
    if isinstance(effect, fx.CreatesTable):
        return isinstance(effect.table, str) and not effect.temporary
    return isinstance(effect, fx.AddsColumn) and not _is_unnamed(effect) and not facts.is_new_table(effect, file)


def _renamed(file: RevisionFile) -> set[object]:
    """The names that tables lose or get in the revision: what is added or dropped under them is a step on the way."""
    renames = [effect for effect in file.upgrade_effects if isinstance(effect, fx.RenamesTable)]
    return {effect.table for effect in renames} | {effect.new_name for effect in renames}


def _drops(effect: fx.Effect, file: RevisionFile, facts: Facts) -> bool:
    dropping = isinstance(effect, fx.DropsTable | fx.DropsColumn) and not _is_unnamed(effect)
    return dropping and not facts.is_new_table(effect, file)


def _is_unnamed(effect: fx.Effect) -> bool:
    return not all(isinstance(part, str) for part in _named(effect))


def _named(effect: fx.Effect) -> tuple[object, ...]:
    """The table, or table and column, that an effect adds or drops."""
    table = getattr(effect, "table", fx.UNKNOWN)
    if isinstance(effect, fx.AddsColumn):
        return table, effect.column.name
    return (table, effect.column) if isinstance(effect, fx.DropsColumn) else (table,)


def _named_first(effect: fx.Effect, file: RevisionFile) -> tuple[object, ...]:
    """The same by the names from before the revision."""
    if not isinstance(effect, fx.DropsColumn):
        return _named(effect)
    first = called_first(effect, Called(effect.table, effect.schema, (effect.column,)), file.upgrade_effects)
    return first.table, first.columns[0]


def _named_last(effect: fx.Effect, file: RevisionFile) -> tuple[object, ...]:
    """The same by the names from after the revision."""
    if not isinstance(effect, fx.AddsColumn):
        return _named(effect)
    last = called_last(effect, Called(effect.table, effect.schema, (effect.column.name,)), file.upgrade_effects)
    return last.table, last.columns[0]


def _shown(effect: fx.Effect) -> str:
    return ".".join(fx.shown(part) for part in _named(effect))
