"""Whether a pooler in transaction mode stands between us and PostgreSQL, told with two connections of our own.

One connection that asks twice proves nothing: an idle pooler gives it the same session again.
"""

from __future__ import annotations

from contextlib import ExitStack

from sqlalchemy.engine import Connection

from headway.dialects.own_session import ask, own_session

_ROUNDS = 3  # a pooler that hands its sessions out in turn may give the same one back once

_PID = "SELECT pg_backend_pid()"


def gives_sessions_away(connection: Connection) -> bool:
    """Whether a session changes hands while its client idles outside a transaction.

    Connects as the engine does, through pools of our own: the user's may hold a single connection. What a connection
    that cannot be made raises goes through.
    """
    dialect = connection.dialect
    with ExitStack() as opened:
        # Each in a pool of its own: one for a single connection would give the same to both.
        idle, busy = (opened.enter_context(own_session(connection.engine)) for _ in range(2))
        if idle is busy:
            return False  # the engine's creator hands out one connection to everybody, and nobody shares it now
        for first, second in ((idle, busy), (busy, idle)) * _ROUNDS:
            dialect.set_isolation_level(first, "AUTOCOMMIT")
            dialect.set_isolation_level(second, "READ COMMITTED")
            before = ask(first, _PID)[0]
            during = ask(second, _PID)[0]  # and stays in its transaction
            after = ask(first, _PID)[0]
            second.rollback()
            if during == before or after != before:
                return True
    return False
