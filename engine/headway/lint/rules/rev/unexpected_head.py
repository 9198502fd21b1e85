"""REV002."""

from __future__ import annotations

from collections.abc import Iterator

from headway.lint.facts import Facts
from headway.lint.finding import Finding
from headway.lint.rule import Rule
from headway.lint.rules.rev._place import header_span


class UnexpectedHead(Rule):
    """A head stands on none of the branches that may have one.

    ## What
    ``expected_heads`` of the policy lists branch labels, and a head carries none of them.

    ## Why
    Whoever deploys upgrades the branches by their names: this revision is on none of them and never runs.

    ## Bad
    A second head, where the policy says ``expected_heads: [main]``.
    ```yaml
    # c3, upon b2, without a label
    expected_heads: [main]
    ```

    ## Good
    ```yaml
    expected_heads: [main, reports]
    ```

    ## When to ignore
    Never: name the branch in ``expected_heads``.
    """

    code = "REV002"
    name = "unexpected-head"

    def check(self, facts: Facts) -> Iterator[Finding]:
        graph, expected = facts.graph, facts.expected_heads
        hidden = any({"down_revision", "branch_labels"}.intersection(one.unknown) for one in graph.ids.values())
        if isinstance(expected, int) or hidden:
            return
        for head in graph.heads:
            if graph.labels_of(head).isdisjoint(expected):
                yield self.finding(
                    f"{head} is a head on none of the branches that may have one: {', '.join(expected)}",
                    "set its down_revision to the head of one of them, or name its own branch label in expected_heads",
                    header_span(facts, head, "down_revision"),
                    head,
                )
