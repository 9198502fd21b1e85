"""DST005."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.rule import UpgradeRule


class Cascade(UpgradeRule):
    """Takes along, by CASCADE, what nobody has named.

    ## What
    CASCADE on a DROP or TRUNCATE.

    ## Why
    Whatever depends on it goes too: views, foreign keys, with TRUNCATE the rows of other tables. What that is, is for the
    production database to know; CI's may have none of it.
    See https://www.postgresql.org/docs/current/ddl-depend.html

    ## Bad
    ```python
    op.execute("DROP VIEW totals CASCADE")
    ```

    ## Good
    ```python
    op.execute("DROP VIEW totals_by_day")
    ```

    ## When to ignore
    Everything that depends on it is known, and meant to go.
    """

    code = "DST005"
    name = "cascade"
    handles = (
        fx.DropsTable,
        fx.DropsColumn,
        fx.DropsConstraint,
        fx.DropsIndex,
        fx.DropsEnum,
        fx.DropsObject,
        fx.ChangesData,
    )

    def check_effect(self, effect: fx.Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        if getattr(effect, "cascade", False) is not True or facts.is_new_table(effect, file):
            return
        name = getattr(effect, "table", None) or getattr(effect, "name", None)
        yield self.finding(
            f"CASCADE takes along whatever depends on {fx.shown(name)}, and nothing here says what that is",
            "name the objects, and drop them one by one before it",
            effect.span,
            file.revision,
        )
