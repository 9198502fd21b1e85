"""A run that a signal ends: what it has at work is stopped on the server, and what became of it is said.

The signals themselves, and the thread that acts on them, belong to the process (``signals.py``).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.engine import Connection

from headway.redact import redact
from headway.runtime.account import brief
from headway.runtime.options import RunOptions
from headway.runtime.outcome import SCRATCH_ONLY, account_of
from headway.runtime.witness import Crossing, InFlight
from headway.signals import Terminated, cancelled_by_signals, ending, raise_if_ending


@contextmanager
def ended_by_a_signal(options: RunOptions) -> Iterator[None]:
    """Runs the block, a whole run; one that a signal ends raises Terminated, whatever it raised itself.

    What comes out of a driver after a signal (a cancelled statement, a lost connection) is the signal's doing.
    """
    canceller = RunCanceller(options)
    options.witness.gates.append(canceller.gate)
    try:
        with cancelled_by_signals(canceller):
            yield
            canceller.is_over = True
    except BaseException as error:
        number = ending()
        if number is None or isinstance(error, Terminated):
            raise
        raise Terminated(number) from error
    finally:
        options.witness.gates.remove(canceller.gate)
    raise_if_ending()


class RunCanceller:
    """Stops what a run has in flight."""

    def __init__(self, options: RunOptions) -> None:
        self._options = options
        self.is_over = False
        """Whether the run has come to its end."""
        self._numbers: dict[int, tuple[Any, int | None]] = {}
        """The server's number of the session of each driver's connection, by its identity."""

    def gate(self, crossing: Crossing) -> None:
        """Before each statement. Raises Terminated when a signal has arrived."""
        raise_if_ending()
        # Now, in the thread that works: mysqlclient answers no other while a statement is at work.
        dbapi = crossing.connection.connection.dbapi_connection
        if self._numbers.get(id(dbapi), (None,))[0] is not dbapi:
            way = _way_of(crossing.connection)
            native = crossing.connection.connection.driver_connection
            self._numbers[id(dbapi)] = dbapi, None if way is None else way.session_id(native)

    def is_busy(self) -> bool:
        """Whether a driver has a statement that it has not answered."""
        return self._options.witness.in_flight is not None

    def cancel(self) -> None:
        """Asks the database to stop it."""
        for flight in self._options.witness.all_in_flight:
            if (way := _way_of(flight.connection)) is not None:
                way.cancel(flight.connection.engine, flight.driver_connection, self._number_of(flight))

    def account(self) -> str:
        """What of the run is in the database."""
        options = self._options
        return SCRATCH_ONLY if options.scratch else account_of(options.account, options.again, is_over=self.is_over)

    def _number_of(self, flight: InFlight) -> int | None:
        dbapi = flight.connection.connection.dbapi_connection
        return self._numbers.get(id(dbapi), (None, None))[1]

    def unconfirmed(self) -> str:
        """The statement that may still run, the session, and how to look; then what is known to remain."""
        flight = self._options.witness.in_flight
        at_commit = self._options.witness.gives_up()
        account = self.account()
        if at_commit:
            return (
                "The database did not answer a commit in time: it may have taken effect or still do, and its session keeps "
                f"the lock until then. {account}"
            )
        if flight is None:
            return f"It did not come to an end in time, so its connections were cut. {account}"
        way, session = _way_of(flight.connection), self._number_of(flight)
        where = "the session of this run" if session is None else f"session {session}"
        look = "Look at the server's list of sessions." if way is None else way.how_to_look(session)
        return (
            f"The database did not confirm in time that it stopped: {where}, which keeps the lock until it ends, may "
            f"still be at: {redact(brief(flight.sql))}. {look} {account}"
        )


def _way_of(connection: Connection) -> Any:
    """The module that stops a statement on this database; None where nobody knows how."""
    match connection.dialect.name:
        case "postgresql":
            from headway.dialects.postgresql import cancel

            return cancel
        case "mysql" | "mariadb":
            from headway.dialects.mysql import cancel as kill

            return kill
        case "sqlite":
            from headway.dialects.sqlite import cancel as interrupt

            return interrupt
    return None
