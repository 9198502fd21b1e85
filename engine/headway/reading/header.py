"""What the top of a revision file says, as values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

NAMES = ("revision", "down_revision", "branch_labels", "depends_on", "replaces")


class Dynamic(NamedTuple):
    """A header value that only running the file would tell."""

    line: int


class Header(NamedTuple):
    """The header of one file; only the names that are assigned are in it."""

    values: Mapping[str, Any]
    """None, a text, a tuple of texts, or Dynamic, by name."""
    lines: Mapping[str, int]
    """The line (from 1) of each assignment, by name."""
    docstring: str = ""
    is_computed: bool = False
    """Whether one of the values is Dynamic."""
