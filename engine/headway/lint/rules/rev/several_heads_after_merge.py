"""REV012."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects.model import Span
from headway.lint.facts import Facts
from headway.lint.finding import Finding
from headway.lint.rule import Rule


class SeveralHeadsAfterMerge(Rule):
    """The base branch has moved on, and the merge with it has too many heads.

    ## What
    Since this branch left its base, the base has got revisions of its own on the same parent, or one with the same id.

    ## Why
    This branch is green, and so was the other one. After the merge ``upgrade head`` refuses to choose, and the deploy
    stops.

    ## Bad
    ```python
    # main has got b2 on a1 meanwhile
    revision = "c3"
    down_revision = "a1"
    ```

    ## Good
    ```python
    # merge main, then: headway rebase
    revision = "c3"
    down_revision = "b2"
    ```

    ## When to ignore
    Several heads are meant: set ``expected_heads`` in ``.headway.yml``.
    """

    code = "REV012"
    name = "several-heads-after-merge"

    def check(self, facts: Facts) -> Iterator[Finding]:
        base = facts.base
        if base is None or facts.merged is None:
            return
        for old in base.added:
            if old.id in facts.new:
                yield self.finding(
                    f"revision id {old.id} is taken on {base.name} by now, by {old.path}",
                    "give this revision another id",
                    _span(facts, old.id),
                    old.id,
                )
        allowed = facts.expected_heads if isinstance(facts.expected_heads, int) else len(facts.expected_heads)
        heads = facts.merged.heads
        if len(heads) <= allowed or len(heads) <= len(facts.graph.heads):
            return  # several heads by itself are REV001's
        theirs = [head for head in heads if head not in facts.graph.ids]
        for head in heads:
            if head in facts.new:
                yield self.finding(
                    f"after the merge with {base.name} there are {len(heads)} heads where {allowed} "
                    f"{'is' if allowed == 1 else 'are'} expected: {head} stands beside {', '.join(theirs)}, which is there "
                    "by now",
                    f"git merge {base.name}, then headway rebase, which lets your revisions follow {', '.join(theirs)}",
                    _span(facts, head),
                    head,
                )


def _span(facts: Facts, revision: str) -> Span | None:
    path = facts.path_of(revision)
    return None if path is None else Span(path, facts.graph.ids[revision].line_of("down_revision") or 1)
