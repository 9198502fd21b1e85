"""``alembic.script.revision``."""

from __future__ import annotations

from typing import Any

from headway.compat.alembic import util
from headway.compat.alembic.util import not_none
from headway.errors import (
    CycleDetected,
    DependencyCycleDetected,
    DependencyLoopDetected,
    LoopDetected,
    MultipleHeads,
    RangeNotAncestorError,
    ResolutionError,
    RevisionError,
)
from headway.revision.map import Node as Revision
from headway.revision.map import RevisionMap


def is_revision(rev: Any) -> Revision:
    """The argument, which must be a revision."""
    assert isinstance(rev, Revision)
    return rev


def tuple_rev_as_scalar(rev: Any) -> Any:
    """None for no revision, the id for one in a sequence, else the argument."""
    if not rev:
        return None
    return rev[0] if len(rev) == 1 else rev


__all__ = [
    "CycleDetected",
    "DependencyCycleDetected",
    "DependencyLoopDetected",
    "LoopDetected",
    "MultipleHeads",
    "RangeNotAncestorError",
    "ResolutionError",
    "Revision",
    "RevisionError",
    "RevisionMap",
    "is_revision",
    "not_none",
    "tuple_rev_as_scalar",
    "util",
]
