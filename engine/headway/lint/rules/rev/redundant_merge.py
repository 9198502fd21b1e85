"""REV010."""

from __future__ import annotations

from collections.abc import Iterator

from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import FileRule
from headway.lint.rules.rev._place import header_span


class RedundantMerge(FileRule):
    """A merge joins a revision with its own descendant.

    ## What
    One of several parents is an ancestor of another of them.

    ## Why
    There was nothing to join: the graph shows a branch that never was, and a downgrade stops at it all the same.

    ## Bad
    ```python
    # versions/a1_customers.py
    revision = "a1"
    down_revision = None
    # versions/c2_orders.py
    revision = "c2"
    down_revision = "a1"
    # versions/b2_merge.py
    revision = "b2"
    down_revision = ("a1", "c2")
    ```

    ## Good
    ```python
    # versions/a1_customers.py
    revision = "a1"
    down_revision = None
    # versions/c2_orders.py
    revision = "c2"
    down_revision = "a1"
    # versions/b2_reviews.py
    revision = "b2"
    down_revision = "c2"
    ```

    ## When to ignore
    It is released.
    """

    code = "REV010"
    name = "redundant-merge"
    severity = Severity.INFO

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        revision = facts.declared_by(file)
        if revision is None or not revision.is_merge_point:
            return
        parents = revision.down_revisions
        for parent in parents:
            above = [other for other in parents if other != parent and parent in facts.graph.ancestors([other])]
            if above:
                yield self.finding(
                    f"{file.revision} joins {parent} with {above[0]}, which follows it already",
                    f"if it is not released, name {above[0]} alone as its down_revision",
                    header_span(facts, file.revision, "down_revision"),
                    file.revision,
                )
