"""REV001."""

from __future__ import annotations

from collections.abc import Iterator

from headway.lint.facts import Facts
from headway.lint.finding import Finding
from headway.lint.rule import Rule
from headway.lint.rules.rev._place import header_span, with_parent

_SHOWN = 5
"""Other heads that one finding names."""


class MultipleHeads(Rule):
    """The history has more heads than the policy expects.

    ## What
    Several revisions have no successor: two branches each added a migration to the same parent.

    ## Why
    ``upgrade head`` refuses to choose and the deploy stops. Each of the two pull requests was green by itself.

    ## Bad
    ```python
    # versions/a1_customers.py
    revision = "a1"
    down_revision = None
    # versions/b2_orders.py
    revision = "b2"
    down_revision = "a1"
    # versions/c3_reviews.py, from another pull request
    revision = "c3"
    down_revision = "a1"
    ```

    ## Good
    Re-point the revision that no database has yet; only when both are released, join them with
    ``headway merge heads``.
    ```python
    # versions/a1_customers.py
    revision = "a1"
    down_revision = None
    # versions/b2_orders.py
    revision = "b2"
    down_revision = "a1"
    # versions/c3_reviews.py
    revision = "c3"
    down_revision = "b2"
    ```

    ## When to ignore
    Several heads are meant: set ``expected_heads`` in ``.headway.yml`` to their number or their branch labels.
    """

    code = "REV001"
    name = "multiple-heads"

    def check(self, facts: Facts) -> Iterator[Finding]:
        graph = facts.graph
        # A file whose parent nobody knows may follow any of them; REV006 tells of it.
        if any("down_revision" in revision.unknown for revision in graph.ids.values()):
            return
        expected = facts.expected_heads
        if isinstance(expected, int):
            if len(graph.heads) > expected:
                wanted = f"{expected} {'is' if expected == 1 else 'are'} expected"
                yield from self._crowded(facts, graph.heads, f"{len(graph.heads)} heads where {wanted}")
            return
        for label in expected:
            heads = tuple(head for head in graph.heads if label in graph.labels_of(head))
            if len(heads) > 1:
                yield from self._crowded(facts, heads, f"{len(heads)} heads on branch '{label}' where 1 is expected")

    def _crowded(self, facts: Facts, heads: tuple[str, ...], said: str) -> Iterator[Finding]:
        """The finding at each of too many heads that could be changed."""
        released = [head for head in heads if head not in facts.new]
        movable = [head for head in heads if head in facts.new]
        # With nothing released each head may move; the finding stands at every file that could be changed.
        for head in movable or heads:
            others = [other for other in heads[: _SHOWN + 1] if other != head][:_SHOWN]  # there may be thousands
            more = f" and {len(heads) - 1 - len(others)} more" if len(heads) - 1 > len(others) else ""
            onto = (released or others)[0]
            can_move = head in facts.new or not facts.new
            # Where several may move, each must not follow the other.
            one_moves = len(movable) <= 1
            move = f"set its down_revision to '{onto}'" if one_moves else "let one follow the other: headway rebase"
            help_ = (
                f"if it is not released yet, {move}; else join them: headway merge heads"
                if can_move
                else "both are released: join them with 'headway merge heads'"
            )
            yield self.finding(
                f"{said}: {head} stands beside {', '.join(others)}{more}, so 'upgrade head' refuses to run",
                help_,
                header_span(facts, head, "down_revision"),
                head,
                with_parent(facts, head, onto) if can_move and _may_follow(facts, head, heads, released) else None,
            )


def _may_follow(facts: Facts, head: str, heads: tuple[str, ...], released: list[str]) -> bool:
    """Whether ``head`` is the only one that must move, and moves alone: it stands on what is released."""
    parents = facts.graph.ids[head].down_revisions
    return len(heads) == 2 and len(released) == 1 and not any(parent in facts.new for parent in parents)
