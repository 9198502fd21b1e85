"""DST004."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.rule import UpgradeRule


class TruncateOrDeleteAll(UpgradeRule):
    """Deletes every row of a table.

    ## What
    TRUNCATE, or DELETE without WHERE, on a table that was not created in the same change.

    ## Why
    Every row is lost the moment it runs. No downgrade brings them back.

    ## Bad
    ```python
    op.execute("DELETE FROM sessions")
    ```

    ## Good
    ```python
    op.execute("DELETE FROM sessions WHERE expires < '2020-01-01'")
    ```

    ## When to ignore
    The rows are known to be worthless: a cache, a queue that is empty.
    """

    code = "DST004"
    name = "truncate-or-delete-all"
    handles = (fx.ChangesData,)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.ChangesData)
        deletes = effect.verb == "TRUNCATE" or (effect.verb == "DELETE" and effect.filtered is False)
        if not deletes or facts.is_new_table(effect, file):
            return
        yield self.finding(
            f"deletes every row of {fx.shown(effect.table)}, for good",
            f'say which rows, or that it is meant: # headway: ignore[{self.code}] reason="…"',
            effect.span,
            file.revision,
        )
