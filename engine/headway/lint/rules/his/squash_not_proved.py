"""HIS006."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from headway.effects.model import Span
from headway.lint.facts import Facts
from headway.lint.finding import Finding
from headway.lint.rule import Rule

SHOWN = 5
"""Differences that the message names; a squash of a whole history may have hundreds."""


class SquashNotProved(Rule):
    """A squash replaces released revisions, and nothing has proved it the same.

    ## What
    A new revision names released ones in ``replaces``. Either scratch databases that went both ways are not the same in
    the end, or nothing here has gone them: ``headway lint`` and an untrusted run only read.

    ## Why
    Databases at the last of the replaced revisions count as having run the squash and never will. Where it does something
    else, they differ from every new database, and nothing says so.

    ## Bad
    ```python
    # b2 and c3 are deleted; they also made the table payments
    revision = "s4"
    down_revision = "a1"
    replaces = ("b2", "c3")


    def upgrade():
        op.create_table("orders", sa.Column("id", sa.Integer(), primary_key=True))
    ```

    ## Good
    ```python
    # written by headway squash b2..c3, and proved again by headway ci
    revision = "s4"
    down_revision = "a1"
    replaces = ("b2", "c3")


    def upgrade():
        op.create_table("orders", sa.Column("id", sa.Integer(), primary_key=True))
        op.create_table("payments", sa.Column("id", sa.Integer(), primary_key=True))
    ```

    ## When to ignore
    In a run that only reads, where another one runs ``headway ci`` with its replay.
    """

    code = "HIS006"
    name = "squash-not-proved"

    def check(self, facts: Facts) -> Iterator[Finding]:
        for squash in facts.squashes:
            if squash.fault is None:
                yield self.finding(
                    f"{squash.revision} replaces {squash.replaces[0]} to {squash.end}, and nothing here has proved that it "
                    "does the same",
                    "run headway ci with its replay, trusted: it goes both ways on scratch databases",
                    place(facts, squash.revision),
                    squash.revision,
                )

    def differs(self, lines: Sequence[str], span: Span | None, revision: str, replaced: str) -> Finding:
        """The finding for a squash whose databases differ from those of the replaced revisions."""
        rest = len(lines) - SHOWN
        shown = "; ".join(lines[:SHOWN]) + (f"; and {rest} more" if rest > 0 else "")
        return self.finding(
            f"{revision} does not do what {replaced} did: {shown}",
            "write it with headway squash, or restore the replaced files",
            span,
            revision,
        )


def place(facts: Facts, revision: str) -> Span | None:
    """Where a squash says what it replaces."""
    path = facts.path_of(revision)
    return None if path is None else Span(path, facts.graph.ids[revision].line_of("replaces") or 1)
