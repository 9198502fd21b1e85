"""One revision, as its file declares it. Knows nothing of its neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

_NO_LINES: Mapping[str, int] = MappingProxyType({})


class Revision(NamedTuple):  # not a dataclass: thousands are made, and the dataclass machinery is slow to import
    """A node of the history; ``down_revision`` and ``dependencies`` are as written (None, a text or several)."""

    revision: str
    down_revision: str | tuple[str, ...] | None = None
    dependencies: str | tuple[str, ...] | None = None
    branch_labels: tuple[str, ...] = ()
    doc: str = ""
    """The first paragraph of the docstring."""
    path: str | None = None
    lines: Mapping[str, int] = _NO_LINES
    """The line (from 1) of each header assignment, by its name."""
    replaces: tuple[str, ...] = ()
    """The ids of the revisions that this one is a squash of, in the order in which they ran."""
    unknown: tuple[str, ...] = ()
    """The header names whose values only running the file would tell; they count as None here."""

    @property
    def down_revisions(self) -> tuple[str, ...]:
        """The parents, as a tuple."""
        return as_tuple(self.down_revision)

    @property
    def depends_on(self) -> tuple[str, ...]:
        """The ids or labels this revision needs besides its parents, as a tuple."""
        return as_tuple(self.dependencies)

    @property
    def is_merge_point(self) -> bool:
        """Whether it joins several parents."""
        return len(self.down_revisions) > 1

    def line_of(self, name: str) -> int | None:
        """The line of a header assignment, or None when it is not written."""
        return self.lines.get(name)


def as_tuple(value: str | Iterable[str] | None) -> tuple[str, ...]:
    """A header value (None, a text, or several) as a tuple."""
    if not value:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)
