"""SQLite's run lock: an flock on a file beside the database, since SQLite itself only locks single transactions."""

from __future__ import annotations

import fcntl
import os
import socket
from contextlib import suppress

from sqlalchemy.engine import Connection

from headway.dialects.run_lock import DriverSession
from headway.errors import LockNotAcquired


def sqlite_lock(connection: Connection) -> SqliteLock | None:
    """The lock of the file that the connection has open; None for a database that lives in memory.

    SQLite is asked for the file, because one file has many names: relative, through a link, as a ``file:`` URI.
    """
    session = DriverSession(connection)
    # The first row is 'main'. See https://www.sqlite.org/pragma.html#pragma_database_list
    file = session.ask("PRAGMA database_list")[2]
    return SqliteLock(session, os.path.realpath(file)) if file else None


class SqliteLock:
    """Held through an open file; the kernel lets go of it with the process, however that ends."""

    def __init__(self, session: DriverSession, database: str) -> None:
        self.session = session
        self.path = f"{database}-headway-lock"
        self._descriptor: int | None = None

    def try_acquire(self) -> bool:
        """Takes it. Raises LockNotAcquired when the file cannot be made."""
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise LockNotAcquired(
                f"the lock file beside the database cannot be written: {error.strerror}",
                path=self.path,
                hint="Make the database's directory writable, or run with --no-lock if nothing else can run.",
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The holder removes the file before it lets go: a lock on a removed file protects nothing.
            if os.path.samestat(os.fstat(descriptor), os.stat(self.path)):
                os.ftruncate(descriptor, 0)
                os.write(descriptor, f"process {os.getpid()} on {socket.gethostname()}".encode())
                self._descriptor = descriptor
                return True
        except (BlockingIOError, FileNotFoundError):
            pass  # held by another, or removed between open and flock: try again
        os.close(descriptor)
        return False

    def holder(self) -> str:
        """What the holder wrote about itself."""
        try:
            with open(self.path, encoding="utf-8", errors="replace") as file:
                return file.read(200) or "another process"
        except OSError:
            return "a process that just ended"

    def is_held(self) -> bool:
        """Whether the file that is locked is still the one that others would lock."""
        if self._descriptor is None:
            return False
        try:
            return os.path.samestat(os.fstat(self._descriptor), os.stat(self.path))
        except FileNotFoundError:
            return False

    def release(self) -> bool:
        """Removes the file and lets go, unless a transaction of somebody else's is open."""
        if self.session.in_transaction():
            return False
        if self._descriptor is None:
            return True
        if self.is_held():  # else somebody cleaned up by hand, and what is there now is another run's
            with suppress(FileNotFoundError):
                os.unlink(self.path)
        os.close(self._descriptor)
        self._descriptor = None
        return True
