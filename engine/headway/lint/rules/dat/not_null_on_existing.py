"""DAT002."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.fills import filled_before
from headway.lint.finding import Finding
from headway.lint.required import makes_required
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
        if effect.nullable is not False or facts.is_new_table(effect, file):
            return
        if filled_before(effect, file) or makes_required(effect, file):
            return
        if facts.known.column_nullable(effect, file.revision) is False:
            return  # it is NOT NULL already
        if facts.known.proves_not_null(effect, file.revision) is True:
            return
        yield self.finding(
            f"sets NOT NULL on {fx.shown(effect.table)}.{fx.shown(effect.column)}: "
            "a single row with NULL makes the migration fail",
            "fill the NULLs first (UPDATE … WHERE … IS NULL) and check: "
            f"SELECT count(*) FROM {fx.shown(effect.table)} WHERE {fx.shown(effect.column)} IS NULL",
            effect.span,
            file.revision,
        )
