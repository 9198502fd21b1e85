"""MOD013."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from headway.effects.model import Span
from headway.lint.facts import RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import CommentRule, Heard
from headway.lint.suppress import Suppression, is_current, is_unused


class UnusedSuppress(CommentRule):
    """A comment accepts a finding that is not there.

    ## What
    ``# headway: ignore[…]`` names a rule that there is none of, or that finds nothing on its lines. Codes of rules that
    were not asked in this run, or that a rehearsal answers, are left alone, and so are comments of which MOD012 speaks.

    ## Why
    It stands on the wrong line or has a typing error, and what it was to accept is not accepted; or the code below it
    changed, and it will hide the next finding that nobody has looked at.

    ## Bad
    ```python
    op.add_column("orders", sa.Column("note", sa.Text()))  # headway: ignore[DST001] reason="unused since 41"
    ```

    ## Good
    ```python
    op.add_column("orders", sa.Column("note", sa.Text()))
    ```

    ## When to ignore
    Never: remove the comment.
    """

    code = "MOD013"
    name = "unused-suppress"
    severity = Severity.WARNING

    def check_comments(self, file: RevisionFile, comments: Sequence[Suppression], heard: Heard) -> Iterator[Finding]:
        for comment in comments:
            if not comment.reason or not is_current(comment.until, heard.today):
                continue
            for code in sorted(comment.codes):
                if code not in heard.codes:
                    what, todo = f"names '{code}', and there is no such rule", "'headway rules' lists them"
                elif code in heard.asked and is_unused(comment, code, file.path, heard.findings):
                    what = f"accepts {code}, which finds nothing here"
                    todo = "remove it, or put it on the line of the finding"
                else:
                    continue
                yield self.finding(f"this comment {what}", todo, Span(file.path, comment.line), file.revision)
