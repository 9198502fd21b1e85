"""REV015."""

from __future__ import annotations

from collections.abc import Iterator

from headway.lint.facts import Facts
from headway.lint.finding import Finding
from headway.lint.rule import Rule


class NothingExamined(Rule):
    """There is no revision file at all.

    ## What
    The version locations hold no revision.

    ## Why
    A gate that looks at nothing is green for ever. Nearly always the path is wrong or the files were not checked out.

    ## Bad
    ```python
    # versions/ holds nothing but this README
    ```

    ## Good
    ```python
    # versions/a1_customers.py
    revision = "a1"
    down_revision = None
    ```

    ## When to ignore
    The project has no migration yet: set ``rules: {REV015: off}`` until it has.
    """

    code = "REV015"
    name = "nothing-examined"

    def check(self, facts: Facts) -> Iterator[Finding]:
        if not facts.graph.ids:
            yield self.finding(
                "no revision file was found, so that nothing was examined",
                "check script_location and version_locations, and that the files are checked out",
            )
