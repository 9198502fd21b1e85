"""HIS002."""

from __future__ import annotations

from headway.lint.facts import Facts
from headway.lint.history.released import Change, What
from headway.lint.rules.his._change import ChangeRule


class ReleasedRevisionDeleted(ChangeRule):
    """A revision that the base branch has was deleted.

    ## What
    A revision file of the base is not there any more, and no other file declares its id.

    ## Why
    Databases that stand at it know an id that no file has: every upgrade of them ends with "Can't locate revision". A
    database that is made anew gets another schema than those that have run it.

    ## Bad
    ```python
    # git rm versions/b2_orders.py, which is released
    ```

    ## Good
    ```python
    # a new revision undoes what b2 did
    revision = "c3"
    down_revision = "b2"
    ```

    ## When to ignore
    No database has run the revision. What ``headway squash`` replaces needs no ignoring: it is accepted when the squash
    takes its place in the history, and ``ci`` proves that it does the same.
    """

    code = "HIS002"
    name = "released-revision-deleted"
    what = What.DELETED

    def said(self, change: Change, facts: Facts) -> tuple[str, str]:
        return (
            f"{change.revision} is on {facts.base_name} and was deleted: databases that stand at it cannot be upgraded any more",
            f"restore {change.was.path}, and undo what it does in a new revision",
        )
