"""What can be wrong with a history. Values; :mod:`headway.revision.faults` finds them."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from headway.errors import place, shown_path


class Kind(Enum):
    """The kinds of faults."""

    DUPLICATE = "duplicate id"
    DANGLING = "missing revision"
    CYCLE = "cycle"
    DUPLICATE_LABEL = "duplicate label"
    ILLEGAL_ID = "illegal id"
    REPLACES = "wrong replaces"


class Problem(NamedTuple):
    """One fault, at the place where it is written."""

    kind: Kind
    message: str
    revision: str
    hint: str
    path: str | None = None
    line: int | None = None
    other: str | None = None
    """The other file that it is about."""
    members: tuple[str, ...] = ()
    """The revisions of a circle."""

    @property
    def text(self) -> str:
        """The message, with the other file."""
        return f"{self.message} {shown_path(self.other)}" if self.other else self.message

    def with_paths(self, shown: Callable[[str], str]) -> Problem:
        """The same, with its paths as ``shown`` gives them."""
        path, other = (shown(one) if one is not None else None for one in (self.path, self.other))
        return self._replace(path=path, other=other)

    def one_line(self) -> str:
        """``path:line: message``."""
        return f"{place(self.path, self.line)}{self.text}"
