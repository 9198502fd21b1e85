"""DST004."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.meaning.fills import may_copy
from headway.lint.rule import UpgradeRule


class TruncateOrDeleteAll(UpgradeRule):
    """Deletes every row of a table.

    ## What
    TRUNCATE, or DELETE without WHERE, on a table that was not created in the same change. In ``downgrade()`` a warning, on
    a table that ``upgrade()`` has not made and that is not dropped afterwards.

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

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        yield from super().check_file(file, facts)
        made = {one.table for one in file.upgrade_effects if isinstance(one, fx.CreatesTable)}
        dropped = {one.table: one.order for one in file.downgrade_effects if isinstance(one, fx.DropsTable)}
        for effect in file.downgrade_effects:
            if not isinstance(effect, fx.ChangesData) or not _deletes_all(effect) or effect.table in made:
                continue
            if dropped.get(effect.table, -1) < effect.order:
                yield replace(self._said("downgrade() deletes", effect, file), severity=Severity.WARNING)

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        assert isinstance(effect, fx.ChangesData)
        if _deletes_all(effect) and not facts.is_new_table(effect, file):
            yield self._said("deletes", effect, file, "what was not copied before" if may_copy(effect, file) else "")

    def _said(self, what: str, effect: fx.ChangesData, file: RevisionFile, lost: str = "") -> Finding:
        return self.finding(
            f"{what} every row of {fx.shown(effect.table)}{f': {lost} is lost' if lost else ', for good'}",
            f'say which rows, or that it is meant: # headway: ignore[{self.code}] reason="…"',
            effect.span,
            file.revision,
        )


def _deletes_all(effect: fx.ChangesData) -> bool:
    deletes = effect.verb == "TRUNCATE" or (effect.verb == "DELETE" and effect.filtered is False)
    return deletes and effect.limited is False
