"""Takes passwords out of text before anybody reads it. Pure; whoever prints or raises calls it."""

from __future__ import annotations

import re
from collections.abc import Iterable

MASK = "***"

# scheme://user:password@host - the password may hold anything but white space, quotes and the last @
_URL_PASSWORD = re.compile(r"(\b[A-Za-z][A-Za-z0-9+.\-]*://[^:/@\s'\"]*:)([^\s'\"]+)(@)")
_KEYWORD_PASSWORD = re.compile(r"(\b(?:password|passwd|pwd)\s*[=:]\s*)('[^']*'|\"[^\"]*\"|[^\s;,&)]+)", re.I)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """``text`` without URL passwords, ``password=…`` pairs and every spelling of the given ``secrets``."""
    text = _URL_PASSWORD.sub(rf"\1{MASK}\3", text)
    text = _KEYWORD_PASSWORD.sub(rf"\1{MASK}", text)
    for secret in sorted(spellings(secrets), key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def password_of(url: str) -> str | None:
    """The password inside a database URL, decoded, or None."""
    from urllib.parse import unquote

    match = _URL_PASSWORD.search(url)
    return unquote(match.group(2)) if match else None


def spellings(secrets: Iterable[str]) -> set[str]:
    """Each secret as written, percent-encoded both ways, and as Python prints it; very short ones are left out."""
    from urllib.parse import quote, quote_plus, unquote  # errors are rare, and listings start quicker without

    result: set[str] = set()
    for secret in secrets:
        if len(secret) < 3:  # would blank out half of any sentence
            continue
        result |= {secret, quote(secret, safe=""), quote_plus(secret), unquote(secret), repr(secret)[1:-1]}
    return result
