"""The loggers that users' ini files configure, under Alembic's names, and a way to keep them quiet for a while."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_muted: ContextVar[bool] = ContextVar("headway_muted", default=False)


def logger(name: str) -> logging.Logger:
    """The logger ``name``; what it is told while :func:`muted` lasts is dropped, warnings and errors excepted."""
    found = logging.getLogger(name)
    if not any(isinstance(filter_, _Mutable) for filter_ in found.filters):
        found.addFilter(_Mutable())  # env.py's fileConfig() sets levels and handlers anew, and leaves filters alone
    return found


@contextmanager
def muted() -> Iterator[None]:
    """For rehearsals, which run env.py so often that its log would hide what matters."""
    token = _muted.set(True)
    try:
        yield
    finally:
        _muted.reset(token)


class _Mutable(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING or not _muted.get()
