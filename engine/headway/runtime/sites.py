"""Where a statement comes from: the line of the user's that asked for it, and which of our own files sent it. Looks at
the frames of the call that is going on; tracebacks of errors are explained elsewhere."""

from __future__ import annotations

import os
import sys
import sysconfig
from typing import NamedTuple

import sqlalchemy

SQLALCHEMY = os.path.dirname(os.path.abspath(sqlalchemy.__file__)) + os.sep
"""Where SQLAlchemy is installed."""
_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_LIBRARIES = tuple(
    sorted(
        {path + os.sep for name in ("stdlib", "platstdlib", "purelib", "platlib") if (path := sysconfig.get_path(name))}
    )
)

_OWN_WORK = frozenset(
    {
        "locks.py",
        "run_lock.py",
        "own_session.py",
        "driver_session.py",
        "cancel.py",
        "pooler.py",
        "leftovers.py",
        "identity.py",
        "stale.py",
        "looking.py",
    }
)
"""Files whose statements are headway's own business: no part of what a plan shows or apply compares."""


class Site(NamedTuple):
    """What was found between a statement and the nearest line of the user's."""

    senders: frozenset[str]
    """Names of our own files on the way."""
    path: str | None
    line: int | None
    reflects: str | None
    """The method of SQLAlchemy's inspector that asks, if one does."""

    @property
    def is_own_work(self) -> bool:
        """Whether the statement belongs to the lock or to what headway finds out for itself."""
        return not self.senders.isdisjoint(_OWN_WORK)

    @property
    def is_version_table(self) -> bool:
        """Whether the version table is read or written."""
        return "versions.py" in self.senders


def site_of_call() -> Site:
    """The site of the statement that is being executed."""
    senders: set[str] = set()
    reflects: str | None = None
    frame = sys._getframe(1)
    while frame is not None:
        path = frame.f_code.co_filename
        if path.startswith(_OURS):
            senders.add(path.rpartition(os.sep)[2])
        elif path == _REFLECTION:
            reflects = frame.f_code.co_name  # the outermost counts: it is what the user called
        elif is_users(path):
            return Site(frozenset(senders), path, frame.f_lineno, reflects)
        frame = frame.f_back  # type: ignore[assignment]  # ends with None
    return Site(frozenset(senders), None, None, reflects)


def is_users(path: str) -> bool:
    """Whether a file is neither ours, nor a library's, nor no file at all."""
    if path.startswith(("<", _OURS, SQLALCHEMY, *_LIBRARIES)):
        return False
    return "site-packages" not in path and "headway_cli" not in path


_REFLECTION = os.path.join(SQLALCHEMY, "engine", "reflection.py")
