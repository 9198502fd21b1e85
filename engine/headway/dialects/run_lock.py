"""What a lock on a run is for every database, and how one asks on the driver's connection. Waits and decides nothing."""

from __future__ import annotations

from typing import Any, Protocol

from sqlalchemy.engine import Connection


class RunLock(Protocol):
    """One database's way to let one run at a time work on it; held by the session that works."""

    @property
    def session(self) -> DriverSession:
        """The session that works, and holds it."""
        ...

    def try_acquire(self) -> bool:
        """Takes the lock if it is free. Neither begins nor ends a transaction that lasts."""
        ...

    def holder(self) -> str:
        """Who holds it, for people."""
        ...

    def is_held(self) -> bool:
        """Whether this run holds it still; what the driver raises goes through."""
        ...

    def release(self) -> bool:
        """Gives it back; False where that has to wait until the transaction that is open has ended."""
        ...


class DriverSession:
    """The session behind a connection, asked past SQLAlchemy: that would begin a transaction and call listeners.

    It stays the same one when the connection is given back to its pool, and notices when the connection gets another.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        fairy = connection.connection
        self.dbapi: Any = fairy.dbapi_connection
        self.native: Any = fairy.driver_connection
        """What the driver itself made; differs from ``dbapi`` where SQLAlchemy adapts an asynchronous driver."""
        self.returned = False
        """Whether the connection has given it back to its pool, which ends every transaction."""

    def is_current(self) -> bool:
        """Whether the connection still works on this session."""
        if self.returned or self.connection.closed or self.connection.invalidated:
            return False
        return self.connection.connection.dbapi_connection is self.dbapi

    def in_transaction(self) -> bool:
        """Whether SQLAlchemy has a transaction open on it."""
        connection = self.connection
        if self.returned or connection.closed or connection.invalidated:
            return False
        return connection.in_transaction()

    def ask(self, sql: str) -> Any:
        """The first row of a query without parameters, in the transaction that is open or in one of its own."""
        cursor = self.dbapi.cursor()
        try:
            cursor.execute(sql)
            return cursor.fetchone()
        finally:
            cursor.close()

    def give_up_if_lost(self, error: Exception) -> bool:
        """Whether an error says that the session is gone; SQLAlchemy, which has not seen it, is told."""
        dialect: Any = self.connection.dialect
        if not isinstance(error, dialect.dbapi.Error) or not dialect.is_disconnect(error, self.dbapi, None):
            return False
        if self.is_current():
            self.connection.invalidate(error)
        return True
