"""REV020."""

from __future__ import annotations

from headway.lint.rules.rev._problem import ProblemRule
from headway.revision.problems import Kind


class WrongReplaces(ProblemRule):
    """A squash names revisions that it cannot stand for.

    ## What
    ``replaces`` names a revision whose file is still there, or that another squash replaces as well, or the same one
    twice, or is no literal.

    ## Why
    A database that stands at the last of the replaced revisions counts as having run the squash. Where two files claim
    the same revision, or nobody can read which ones are meant, that would be a guess.

    ## Bad
    ```python
    # versions/a1_customers.py
    revision = "a1"
    down_revision = None
    # versions/s2_customers.py
    revision = "s2"
    down_revision = None
    replaces = ("a1",)
    ```

    ## Good
    ```python
    # versions/s2_customers.py
    revision = "s2"
    down_revision = None
    replaces = ("a1", "b2")
    ```

    ## When to ignore
    Never: no command can run the history as it is.
    """

    code = "REV020"
    name = "wrong-replaces"
    kind = Kind.REPLACES
