"""REV006."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects.model import Span
from headway.lint.facts import Facts
from headway.lint.finding import Finding
from headway.lint.rule import Rule


class UnreadableFile(Rule):
    """A revision file cannot be read, so that nobody can tell what it does.

    ## What
    A file in a version folder is not Python, is not in the encoding that it declares, is a pipe or a device, may not be
    opened, or is nested too deeply for Python's own parser; or its ``revision`` or ``down_revision`` is computed, so that
    only running it would tell them. The other files are judged all the same; the graph is drawn
    without what could not be read, and stages that run migrations wait until it can be.

    ## Why
    ``upgrade`` stops at the same file. Until then nothing is known about it, and what is not known does not pass.

    ## Bad
    ```python
    # versions/a1_customers.py
    revision = "a1"
    down_revision = None
    # versions/b2_orders.py
    revision = "b2
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
    Never: move a file that is no revision out of the folder.
    """

    code = "REV006"
    name = "unreadable-file"

    def check(self, facts: Facts) -> Iterator[Finding]:
        for file in facts.unreadable:
            yield self.finding(
                file.why, "mend this file, or move it out of the version folder", Span(file.path, file.line or 1)
            )
