"""REV007."""

from __future__ import annotations

from collections.abc import Iterator

from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import FileRule
from headway.lint.rules.rev._place import header_span


class FilenameIdDrift(FileRule):
    """A file is named after another revision than the one in it.

    ## What
    The name of the file begins with the id of another revision of the history.

    ## Why
    People open migrations by their file names: the wrong one is read, reviewed and edited. Mostly the file was copied.

    ## Bad
    ```python
    # versions/a1_customers.py
    revision = "a1"
    down_revision = None
    # versions/a1_orders.py
    revision = "b2"
    down_revision = "a1"
    ```

    ## Good
    ```python
    # versions/a1_customers.py
    revision = "a1"
    down_revision = None
    # versions/b2_orders.py
    revision = "b2"
    down_revision = "a1"
    ```

    ## When to ignore
    The names carry numbers of their own that happen to be ids.
    """

    code = "REV007"
    name = "filename-id-drift"
    severity = Severity.WARNING

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        stem = file.path.rpartition("/")[2].rpartition(".")[0]
        named = next((part for part in (stem, stem.partition("_")[0]) if part in facts.graph.ids), file.revision)
        if named == file.revision or file.revision in stem or facts.declared_by(file) is None:
            return
        yield self.finding(
            f"the file is named after {named}, and the revision in it is {file.revision}: people will read the wrong one",
            "rename the file; never the revision, once it is released",
            header_span(facts, file.revision, "revision"),
            file.revision,
        )
