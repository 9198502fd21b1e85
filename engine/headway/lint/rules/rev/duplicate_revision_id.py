"""REV003."""

from __future__ import annotations

from headway.lint.rules.rev._problem import ProblemRule
from headway.revision.problems import Kind


class DuplicateRevisionId(ProblemRule):
    """Two files claim one revision id.

    ## What
    Two revision files have the same ``revision``, mostly because one was copied from the other.

    ## Why
    Alembic loads one of them and forgets the other with a warning: that migration never runs anywhere.

    ## Bad
    ```python
    # versions/a1_customers.py
    revision = "a1"
    down_revision = None
    # versions/a1_copy.py
    revision = "a1"
    down_revision = None
    ```

    ## Good
    ```python
    # versions/a1_customers.py
    revision = "a1"
    down_revision = None
    # versions/b2_orders.py
    revision = "b2"
    down_revision = "a1"
    ```

    ## When to ignore
    Never: no command can run the history as it is.
    """

    code = "REV003"
    name = "duplicate-revision-id"
    kind = Kind.DUPLICATE
