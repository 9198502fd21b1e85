"""CFG007."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects.model import Span
from headway.lint.facts import Facts
from headway.lint.finding import Finding, Severity
from headway.lint.rule import Rule


class DatabaseUnknown(Rule):
    """Nothing tells which database the history runs on.

    ## What
    Neither the policy (``dialects``, ``scratch``) nor a literal ``sqlalchemy.url`` names a database, and no image in a
    workflow or compose file and no driver among the requirements tells of one.

    ## Why
    What locks a table or is refused differs from database to database. A rule that guesses is wrong half of the time, and
    one that stays silent must say so.

    ## Bad
    ```yaml
    # .headway.yml
    expected_heads: 1
    ```

    ## Good
    ```yaml
    # .headway.yml
    expected_heads: 1
    dialects: [postgresql 16]
    ```

    ## When to ignore
    The history is meant for every database that there is.
    """

    code = "CFG007"
    name = "database-unknown"
    severity = Severity.WARNING

    def check(self, facts: Facts) -> Iterator[Finding]:
        if facts.dialects or not any(file.upgrade_effects for file in facts.examined):
            return
        yield self.finding(
            "nothing tells which database this history runs on: the rules of PostgreSQL, MySQL, MariaDB, SQLite, SQL Server "
            "and Oracle did not judge it",
            "write 'dialects: [postgresql 16]', or whatever it is, into .headway.yml; for once, --dialect postgresql",
            Span(facts.settings, 1),
        )
