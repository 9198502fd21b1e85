"""REV018."""

from __future__ import annotations

from collections.abc import Iterator

from headway.lint.facts import Facts
from headway.lint.finding import Finding, Severity
from headway.lint.rule import Rule
from headway.lint.rules.rev._place import header_span


class SeveralBases(Rule):
    """A second history begins beside the first, and nothing says that it should.

    ## What
    More than one revision without a parent, of which one that is judged has no branch label of its own. Revisions that
    name what they depend on are left alone.

    ## Why
    A file that lost its ``down_revision`` runs first on a new database and last on an old one. Later the two lines meet
    only by a merge that nobody expected.

    ## Bad
    ```python
    # versions/a1_customers.py
    revision = "a1"
    down_revision = None
    # versions/b2_orders.py
    revision = "b2"
    down_revision = None
    ```

    ## Good
    ```python
    # versions/a1_customers.py
    revision = "a1"
    down_revision = None
    # versions/b2_orders.py
    revision = "b2"
    down_revision = None
    branch_labels = ("orders",)
    ```

    ## When to ignore
    Two histories are meant, and are released without labels.
    """

    code = "REV018"
    name = "several-bases"
    severity = Severity.ERROR

    def check(self, facts: Facts) -> Iterator[Finding]:
        graph = facts.graph
        if any("down_revision" in revision.unknown for revision in graph.ids.values()):
            return
        examined = {file.revision for file in facts.examined}
        unlabelled = [base for base in graph.bases if not self._says_so(facts, base)]
        if len(graph.bases) < 2:
            return
        # Of several that nobody names, the one with the longest line above it is the history.
        first = max(graph.bases, key=lambda base: len(graph.descendants([base])))
        for base in unlabelled:
            if base != first and base in examined:
                yield self.finding(
                    f"{base} has no parent and begins a second history beside {first}: new databases run the two in "
                    "another order than old ones",
                    "set its down_revision, or give the line a name: branch_labels = ('…',)",
                    header_span(facts, base, "down_revision"),
                    base,
                )

    def _says_so(self, facts: Facts, base: str) -> bool:
        revision = facts.graph.ids[base]
        return bool(
            revision.branch_labels or revision.depends_on or {"branch_labels", "depends_on"} & {*revision.unknown}
        )
