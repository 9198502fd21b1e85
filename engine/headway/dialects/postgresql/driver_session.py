"""A PostgreSQL session asked past SQLAlchemy, with its transaction left as it was found."""

from __future__ import annotations

from typing import Any

from headway.dialects.run_lock import DriverSession

_IDLE, _IN_ERROR = 0, 3
"""libpq's transaction states. See https://www.postgresql.org/docs/current/libpq-status.html#LIBPQ-PQTRANSACTIONSTATUS"""


class PostgresqlSession(DriverSession):
    """psycopg and psycopg2 begin a transaction with any query: one that was not there before is ended again."""

    def ask(self, sql: str) -> Any:
        """As the base does; a transaction that this began is committed, or a setting would not last."""
        idle = self.is_idle()
        try:
            row = super().ask(sql)
        except BaseException:
            if idle:
                self.dbapi.rollback()
            raise
        if idle:
            self.dbapi.commit()
        return row

    def is_idle(self) -> bool:
        """Whether no transaction is open on the server."""
        if (state := self._state()) is not None:
            return state == _IDLE
        if (ask := getattr(self.native, "is_in_transaction", None)) is not None:  # asyncpg
            return not ask()
        return not self.in_transaction()

    def is_aborted(self) -> bool:
        """Whether the open transaction has failed, so that nothing can be asked and nothing of it will remain."""
        return self._state() == _IN_ERROR

    def _state(self) -> int | None:
        if (ask := getattr(self.native, "get_transaction_status", None)) is not None:  # psycopg2
            return int(ask())
        status = getattr(getattr(self.native, "info", None), "transaction_status", None)  # psycopg
        return None if status is None else int(status)
