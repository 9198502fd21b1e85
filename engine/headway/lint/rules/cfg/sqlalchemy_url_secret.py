"""CFG003."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects.model import Span
from headway.lint.facts import Facts
from headway.lint.finding import Finding
from headway.lint.rule import Rule


class SqlalchemyUrlSecret(Rule):
    """The settings hold the password of a database.

    ## What
    ``sqlalchemy.url`` of the ini file has a password and names a server by its domain or address. The password is never
    shown. A database of the machine itself, or of a container beside it (``db``), is taken to be one to play with.

    ## Why
    The file is in the repository, in images and in backups: who reads it has the database.

    ## Bad
    ```ini
    sqlalchemy.url = postgresql://shop:kT7-plum-33@db.example.com/shop
    ```

    ## Good
    ```ini
    sqlalchemy.url = postgresql://shop:%(DB_PASSWORD)s@db.example.com/shop
    ```

    ## When to ignore
    The file is made at deployment and never kept.
    """

    code = "CFG003"
    name = "sqlalchemy-url-secret"

    def check(self, facts: Facts) -> Iterator[Finding]:
        for url in facts.ini_urls:
            if url.has_password and not url.is_here:
                yield self.finding(
                    "sqlalchemy.url holds a password, so that whoever has the repository, an image or a backup has the database",
                    "take it out and change it on the server; env.py can read the address from the environment",
                    Span(url.path, url.line),
                )
