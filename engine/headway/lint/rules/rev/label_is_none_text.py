"""REV016."""

from __future__ import annotations

from collections.abc import Iterator

from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import FileRule
from headway.lint.rules.rev._place import header_span
from headway.pattern import pattern

_TEXT = pattern(r"""^(\w+\s*(?::[^=]*)?=\s*)(?:'None'|"None")(?=\s*(?:#.*)?$)""")
"""An assignment of the text alone."""


class LabelIsNoneText(FileRule):
    """A label or dependency is the text 'None'.

    ## What
    ``branch_labels`` or ``depends_on`` is ``"None"``, in quotes, as some templates write it.

    ## Why
    It names a branch "None", or a revision of that name that does not exist; the second file with it is refused.

    ## Bad
    ```python
    # versions/b2_orders.py
    revision = "b2"
    down_revision = None
    branch_labels = "None"
    ```

    ## Good
    ```python
    # versions/b2_orders.py
    revision = "b2"
    down_revision = None
    branch_labels = None
    ```

    ## When to ignore
    Never: take the quotes away.
    """

    code = "REV016"
    name = "label-is-none-text"
    severity = Severity.WARNING

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        revision = facts.declared_by(file)
        if revision is None:
            return
        for header, values in (("branch_labels", revision.branch_labels), ("depends_on", revision.depends_on)):
            if "None" in values:
                span = header_span(facts, file.revision, header)
                line = "" if span is None else file.migration.lines[span.line - 1]
                yield self.finding(
                    f"{header} is the text 'None', and not None: it names something that nobody meant",
                    f"take the quotes away in template and file: {header} = None",
                    span,
                    file.revision,
                    fixed if (fixed := _TEXT.sub(r"\1None", line)) != line else None,
                )
