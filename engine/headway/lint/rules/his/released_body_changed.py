"""HIS004."""

from __future__ import annotations

from headway.lint.facts import Facts
from headway.lint.history.released import Change, What
from headway.lint.rules.his._change import ChangeRule


class ReleasedBodyChanged(ChangeRule):
    """What a revision does that the base branch has was changed.

    ## What
    A released revision's code is another one, and its effects are not the same, or could not all be read.

    ## Why
    Databases that have run it do not run it again: they keep the old schema, and those that are made anew get the new
    one. The difference shows when a later revision fails on one of them.

    ## Bad
    ```python
    # released with String(40)
    def upgrade():
        op.add_column("orders", sa.Column("note", sa.String(80)))
    ```

    ## Good
    ```python
    # a new revision
    def upgrade():
        op.alter_column("orders", "note", type_=sa.String(80))
    ```

    ## When to ignore
    The change makes a new database what the old ones are already, such as a revision that failed everywhere.
    """

    code = "HIS004"
    name = "released-body-changed"
    what = What.BODY

    def said(self, change: Change, facts: Facts) -> tuple[str, str]:
        return (
            f"{change.revision} is on {facts.base_name} and does something else now: databases that have run it will differ from new ones",
            "put the change into a new revision; to restore the file: git checkout "
            + f"{facts.base_name} -- {change.was.path}",
        )
