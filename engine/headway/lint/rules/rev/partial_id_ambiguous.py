"""REV008."""

from __future__ import annotations

from headway.lint.rules.rev._problem import ProblemRule
from headway.revision.problems import Kind


class PartialIdAmbiguous(ProblemRule):
    """A revision id has characters that mean something else on the command line.

    ## What
    An id with ``:``, ``+``, ``-`` or ``@``.

    ## Why
    ``upgrade a-1`` is one step below ``a``, and ``a:b`` a range: the revision cannot be named, and every command
    refuses the history.

    ## Bad
    ```python
    # versions/a1_customers.py
    revision = "a-1"
    down_revision = None
    ```

    ## Good
    ```python
    # versions/a1_customers.py
    revision = "a1"
    down_revision = None
    ```

    ## When to ignore
    Never: no command can run the history as it is.
    """

    code = "REV008"
    name = "partial-id-ambiguous"
    kind = Kind.ILLEGAL_ID
