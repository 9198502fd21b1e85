"""CFG005."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects.model import Span
from headway.lint.facts import Facts
from headway.lint.finding import Finding
from headway.lint.rule import Rule


class PercentInIniUrl(Rule):
    """The URL in the ini file has a percent sign that begins no name.

    ## What
    ``sqlalchemy.url`` has a ``%`` that is neither ``%%`` nor ``%(name)s``, such as that of an escaped character in a
    password.

    ## Why
    Values of an ini file are filled in: ``%`` begins a name. Whatever asks for the URL fails, with Alembic in the middle of
    env.py. See https://docs.python.org/3/library/configparser.html#interpolation-of-values

    ## Bad
    ```ini
    sqlalchemy.url = postgresql://shop@localhost/shop?options=-c%20lock_timeout%3D5000
    ```

    ## Good
    ```ini
    sqlalchemy.url = postgresql://shop@localhost/shop?options=-c%%20lock_timeout%%3D5000
    ```

    ## When to ignore
    Never.
    """

    code = "CFG005"
    name = "percent-in-ini-url"

    def check(self, facts: Facts) -> Iterator[Finding]:
        for url in facts.ini_urls:
            if url.has_percent:
                yield self.finding(
                    "sqlalchemy.url has a percent sign that begins no name: whatever asks for the URL fails",
                    "write %% for each percent sign",
                    Span(url.path, url.line),
                )
