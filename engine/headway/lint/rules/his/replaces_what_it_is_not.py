"""HIS007."""

from __future__ import annotations

from collections.abc import Iterator

from headway.lint.facts import Facts
from headway.lint.finding import Finding
from headway.lint.rule import Rule
from headway.lint.rules.his.squash_not_proved import place


class ReplacesWhatItIsNot(Rule):
    """A squash does not stand where the revisions stood that it claims to replace.

    ## What
    A new revision names others in ``replaces`` that the base does not have, or that do not form one line with one way in
    and one way out, or it follows, needs or is labelled otherwise than they.

    ## Why
    A database at the last of them is moved to the squash without running anything. That is right only where the squash
    takes exactly their place in the history.

    ## Bad
    ```python
    # b2 follows a1, and this follows nothing
    revision = "s4"
    down_revision = None
    replaces = ("b2", "c3")
    ```

    ## Good
    ```python
    revision = "s4"
    down_revision = "a1"
    replaces = ("b2", "c3")
    ```

    ## When to ignore
    Never: write it with ``headway squash``.
    """

    code = "HIS007"
    name = "replaces-what-it-is-not"

    def check(self, facts: Facts) -> Iterator[Finding]:
        for squash in facts.squashes:
            if squash.fault is not None:
                yield self.finding(
                    f"{squash.revision} cannot replace {squash.replaces[0]} to {squash.end}: {squash.fault}",
                    "restore the deleted files, and write it with headway squash",
                    place(facts, squash.revision),
                    squash.revision,
                )
