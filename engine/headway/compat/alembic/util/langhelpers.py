"""``alembic.util.langhelpers``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from sqlalchemy.util import immutabledict, memoized_property, to_list, unique_list
from sqlalchemy.util.langhelpers import asbool

from headway.autogenerate.priorities import DispatchPriority, PriorityDispatcher, PriorityDispatchResult
from headway.operations.dispatch import Dispatcher
from headway.script.writer import rev_id

_T = TypeVar("_T")

EMPTY_DICT: immutabledict[Any, Any] = immutabledict()


def to_tuple(x: Any, default: tuple[Any, ...] | None = None) -> tuple[Any, ...] | None:
    """The argument as a tuple: a text or a single value becomes one of one, None becomes ``default``."""
    if x is None:
        return default
    return (x,) if isinstance(x, str) or not isinstance(x, Iterable) else tuple(x)


def dedupe_tuple(tup: tuple[str, ...]) -> tuple[str, ...]:
    """The tuple with each member once, in its order."""
    return tuple(dict.fromkeys(tup))


def not_none(value: _T | None) -> _T:
    """The argument, which must not be None."""
    assert value is not None
    return value


__all__ = [
    "EMPTY_DICT",
    "DispatchPriority",
    "Dispatcher",
    "PriorityDispatchResult",
    "PriorityDispatcher",
    "asbool",
    "dedupe_tuple",
    "immutabledict",
    "memoized_property",
    "not_none",
    "rev_id",
    "to_list",
    "to_tuple",
    "unique_list",
]
