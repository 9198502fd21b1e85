"""One revision, as its file declares it. Knows nothing of its neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Revision:
    """A node of the history; ``down_revision`` and ``dependencies`` are as written (None, a text or several)."""

    revision: str
    down_revision: str | tuple[str, ...] | None = None
    dependencies: str | tuple[str, ...] | None = None
    branch_labels: tuple[str, ...] = ()
    doc: str = ""
    """The first paragraph of the docstring, on one line."""
    path: str | None = None
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)
    """The line (from 1) of each header assignment, by its name."""

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


def as_tuple(value: str | tuple[str, ...] | list[str] | set[str] | frozenset[str] | None) -> tuple[str, ...]:
    """A header value (None, a text, or several) as a tuple."""
    if value is None or value == ():
        return ()
    return (value,) if isinstance(value, str) else tuple(value)
