"""HIS003."""

from __future__ import annotations

from headway.lint.facts import Facts
from headway.lint.history.released import Change, What
from headway.lint.rules.his._change import ChangeRule


class ReleasedRevisionIdChanged(ChangeRule):
    """The id of a revision that the base branch has was changed.

    ## What
    A file does what a released revision did, and declares another id.

    ## Why
    Databases that have run it know the old id: an upgrade of them ends with "Can't locate revision", and one that is
    stamped by hand may run the same changes again.

    ## Bad
    ```python
    # released as b2
    revision = "b2_orders"
    ```

    ## Good
    ```python
    # the name of the file may change, the id may not
    revision = "b2"
    ```

    ## When to ignore
    No database has run the revision.
    """

    code = "HIS003"
    name = "released-revision-id-changed"
    what = What.RENAMED

    def said(self, change: Change, facts: Facts) -> tuple[str, str]:
        return (
            f"{change.revision} is on {facts.base_name} and is called {change.detail} now: databases know it by its old id",
            f"call it {change.revision} again; the name of the file is free",
        )
