"""Takes passwords out of text before anybody reads it; whoever prints or raises calls it.

Passwords are found by their place in a URL, and by themselves once somebody has remembered them here: a driver may
quote one in a form that no pattern foresees.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

MASK = "***"

_known: set[str] = set()

# scheme://user:password@host - the password may hold anything but white space, quotes and the last @
_URL_PASSWORD = r"(\b[A-Za-z][A-Za-z0-9+.\-]*://[^:/@\s'\"]*:)([^\s'\"]+)(@)"
_KEYWORD_PASSWORD = r"(?i)(\b(?:password|passwd|pwd)\s*[=:]\s*)('[^']*'|\"[^\"]*\"|[^\s;,&)]+)"


def remember(secret: str | None) -> None:
    """Takes ``secret`` out of every text from now on, in this process."""
    if secret:
        _known.add(secret)


def remember_password(url: str) -> None:
    """Remembers the password inside a database URL, if there is one."""
    remember(password_of(url))


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """``text`` without URL passwords, ``password=…`` pairs and every spelling of the given ``secrets``."""
    text = re.sub(_URL_PASSWORD, rf"\1{MASK}\3", text)
    text = re.sub(_KEYWORD_PASSWORD, rf"\1{MASK}", text)
    for secret in sorted(spellings({*secrets, *_known}), key=len, reverse=True):
        # Whole words only: where the password is "postgres", "postgresql" is still a word that people must read.
        text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", MASK, text)
    return text


def password_of(url: str) -> str | None:
    """The password inside a database URL, decoded, or None."""
    match = re.match(r"[\w+.\-]+://[^:/@]*:(.*)@", url, re.S)
    if match is None:
        return None
    from urllib.parse import unquote

    return unquote(match[1])


def spellings(secrets: Iterable[str]) -> set[str]:
    """Each secret as written, percent-encoded both ways, and as Python prints it; very short ones are left out."""
    from urllib.parse import quote, quote_plus, unquote  # errors are rare, and listings start quicker without

    result: set[str] = set()
    for secret in secrets:
        if len(secret) < 3:  # would blank out half of any sentence
            continue
        result |= {secret, quote(secret, safe=""), quote_plus(secret), unquote(secret), repr(secret)[1:-1]}
        result.add(quote(secret, safe=" +"))  # as SQLAlchemy prints it
    return result
