"""When two server defaults of SQL Server are the same."""

from __future__ import annotations

import re

from headway.dialects.differences import normal_sql


def normal_default(text: str | None) -> str | None:
    if text is None:
        return None
    return re.sub(r"^n?'(.*)'$", r"\1", normal_sql(text))
