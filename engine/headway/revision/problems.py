"""What can be wrong with a history. Values; :mod:`headway.revision.faults` finds them."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Kind(Enum):
    """The kinds of faults."""

    DUPLICATE = "duplicate id"
    DANGLING = "missing revision"
    CYCLE = "cycle"
    DUPLICATE_LABEL = "duplicate label"
    ILLEGAL_ID = "illegal id"


class Problem(NamedTuple):
    """One fault, at the place where it is written."""

    kind: Kind
    message: str
    revision: str
    hint: str
    path: str | None = None
    line: int | None = None

    def one_line(self) -> str:
        """``path:line: message``."""
        place = "" if self.path is None else f"{self.path}:{self.line}: " if self.line else f"{self.path}: "
        return f"{place}{self.message}"
