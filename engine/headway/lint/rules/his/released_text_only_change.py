"""HIS005."""

from __future__ import annotations

from headway.lint.facts import Facts
from headway.lint.finding import Severity
from headway.lint.history.released import Change, What
from headway.lint.rules.his._change import ChangeRule


class ReleasedTextOnlyChange(ChangeRule):
    """The text of a released revision was changed, and not what it does.

    ## What
    A file that the base has differs in comments, docstrings or layout, or writes the same effects in other words.

    ## Why
    No database notices. It is said, so that a reviewer knows that nobody overlooked the change.

    ## Bad
    ```python
    # released without this comment
    revision = "b2"
    ```

    ## Good
    ```python
    revision = "b2"
    ```

    ## When to ignore
    Always, where it is in the way: ``rules: {HIS005: off}``.
    """

    code = "HIS005"
    name = "released-text-only-change"
    severity = Severity.INFO
    what = What.TEXT

    def said(self, change: Change, facts: Facts) -> tuple[str, str]:
        return (
            f"{change.revision} is on {facts.base_name} and was changed in its text alone: it does what it did",
            "nothing to do",
        )
