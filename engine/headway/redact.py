"""Takes passwords out of text before anybody reads it; whoever makes text of a stranger's words calls it.

Passwords are found by their place (in a URL, after ``password=``, in statements about users), and by themselves once
somebody has remembered them here: a driver may quote one in a form that no pattern foresees. What is a plain word, or
the name of the user, the host or the database, is found by its place only: anywhere else it is more likely a word.
All of it takes time in proportion to the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from headway.errors import HeadwayError, place
from headway.pattern import pattern
from headway.printable import one_line

MASK = "***"

_known: set[str] = set()

_TOKEN = pattern(r"[^\s'\"`]+")
_ACCOUNT = pattern(r"[\w.%+\-~$]*\Z")
_HOST = pattern(r"[\w\[]")
_NO_HOST = pattern(r"(?:heads?|base|current|sha\d+)\b")
"""What follows an ``@`` in symbols of revisions and in digests of images."""
_KEYWORD = pattern(r"(?i)\b(?:password|passwd|pwd)['\"]?\s*[=:]\s*('[^']*'|\"[^\"]*\"|[^\s;,&)]+)")
_LITERAL = r"[eEnN]?'(?:[^'\\]|''|\\.)*'|\"[^\"]*\"|\$(?P<tag>\w{0,60})\$.{0,2000}?\$(?P=tag)\$"
# Not what Alembic says of revisions: "Can't locate revision identified by 'ab12'".
_IN_SQL = pattern(
    r"(?<!['\"])(?<!revision )\b(?:PASSWORD\s+FOR\s+[^=]{1,200}=|PASSWORD|IDENTIFIED\s+(?:(?:WITH|VIA)\s+\S{1,100}\s+)?(?:BY|AS|USING)(?:\s+PASSWORD)?)"
    rf"\s*(?:[=(]\s*)?(?P<literal>{_LITERAL})",
    re.I | re.S,
)
_IN_A_PORTS_PLACE = pattern(r"(?!docker:|https?:)[\w+.\-]+://[^:/@?#\[]+:(?!\d*(?:[/?#,]|\Z))([^/@?#]+)")
_PLAIN_WORD = pattern(r"[^\W\d_]{1,12}")


def remember(secret: str | None) -> None:
    """Takes ``secret`` out of every text from now on, in this process, unless it is a plain word."""
    if secret and is_telling(secret) and secret not in _known:
        _known.add(secret)
        _pattern_of.cache_clear()


def remember_password(url: str) -> None:
    """Remembers the password inside a database URL, if there is one that is nothing else in it as well."""
    password = password_of(url)
    rest = url.replace(f":{password}@", "@") if "@" in url else url.replace(f":{password}", "", 1)
    if password and password not in re.split(r"[:/@?]+", rest):
        remember(password)


def is_telling(secret: str) -> bool:
    """Whether ``secret`` is unlikely to be anything but a secret, wherever it stands."""
    return len(secret) >= 3 and _PLAIN_WORD.fullmatch(secret) is None


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """``text`` without passwords by their place, and every spelling of the known and the given ``secrets``."""
    if "@" in text:
        text = _TOKEN.sub(lambda match: _without_account(match[0]), text)
    lowered = text.lower()
    if "passw" in lowered or "pwd" in lowered or "identified" in lowered:
        text = _IN_SQL.sub(_masked_literal, text)
        text = _KEYWORD.sub(_masked_value, text)
    pattern = _pattern_of(frozenset({*_known, *filter(is_telling, secrets)}))
    return text if pattern is None else pattern.sub(MASK, text)


def redacted_line(error: HeadwayError) -> str:
    """The whole error as one line, with passwords taken out of what it says, and its place as it is."""
    where = one_line(place(error.path, error.line))
    said = redact(HeadwayError(error.message, hint=error.hint).one_line())
    return f"{where}{said}"


def password_of(url: str) -> str | None:
    """The password inside a database URL, decoded, or None.

    Where the host is forgotten, as in ``dialect://user:password/name``, it stands where a port would.
    """
    match = re.match(r"[\w+.\-]+:?//[^:/@]*:(.*)@", url, re.S) or _IN_A_PORTS_PLACE.match(url)
    if match is None:
        return None
    from urllib.parse import unquote

    return unquote(match[1])


def spellings(secrets: Iterable[str]) -> set[str]:
    """Each telling secret as written, percent-encoded in each way, as Python, JSON and SQL print it, and in base64."""
    from json import dumps
    from urllib.parse import quote, quote_plus, unquote  # errors are rare, and listings start quicker without

    result: set[str] = set()
    for secret in filter(is_telling, secrets):
        quoted = {quote(secret, safe=""), quote_plus(secret), quote(secret), quote(secret, safe=" +")}
        lower = {re.sub(r"%[0-9A-F]{2}", lambda match: match[0].lower(), text) for text in quoted}
        result |= {secret, *quoted, *lower, unquote(secret), repr(secret)[1:-1], secret.replace("'", "''")}
        result |= {dumps(secret)[1:-1], dumps(secret, ensure_ascii=False)[1:-1]}
        result |= _in_base64(secret)
    return {spelling for spelling in result if len(spelling) >= 3}


# -- by place ---------------------------------------------------------------------------------------------------


def _without_account(token: str) -> str:
    """A token without the password of a URL in it, or of a URL that lacks its scheme."""
    end = token.rfind("@")
    if end < 0:
        return token
    scheme = token.find("//")
    start = scheme + 2 if 0 <= scheme < end else 0
    colon = token.find(":", start, end)
    if colon < 0 or colon + 1 == end:
        return token
    if not start:
        # No scheme tells that this is an account: it has to look like one.
        account = re.split(r"[=(,;<>\[{]", token[:colon])[-1]
        after = token[end + 1 :]
        if account == "mailto" or not account or not _ACCOUNT.match(account) or _NO_HOST.match(after):
            return token
        if not _HOST.match(after):
            return token
    return f"{token[: colon + 1]}{MASK}{token[end:]}"


def _masked_value(match: re.Match[str]) -> str:
    value = match[1]
    before = value[0] if value[0] in "'\"" and value[0] == value[-1] else ""
    after = value[-1] if value[-1] in "'\"" else ""  # of its own, or of the text that the pair stands in
    return f"{match[0][: match.start(1) - match.start()]}{before}{MASK}{after}"


def _masked_literal(match: re.Match[str]) -> str:
    return f"{match[0][: match.start('literal') - match.start()]}'{MASK}'"


# -- by value ---------------------------------------------------------------------------------------------------


@lru_cache(maxsize=8)
def _pattern_of(secrets: frozenset[str]) -> re.Pattern[str] | None:
    written = sorted(spellings(secrets), key=len, reverse=True)
    return re.compile("|".join(map(_anywhere, written))) if written else None


def _anywhere(spelling: str) -> str:
    """A pattern for a spelling; a short one only where it is a word of its own."""
    if len(spelling) >= 6:
        return re.escape(spelling)
    before, after = (r"\w" if re.match(r"\w", end) else r"(?!)" for end in (spelling[0], spelling[-1]))
    return rf"(?<!{before}){re.escape(spelling)}(?!{after})" if before == r"\w" else re.escape(spelling)


def _in_base64(secret: str) -> set[str]:
    """What of ``secret`` is the same in base64 wherever in a text it stands: three ways, by what comes before."""
    from base64 import b64encode

    data = secret.encode()
    if len(data) < 6:
        return set()
    found = set()
    for before in range(3):
        whole = b64encode(b"\0" * before + data).decode().rstrip("=")
        known = whole[(before * 8 + 5) // 6 : (before + len(data)) * 8 // 6]
        found |= {known, known.replace("+", "-").replace("/", "_")}
    return found
