"""HIS001."""

from __future__ import annotations

from headway.lint.facts import Facts
from headway.lint.history.released import Change, What
from headway.lint.rules.his._change import ChangeRule


class ReleasedRevisionRepointed(ChangeRule):
    """The parents of a revision that the base branch has were changed.

    ## What
    A file that the base has names another ``down_revision`` or ``depends_on`` than it does there, often to slip a new
    revision in below it.

    ## Why
    Every database that has run the released revision counts what is below it as done. A revision that is slipped in
    there is never run on any of them, and nothing says so.

    ## Bad
    ```python
    # b2 is released on a1; this branch slips c3 in between
    revision = "b2"
    down_revision = "c3"
    ```

    ## Good
    ```python
    # the new revision follows what is released
    revision = "c3"
    down_revision = "b2"
    ```

    ## When to ignore
    No database has run the revision: it reached the base branch and was never deployed.
    """

    code = "HIS001"
    name = "released-revision-repointed"
    what = What.REPOINTED

    def said(self, change: Change, facts: Facts) -> tuple[str, str]:
        return (
            f"{change.revision} is on {facts.base_name} and was re-pointed, from {change.detail}: databases that have run it never run "
            "what comes before it now",
            "restore its parents, and let the new revision follow the released head: headway rebase",
        )
