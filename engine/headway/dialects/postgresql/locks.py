"""PostgreSQL's run lock: a session-level advisory lock of the session that works.

It survives commit, rollback and autocommit blocks, and goes with its session and not before: while a statement of a
killed run is still at work on the server, nobody else gets in.
See https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
"""

from __future__ import annotations

import hashlib
from contextlib import suppress

from sqlalchemy.engine import Connection

from headway.dialects.postgresql.driver_session import PostgresqlSession

_WATCH_CLIENT = "client_connection_check_interval"  # PostgreSQL 14 and later
_WATCH_EVERY = "2s"


class PostgresqlLock:
    """``pg_try_advisory_lock`` on a key made of the version table's name; advisory locks are per database."""

    def __init__(self, connection: Connection, version_table: str) -> None:
        self.session = PostgresqlSession(connection)
        digest = hashlib.sha256(f"headway:{version_table}".encode()).digest()
        self.key = int.from_bytes(digest[:8], "big", signed=True)
        # A second lock that nobody else asks for. Giving it back and taking it again tells whether it was held, in no
        # time and without a gap for others; pg_locks would list every lock of a long transaction, at each step.
        self._mark = f"{int.from_bytes(digest[8:12], 'big', signed=True)}, pg_backend_pid()"
        self._watched_before: str | None = None

    def try_acquire(self) -> bool:
        """Takes the lock, and lets the server end this session soon after its client is gone."""
        if not self.session.ask(f"SELECT pg_try_advisory_lock({self.key})")[0]:
            return False
        self.session.ask(f"SELECT pg_try_advisory_lock({self._mark})")
        self._watch_client()
        return True

    def holder(self) -> str:
        """The server process, its user and its start."""
        row = self.session.ask(
            "SELECT a.pid, a.usename, a.backend_start FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
            " WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database())"
            f" AND ((l.classid::bigint << 32) | l.objid::bigint) = {self.key}"
        )
        if row is None:
            return "a session that just ended"
        since = "" if row[2] is None else f", since {row[2]:%H:%M:%S}"  # hidden from users with few rights
        return f"server process {row[0]}, user {row[1]}{since}"

    def is_held(self) -> bool:
        """Whether the session is the same and has the lock; true in a failed transaction, which changes nothing."""
        if not self.session.is_current():
            return False
        if self.session.is_aborted():
            return True
        return bool(self.session.ask(f"SELECT pg_advisory_unlock({self._mark}), pg_try_advisory_lock({self._mark})")[0])

    def release(self) -> bool:
        """Gives it back; inside a transaction of somebody else's it becomes that transaction's, and ends with it."""
        if self.session.is_aborted():
            return False
        if not self.session.is_idle():
            self.session.ask(f"SELECT pg_try_advisory_xact_lock({self.key})")
        self.session.ask(f"SELECT pg_advisory_unlock({self._mark}), pg_advisory_unlock({self.key})")
        if self._watched_before is not None:
            self.session.ask(f"SELECT set_config('{_WATCH_CLIENT}', '{self._watched_before}', false)")
        return True

    def _watch_client(self) -> None:
        if not self.session.is_idle():
            return  # a server that cannot do it would spoil the transaction
        row = self.session.ask(f"SELECT current_setting('{_WATCH_CLIENT}', true)")
        if row[0] is None or row[0] != "0":
            return
        with suppress(Exception):  # a server on an operating system that cannot tell refuses it
            self.session.ask(f"SELECT set_config('{_WATCH_CLIENT}', '{_WATCH_EVERY}', false)")
            self._watched_before = "0"
