"""MOD012."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from headway.effects.model import Span
from headway.lint.facts import RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import CommentRule, Heard
from headway.lint.suppress import Suppression, is_current


class SuppressWithoutReason(CommentRule):
    """A comment that accepts a finding has no reason, or is past its date.

    ## What
    ``# headway: ignore[…]`` without ``reason="…"``, or with an ``until=`` that has passed or is no day.

    ## Why
    Such a comment accepts nothing, and who wrote it believes that it does. The reason is what the next reader needs.

    ## Bad
    ```python
    op.drop_table("coupons")  # headway: ignore[DST001]
    ```

    ## Good
    ```python
    op.drop_table("coupons")  # headway: ignore[DST001] reason="unused since release 41"
    ```

    ## When to ignore
    Never: write the reason.
    """

    code = "MOD012"
    name = "suppress-without-reason"
    severity = Severity.WARNING

    def check_comments(self, file: RevisionFile, comments: Sequence[Suppression], heard: Heard) -> Iterator[Finding]:
        for comment in comments:
            codes = ", ".join(sorted(comment.codes))
            if not comment.reason:
                what, todo = "gives no reason", 'add reason="…"'
            elif not is_current(comment.until, heard.today):
                what, todo = "is past its date", "mend what it accepts, or set another until="
            else:
                continue
            yield self.finding(
                f"this comment {what}, so that it accepts nothing: ignore[{codes}]",
                todo,
                Span(file.path, comment.line),
                file.revision,
            )
