"""MySQL's and MariaDB's run lock: GET_LOCK, held by the session that works.

It survives commit, rollback and the implicit commits of DDL, and goes with its session. Asking for it begins no
transaction and takes no snapshot. See https://dev.mysql.com/doc/refman/8.4/en/locking-functions.html
"""

from __future__ import annotations

import hashlib

from sqlalchemy.engine import Connection

from headway.dialects.run_lock import DriverSession


class MysqlLock:
    """``GET_LOCK`` under a name made of the database's and the version table's: such names are server-wide."""

    def __init__(self, connection: Connection, version_table: str) -> None:
        self.session = DriverSession(connection)
        database = self.session.ask("SELECT DATABASE()")[0] or ""
        digest = hashlib.sha256(f"{database}.{version_table}".encode()).hexdigest()
        self.name = f"headway:{digest[:40]}"  # at most 64 characters

    def try_acquire(self) -> bool:
        """Takes it without waiting."""
        return bool(self.session.ask(f"SELECT GET_LOCK('{self.name}', 0)")[0] == 1)

    def holder(self) -> str:
        """The connection's number."""
        number = self.session.ask(f"SELECT IS_USED_LOCK('{self.name}')")[0]
        return "a session that just ended" if number is None else f"connection {number}"

    def is_held(self) -> bool:
        """Whether the session is the same and has the lock."""
        if not self.session.is_current():
            return False
        return bool(self.session.ask(f"SELECT IS_USED_LOCK('{self.name}') = CONNECTION_ID()")[0])

    def release(self) -> bool:
        """Gives it back, unless a transaction of somebody else's is open: its version row is not yet there for others."""
        if self.session.in_transaction():
            return False
        self.session.ask(f"SELECT RELEASE_LOCK('{self.name}')")
        return True
