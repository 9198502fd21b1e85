"""What SQLAlchemy's pools log of a connection that was lost, in one line instead of a traceback. Changes no behaviour."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from headway.process import counted
from headway.redact import redact


@contextmanager
def pools_in_a_line() -> Iterator[None]:
    """While the block runs, SQLAlchemy's pools tell of a connection that was lost in one line, without a traceback."""
    with counted("pools in a line", _shorten_pools):
        yield


def _shorten_pools() -> Callable[[], None]:
    short = _Short()
    loggers = [logging.getLogger(f"sqlalchemy.pool.impl.{name}") for name in _POOLS]
    for found in loggers:
        found.addFilter(short)

    def end() -> None:
        for found in loggers:
            found.removeFilter(short)

    return end


_POOLS = ("QueuePool", "AsyncAdaptedQueuePool", "NullPool", "SingletonThreadPool", "StaticPool", "AssertionPool")


class _Short(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            first = redact(str(error).partition("\n")[0])
            record.msg, record.args, record.exc_info = f"{record.getMessage().strip()}: {first}", (), None
        return True
