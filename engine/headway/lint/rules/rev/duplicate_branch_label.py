"""REV019."""

from __future__ import annotations

from headway.lint.rules.rev._problem import ProblemRule
from headway.revision.problems import Kind


class DuplicateBranchLabel(ProblemRule):
    """Two revisions give the same name to a branch.

    ## What
    A branch label that another revision has as well, or that is the id of one.

    ## Why
    ``upgrade reports@head`` would mean two branches: every command refuses the history.

    ## Bad
    ```python
    # versions/a1_customers.py
    revision = "a1"
    down_revision = None
    branch_labels = ("shop",)
    # versions/b2_orders.py
    revision = "b2"
    down_revision = "a1"
    branch_labels = ("shop",)
    ```

    ## Good
    ```python
    # versions/a1_customers.py
    revision = "a1"
    down_revision = None
    branch_labels = ("shop",)
    # versions/b2_orders.py
    revision = "b2"
    down_revision = "a1"
    ```

    ## When to ignore
    Never: no command can run the history as it is.
    """

    code = "REV019"
    name = "duplicate-branch-label"
    kind = Kind.DUPLICATE_LABEL
