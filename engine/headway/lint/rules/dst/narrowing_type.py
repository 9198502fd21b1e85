"""DST006."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.effects.narrowing import narrows
from headway.lint.called import Called, called_first
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.meaning.added import is_added_here
from headway.lint.rule import UpgradeRule


class NarrowingType(UpgradeRule):
    """Makes a column's type narrower than the values it may hold.

    ## What
    ``alter_column`` to a shorter text, a smaller number or fewer digits than the existing type, which is known.

    ## Why
    A value that does not fit makes the migration fail, or is cut off where the database does so (MySQL without strict mode,
    SQLite never looks).

    ## Bad
    ```python
    op.alter_column("users", "name", existing_type=sa.String(200), type_=sa.String(50))
    ```

    ## Good
    ```python
    op.alter_column("users", "name", existing_type=sa.String(50), type_=sa.String(200))
    ```

    ## When to ignore
    A query in production has shown that every value fits.
    """

    code = "DST006"
    name = "narrowing-type"
    handles = (fx.AltersColumn,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.AltersColumn)
        old, new = effect.existing_type, effect.new_type
        if (
            old is None
            or new is None
            or not narrows(old, new, mysql=facts.is_mysql)
            or effect.order in file.without_rows
            or facts.is_new_table(effect, file)
            or is_added_here(effect, file)
            or facts.known.earlier.is_repeated(effect, file.revision)
        ):
            return
        called = Called(effect.table, effect.schema, (effect.column,))
        first = called_first(effect, called, file.upgrade_effects)
        yield self.finding(
            f"{fx.shown(effect.table)}.{fx.shown(effect.column)} becomes {new}, and {old} holds more: a value that does not fit makes the "
            "migration fail, or is cut off",
            f"look first at the longest value: SELECT max(length({fx.shown(first.columns[0])})) FROM {fx.shown(first.table)}",
            effect.span,
            file.revision,
        )
