"""Hides the passwords that statements about users carry, for everybody who looks at a plan."""

from __future__ import annotations

import re

from headway.redact import MASK, redact

_LITERAL = r"(?:[eEnN]?'(?:[^'\\]|''|\\.)*'|\"[^\"]*\"|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)"
_PASSWORD = re.compile(
    rf"(\b(?:PASSWORD|IDENTIFIED\s+(?:WITH\s+\S+\s+)?(?:BY|AS)(?:\s+PASSWORD)?|PASSWORD\s+FOR\s+[^=]+=)\s*[=(]?\s*)({_LITERAL})",
    re.I | re.S,
)


def shown_sql(sql: str) -> str:
    """The text without the passwords in it."""
    hidden = re.sub(_PASSWORD, lambda match: f"{match[1]}'{MASK}'", sql.replace("\x00", ""))
    return redact(hidden).strip()
