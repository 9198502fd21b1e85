"""Server defaults on MySQL and MariaDB: which change repeats the whole definition, and when two are the same."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import types as sqltypes

from headway.dialects.differences import normal_sql


def repeats_default(type_: Any, server_default: Any) -> bool:
    """Whether SET DEFAULT will not do: date and time columns take functions only in a whole definition."""
    return (
        server_default is not None
        and type_ is not None
        and sqltypes.to_instance(type_)._type_affinity is sqltypes.DateTime
    )


def normal_default(text: str | None) -> str | None:
    if text is None:
        return None
    sql = normal_sql(re.sub(r"\bcurrent_timestamp\(\)|\bnow\(\)", "current_timestamp", text, flags=re.I))
    sql = {"true": "1", "false": "0"}.get(sql, sql)
    return None if sql == "null" else re.sub(r"^'(-?[\d.]+)'$", r"\1", sql)
