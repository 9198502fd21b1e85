"""The database's address in the settings, as far as rules ask about it. Never keeps what stands in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from headway.pattern import pattern
from headway.valueclass import valueclass

_LINE = pattern(r"^\s*sqlalchemy\.url\s*[=:]\s*(?P<url>\S+)")
_PASSWORD = pattern(r"^[\w+.]+://[^/@\s]*?:(?P<password>[^/\s]*)@(?P<host>[^/:@\s]*)")
_HERE = frozenset({"", "localhost", "127.0.0.1", "[", "0.0.0.0", "host.docker.internal"})


@valueclass(frozen=True, slots=True)
class IniUrl:
    """One ``sqlalchemy.url`` that is written out."""

    path: str
    """As reports show it."""
    line: int
    has_password: bool
    """Whether there is a password in it, not a name that is filled in."""
    is_here: bool
    """Whether it is a database of the machine itself, or of a neighbour that has no domain."""
    has_percent: bool = False
    """Whether it has a percent sign that stands neither twice nor before a name in parentheses."""


def ini_urls(path: str, text: str) -> Iterator[IniUrl]:
    """The addresses in the text of an ini file."""
    for number, line in enumerate(text.splitlines(), 1):
        found = _LINE.match(line)
        if found is None:
            continue
        match = _PASSWORD.match(found["url"])
        password, host = (match["password"], match["host"]) if match else ("", "")
        written_out = bool(password) and not re.search(r"%\(|[${}<>]", password)
        percent = "%" in re.sub(r"%%|%\([^)]*\)s", "", found["url"])
        yield IniUrl(path, number, written_out, host in _HERE or "." not in host, percent)
