"""SEC004."""

from __future__ import annotations

import re
from collections.abc import Iterator

from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import FileRule
from headway.pattern import pattern

_HINT = pattern(r"PRIVATE KEY-----|AKIA|gh[pousr]_|xox[abp]-|sk_live_|AIza|glpat-|://[^\s/]*@|(?i:password|identified)")
"""Every file with a secret has one of these; the others are not looked at."""
_SECRETS = {
    "a private key": pattern(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    "an access key of a service": pattern(
        r"\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|xox[abp]-[\w-]{20,}|sk_live_\w{16,}|AIza[\w-]{35}|glpat-[\w-]{20})"
    ),
    "a URL with a password": pattern(r"\b[a-z][a-z0-9+.]{2,20}://[^\s:/@]*:(?P<secret>[^\s:/@]+)@[\w.{\[]"),
    "the password of a role": pattern(
        r"(?is)\b(?:CREATE|ALTER)\s+(?:ROLE|USER)\b.{0,200}?\b(?:PASSWORD|IDENTIFIED\s+BY)\s+'(?P<secret>[^']*)'"
    ),
}


class SecretInMigration(FileRule):
    """A text in the migration looks like a secret.

    ## What
    A private key, an access key of a well-known service, a URL with a password, or ``PASSWORD '…'`` of a role. The secret
    itself is never shown.

    ## Why
    Revision files are kept for ever, in the repository, in images and in backups: who reads them has the secret.

    ## Bad
    ```python
    op.execute("CREATE ROLE reports LOGIN PASSWORD 'kT7-plum-33'")
    ```

    ## Good
    Whoever runs the database sets the password.
    ```python
    op.execute("CREATE ROLE reports NOLOGIN")
    ```

    ## When to ignore
    It is the example of a manual, and opens nothing.
    """

    code = "SEC004"
    name = "secret-in-migration"
    severity = Severity.ERROR

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        if not _HINT.search(file.migration.source):
            return
        for literal in file.written.literals:
            for what, shape in _SECRETS.items():
                match = shape.search(literal.text)
                if match is not None and not _is_placeholder(match.groupdict().get("secret")):
                    yield self.finding(
                        f"this text looks like {what}: whoever has the repository, an image or a backup has it",
                        "take it out, change it where it is valid, and read it from the environment of whoever needs it",
                        literal.span,
                        file.revision,
                    )
                    break


def _is_placeholder(secret: str | None) -> bool:
    """Whether it stands for one that comes at run time."""
    return secret is not None and bool(
        re.fullmatch(r"(?i)\W*|.*[{}<>$].*|%.*|:\w+|\*+|x+|null|password|passwd|pass|secret|changeme", secret)
    )
