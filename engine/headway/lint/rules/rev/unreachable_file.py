"""REV011."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects.model import Span
from headway.lint.facts import Facts
from headway.lint.finding import Finding, Severity
from headway.lint.rule import Rule


class UnreachableFile(Rule):
    """A revision file lies where nobody looks for it.

    ## What
    A file with ``revision`` and ``down_revision`` in a folder below a version location, and
    ``recursive_version_locations`` is off.

    ## Why
    It is in the repository, it was reviewed, and no database will ever get it: neither ``upgrade`` nor ``history`` knows it.
    See https://alembic.sqlalchemy.org/en/latest/tutorial.html#editing-the-ini-file

    ## Bad
    ```ini
    # versions/2026/b2_orders.py is there
    version_locations = %(here)s/versions
    ```

    ## Good
    ```ini
    version_locations = %(here)s/versions
    recursive_version_locations = true
    ```

    ## When to ignore
    The folder is an archive of revisions that a squash has replaced.
    """

    code = "REV011"
    name = "unreachable-file"
    severity = Severity.WARNING

    def check(self, facts: Facts) -> Iterator[Finding]:
        for path, line in facts.unreached:
            yield self.finding(
                "this revision is never run: its folder is no version location, and subfolders are not looked into",
                "move it, name its folder in version_locations, or set recursive_version_locations = true",
                Span(path, line),
            )
