"""What the values of a column become under another type, as SQL about the old table."""

from __future__ import annotations

from typing import NamedTuple


class Conversion(NamedTuple):
    """How values are carried over: ``sql`` says what each becomes, ``misfit`` holds of those that can become nothing of
    the kind, and are copied as they are. ``kind`` is what the values must be, for people."""

    sql: str
    misfit: str
    kind: str
