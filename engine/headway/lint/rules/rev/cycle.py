"""REV005."""

from __future__ import annotations

from headway.lint.rules.rev._problem import ProblemRule
from headway.revision.problems import Kind


class Cycle(ProblemRule):
    """Revisions follow each other in a circle.

    ## What
    A revision is its own ancestor, through ``down_revision`` or ``depends_on``.

    ## Why
    There is no order in which the circle could run.

    ## Bad
    ```python
    # versions/a1_customers.py
    revision = "a1"
    down_revision = "b2"
    # versions/b2_orders.py
    revision = "b2"
    down_revision = "a1"
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

    code = "REV005"
    name = "cycle"
    kind = Kind.CYCLE
