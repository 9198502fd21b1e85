"""DST001."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.meaning.fills import may_copy
from headway.lint.rule import UpgradeRule


class DropTable(UpgradeRule):
    """Drops a table that existed before this change.

    ## What
    ``upgrade()`` drops a table that was not created in the same change. Not the table in which sqlalchemy-migrate has kept its
    version, nor one that a batch of Alembic left behind: no application reads them.

    ## Why
    Every row is lost the moment it runs that nothing has copied before, and every running copy of the application that still reads the table
    fails. No downgrade brings the rows back.

    ## Bad
    ```python
    op.drop_table("coupons")
    ```

    ## Good
    Release code that no longer uses the table, keep it under another name for a while, drop it later.
    ```python
    op.execute("COMMENT ON TABLE coupons IS 'unused since release 41'")
    ```

    ## When to ignore
    The table is known to be empty or unused: ``# headway: ignore[DST001] reason="unused since release 41"``.
    """

    code = "DST001"
    name = "drop-table"
    handles = (fx.DropsTable,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.DropsTable)
        if facts.is_new_table(effect, file) or _is_rebuilt(effect, file) or _is_bookkeeping(effect):
            return
        if facts.known.earlier.is_repeated(effect, file.revision):
            return
        anew = _is_made_anew(effect, file)
        if anew and facts.known.earlier.is_left_over(effect, file.revision):
            return
        lost = "what was not copied before is lost" if may_copy(effect, file) else "its rows are lost"
        yield self.finding(
            f"drops table {fx.shown(effect.table)}{' and puts another in its place' if anew else ''}: {lost}"
            f"{'' if anew else ', and code that still reads it fails'}",
            "stop using the table in one release and drop it in a later one; if that has happened, "
            f'say so: # headway: ignore[{self.code}] reason="…"',
            effect.span,
            file.revision,
        )


def _is_made_anew(effect: fx.DropsTable, file: RevisionFile) -> bool:
    """Whether the revision makes a table of that name behind it, or puts another one in its place."""
    for other in file.upgrade_effects:
        if other.order < effect.order or (other.conditional and not effect.conditional):
            continue
        if isinstance(other, fx.CreatesTable) and (other.table, other.schema) == (effect.table, effect.schema):
            return True
        if isinstance(other, fx.RenamesTable) and (other.new_name, other.schema) == (effect.table, effect.schema):
            return True
    return False


def _is_bookkeeping(effect: fx.DropsTable) -> bool:
    """Whether it is a table that tools for migrations have made for themselves, by its name."""
    name = effect.table
    return isinstance(name, str) and (name == "migrate_version" or name.startswith("_alembic_tmp_"))


def _is_rebuilt(effect: fx.DropsTable, file: RevisionFile) -> bool:
    """Whether a table of this revision, into which rows were put, takes its place under the same name."""
    made: set[fx.Text] = set()
    filled: set[fx.Text] = set()
    for other in file.upgrade_effects:
        if isinstance(other, fx.CreatesTable) and other.order < effect.order:
            made.add(other.table)
        elif isinstance(other, fx.ChangesData) and other.verb == "INSERT" and other.order < effect.order:
            filled.add(other.table)
        elif isinstance(other, fx.RenamesTable) and other.order > effect.order and other.new_name == effect.table:
            return other.table in made & filled
    return False
