"""What a migration's source tells of a name, a text or a flag: the value, the expression it comes from, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from enum import Enum
from typing import Final

from headway.valueclass import valueclass


class Unknown(Enum):
    """A value that the source does not tell."""

    VALUE = "?"

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown.VALUE


@valueclass(frozen=True, slots=True)
class Computed:
    """A value that only running the file tells, but that is the same wherever the same expression stands."""

    expression: str
    """As written, for example ``Order.__tablename__``."""


Text = str | Computed | Unknown
MaybeText = str | Computed | None | Unknown
"""A text, or None for one that is not given."""
Flag = bool | Unknown


@valueclass(frozen=True, slots=True)
class Span:
    """A place in a file; lines and columns count from 1, ``end_column`` is exclusive."""

    path: str
    line: int
    column: int = 1
    end_line: int = 0
    end_column: int = 0


@valueclass(frozen=True, slots=True)
class SqlSource:
    """A text of SQL as it stands in a file, before it is read."""

    text: str
    """Each part that is not known is a placeholder, a name of the form ``hw_hole_0_`` that ``holes`` explains."""
    span: Span
    """Of the whole call."""
    holes: Mapping[str, Computed | Unknown] = field(default_factory=dict)
    """What each placeholder stands for."""
    place: Callable[[int, int], Span] | None = None
    """The place in the file of ``text[start:end]``; None where the text is not written in one piece."""

    def span_of(self, start: int, end: int) -> Span:
        """Where ``text[start:end]`` stands in the file: as close as is known."""
        return self.span if self.place is None else self.place(start, end)


def known(value: object) -> str | None:
    """The text of a value, or None when it is absent or unknown."""
    return value if isinstance(value, str) else None


def shown(value: object) -> str:
    """A value as messages show it."""
    if isinstance(value, str):
        return value
    if isinstance(value, Computed):
        return f"({value.expression})"
    return "(unnamed)" if value is None else "(a name not known before it runs)"
