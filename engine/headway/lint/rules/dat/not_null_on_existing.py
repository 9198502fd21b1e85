"""DAT002."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.called import Called, called_first
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.meaning.added import is_added_here
from headway.lint.meaning.fills import may_hold_null
from headway.lint.meaning.required import makes_required
from headway.lint.rule import UpgradeRule


class NotNullOnExisting(UpgradeRule):
    """Sets NOT NULL on a column that may hold NULLs.

    ## What
    An existing column becomes NOT NULL, and nothing in the same change has filled its NULLs before.
    Of a column that the same revision has added without a default, CMP003 speaks.

    ## Why
    One row with NULL is enough to make the migration fail in production after it passed on the empty database
    of CI. PostgreSQL also reads the whole table under a lock that stops every other statement.

    ## Bad
    ```python
    op.alter_column("customers", "email", existing_type=sa.String(200), nullable=False)
    ```

    ## Good
    ```python
    op.execute("UPDATE customers SET email = 'unknown' WHERE email IS NULL")
    op.alter_column("customers", "email", existing_type=sa.String(200), nullable=False)
    ```

    ## When to ignore
    A count in production has shown that no row holds NULL, and nothing writes one any more.
    """

    code = "DAT002"
    name = "not-null-on-existing"
    handles = (fx.AltersColumn,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.AltersColumn)
        if effect.order in file.without_rows or not may_hold_null(effect, file, facts) or makes_required(effect, file):
            return
        if facts.goes_on(effect, file):
            return
        called = Called(effect.table, effect.schema, (effect.column,))
        old = called_first(effect, called, file.upgrade_effects)
        look = f" and check: SELECT count(*) FROM {fx.shown(old.table)} WHERE {fx.shown(old.columns[0])} IS NULL"
        yield self.finding(
            f"sets NOT NULL on {fx.shown(effect.table)}.{fx.shown(effect.column)}: "
            f"a single row with NULL makes the migration fail{file.unless_seen_to(effect)}",
            # A column of this revision is not there yet, where one would look.
            f"fill the NULLs first (UPDATE … WHERE … IS NULL){'' if is_added_here(effect, file) else look}",
            effect.span,
            file.revision,
        )
