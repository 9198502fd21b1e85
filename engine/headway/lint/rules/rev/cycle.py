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
    ```text
    a1 <- b2 <- a1
    ```

    ## Good
    ```text
    a1 <- b2
    ```

    ## When to ignore
    Never: no command can run the history as it is.
    """

    code = "REV005"
    name = "cycle"
    kind = Kind.CYCLE
