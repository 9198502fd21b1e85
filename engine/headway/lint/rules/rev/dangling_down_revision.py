"""REV004."""

from __future__ import annotations

from headway.lint.rules.rev._problem import ProblemRule
from headway.revision.problems import Kind


class DanglingDownRevision(ProblemRule):
    """A revision follows one that does not exist.

    ## What
    ``down_revision`` or ``depends_on`` names a revision that no file has.

    ## Why
    Every Alembic command ends with a KeyError, on every machine, until the file is mended.

    ## Bad
    ```python
    # versions/a1_customers.py
    revision = "a1"
    down_revision = None
    # versions/b2_orders.py
    revision = "b2"
    down_revision = "a9"
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

    code = "REV004"
    name = "dangling-down-revision"
    kind = Kind.DANGLING
