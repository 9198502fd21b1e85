"""The witness: sees at the cursors of SQLAlchemy what every connection of the process sends and what comes back.

It also sees what user code sends past ``op``: an ORM session, a connection of its own. It keeps the account and decides
nothing. What it cannot see is what goes through a raw driver cursor; that one was taken, it notes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple

from headway.effects.sql_kind import Kind, kind_of
from headway.process import counted
from headway.runtime.account import Account, Sent
from headway.runtime.driver_state import autocommits, gave_up_transaction, in_transaction, is_broken, is_syntax_error
from headway.runtime.ledger import Ledger
from headway.runtime.sessions import (
    COMMITS_DDL,
    driver_connection,
    hear_errors_again,
    inside_after,
    is_autocommit,
    is_disconnect,
    says_that_rows_stay,
)
from headway.runtime.watch import Watch

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

_current: ContextVar[Witness] = ContextVar("headway_witness")
_running: list[Witness] = []
"""Those of all threads."""

_ABORTS = frozenset({"postgresql", "redshift", "cockroachdb"})


class Crossing(NamedTuple):
    """A statement at the moment in which it is given to a driver; what a gate is shown."""

    connection: Connection
    cursor: Any
    sql: str
    parameters: Any
    context: Any
    executemany: bool
    revision: str | None
    kind: Kind


class InFlight(NamedTuple):
    """A statement that a driver has and has not answered."""

    connection: Connection
    driver_connection: Any
    sql: str
    revision: str | None
    sent: Sent


class Witness:
    """Of one run. ``gates`` are called before each statement is given to a driver, ``before_commit`` before each
    commit of a connection that migrates; either may raise, and then nothing is sent."""

    def __init__(self) -> None:
        self.account = Account()
        self.gates: list[Callable[[Crossing], None]] = []
        self.after: list[Callable[[Crossing], None]] = []
        """Called when a statement was carried out."""
        self.after_refusal: list[Callable[[InFlight], None]] = []
        """Called when a statement was refused and the session lives on."""
        self.before_commit: list[Callable[[], None]] = []
        """For the connection that is named to :meth:`migrates_over` next."""
        self.sending: Kind | None = None
        """The kind of the statement that leaves through the outlet now, which knows better than the text."""
        self._outer: Witness | None = None
        self._users = 0
        self._flights: dict[int, InFlight] = {}  # by the identity of their connections, which do one thing at a time
        self._migrating: Any = None
        self._dialect: Any = None
        self._checks: dict[int, list[Callable[[], None]]] = {}
        """What is called before a commit, by the identity of each connection that migrates."""
        self._sessions: dict[int, tuple[Any, Ledger]] = {}
        self._committing: list[Ledger] = []
        """Those of sessions whose commit was sent and is not answered yet."""

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watches every connection of the process, of this thread and of those that the run starts.

        Inside another run, such as a migration that upgrades another database, the outer one is told as well.
        """
        with counted("headway.witness", WATCH.begin):
            outer = _current.get(None)
            if outer is not self and not self._users:
                self._outer = outer
            token = _current.set(self)
            self._users += 1
            if self._users == 1:
                _running.append(self)
            try:
                yield
            finally:
                self._users -= 1
                if not self._users:
                    _running.remove(self)
                    self._outer = None
                _current.reset(token)

    def migrates_over(self, connection: Connection) -> None:
        """Says which connection is the one that migrates."""
        WATCH.follow(connection.dialect)
        self._dialect = connection.dialect
        self._migrating = connection.connection.dbapi_connection
        self._checks[id(self._migrating)] = list(self.before_commit)

    def finished(self, revision: str) -> None:
        """A revision is through, its version row written."""
        mark = Sent("", Kind.VERSION, revision, self.account.sections[-1], finishes=True)
        self.account.note(mark)
        if self._migrating is not None:
            inside = in_transaction(driver_connection(self._migrating))
            autocommit = inside is None and autocommits(driver_connection(self._migrating))
            self._ledger(self._migrating, self._dialect).finished(mark, inside=inside, autocommit=autocommit)

    @property
    def in_flight(self) -> InFlight | None:
        """A statement that a driver has not answered, that of the connection that migrates before others."""
        flights = list(self._flights.values())
        own = (flight for flight in flights if flight.sent.own)
        return next(own, flights[0] if flights else None)

    @property
    def all_in_flight(self) -> list[InFlight]:
        """Every such statement; threads of a migration may send some at the same time."""
        return list(self._flights.values())

    # -- what the events say ------------------------------------------------------------------------------------

    def crosses(self, context: Any, cursor: Any, sql: str, parameters: Any, *, many: bool = False) -> None:
        """A statement is about to be given to its driver. Raises whatever a gate raises."""
        connection = context.root_connection
        kind = self.sending or kind_of(sql, mysql=connection.dialect.name in COMMITS_DDL)
        crossing = Crossing(connection, cursor, sql, parameters, context, many, self.account.running, kind)
        if kind is not Kind.READ:
            hear_errors_again(connection)
        for witness in self.lineage():
            for gate in witness.gates:
                gate(crossing)
        dbapi = connection.connection.dbapi_connection
        for witness in self.lineage():
            witness._takes_off(crossing, dbapi)

    def _takes_off(self, crossing: Crossing, dbapi: Any) -> None:
        revision = self.account.running
        own = self._migrating is None or id(dbapi) in self._checks
        sent = Sent(crossing.sql, crossing.kind, revision, self.account.sections[-1], own=own)
        self.account.note(sent)
        unheard = self._flights.get(id(crossing.connection))
        if unheard is not None:  # a query of a reflection, whose errors SQLAlchemy tells nobody
            self._ledger(dbapi, crossing.connection.dialect).refused(unheard.sent, inside=None)
        flight = InFlight(crossing.connection, driver_connection(dbapi), crossing.sql, revision, sent)
        self._flights[id(crossing.connection)] = flight

    def answered(
        self, connection: Connection, cursor: Any, sql: str, parameters: Any, context: Any, many: bool
    ) -> None:
        """A statement was carried out."""
        dbapi = connection.connection.dbapi_connection
        for witness in self.lineage():
            flight = witness._flights.pop(id(connection), None)
            if flight is None:
                continue
            inside = in_transaction(flight.driver_connection)
            autocommit = inside is None and is_autocommit(connection, flight.driver_connection)
            kind, revision = flight.sent.kind, flight.revision
            witness._ledger(dbapi, connection.dialect).answered(flight.sent, inside=inside, autocommit=autocommit)
            for listener in witness.after:
                listener(Crossing(connection, cursor, sql, parameters, context, many, revision, kind))

    def failed(self, context: Any) -> None:
        """A statement, or a commit, ended in an error; ``context`` is SQLAlchemy's ExceptionContext."""
        flights = [witness._flights.pop(id(context.connection), None) for witness in self.lineage()]
        connection = context.connection
        if connection is None or connection.closed or connection.invalidated:
            return
        dbapi = connection.connection.dbapi_connection
        driver, error = driver_connection(dbapi), context.original_exception
        inside = inside_after(connection, dbapi, driver, flights[0] and flights[0].sent.kind)
        for witness, flight in zip(self.lineage(), flights, strict=True):
            ledger = witness._ledger(dbapi, connection.dialect)
            if context.is_disconnect:
                ledger.lost(flight and flight.sent, autocommit=is_autocommit(connection, driver))
            elif flight is not None:
                witness._refused(ledger, flight.sent, inside, driver, error)
                for listener in witness.after_refusal:
                    listener(flight)

    def _refused(self, ledger: Ledger, sent: Sent, inside: bool | None, driver: Any, error: BaseException) -> None:
        """A statement was refused. On MySQL what waited before DDL may have been committed before that failed."""
        rolls_back = ledger.commits_ddl and gave_up_transaction(error)
        ledger.refused(sent, inside=inside, broken=is_broken(driver, error), rolls_back=rolls_back)
        if not ledger.commits_ddl or rolls_back or sent.kind not in (Kind.DDL, Kind.UNKNOWN):
            return
        if inside is False:
            ledger.committed()
        elif inside is None and not is_syntax_error(error):
            ledger.in_doubt()

    def commits(self, dialect: Any, dbapi: Any, commit: Callable[[], None]) -> None:
        """Carries a commit out. Its return counts: SQLAlchemy's own event comes before the driver has done anything."""
        ledgers = [witness._ledger(dbapi, dialect) for witness in self.lineage()]
        for witness, ledger in zip(self.lineage(), ledgers, strict=True):
            for check in witness._checks.get(id(dbapi), ()) if ledger.waiting else ():
                check()
        for witness, ledger in zip(self.lineage(), ledgers, strict=True):
            witness._committing.append(ledger)
        try:
            self._commit(dialect, dbapi, commit, ledgers)
        finally:  # only when the ledgers know: the process may be given up at any moment
            for witness, ledger in zip(self.lineage(), ledgers, strict=True):
                witness._committing.remove(ledger)

    def _commit(self, dialect: Any, dbapi: Any, commit: Callable[[], None], ledgers: list[Ledger]) -> None:
        try:
            commit()
        except BaseException as error:
            if not isinstance(error, Exception) or is_disconnect(dialect, error, dbapi):
                for ledger in ledgers:
                    ledger.in_doubt()
            raise
        for ledger in ledgers:
            ledger.committed()

    def gives_up(self) -> bool:
        """The process ends although a driver has not answered. Returns whether that is a commit, which may have taken
        effect or still do."""
        committing = list(self._committing)
        for ledger in committing:
            ledger.in_doubt()
        return bool(committing)

    def rolls_back(self, dialect: Any, dbapi: Any, rollback: Callable[[], None]) -> None:
        """Carries a rollback out; where the session is gone, its server does it."""
        ledgers = [witness._ledger(dbapi, dialect) for witness in self.lineage()]
        stays = False
        try:
            rollback()
            rows = any(entry.kind is Kind.DATA for ledger in ledgers for entry in ledger.waiting)
            stays = rows and ledgers[0].commits_ddl and says_that_rows_stay(dbapi)
        finally:
            for ledger in ledgers:
                if stays:
                    ledger.in_doubt()
                else:
                    ledger.rolled_back()

    def took_raw_cursor(self, place: str) -> None:
        """User code took a cursor of the driver's, whose statements nobody here sees."""
        if place not in self.account.raw_uses:
            self.account.raw_uses.append(place)

    def session_ended(self, dbapi: Any) -> None:
        """A session was closed or given up: what waited in it is gone."""
        self._checks.pop(id(dbapi), None)  # the next object may have the same identity
        found = self._sessions.pop(id(dbapi), None)
        if found is not None:
            found[1].rolled_back()

    def lineage(self) -> list[Witness]:
        """This witness, and those of the runs that it is inside of."""
        found: list[Witness] = []
        witness: Witness | None = self
        while witness is not None and witness not in found:
            found.append(witness)
            witness = witness._outer
        return found

    def _ledger(self, dbapi: Any, dialect: Any) -> Ledger:
        found = self._sessions.get(id(dbapi))
        if found is None:
            name = dialect.name
            ledger = Ledger(self.account.settle, commits_ddl=name in COMMITS_DDL, aborts=name in _ABORTS)
            found = self._sessions[id(dbapi)] = (dbapi, ledger)
        return found[1]


def current_witness() -> Witness | None:
    """The witness of the run that this code belongs to, if any; a thread that a run starts belongs to the only one."""
    found = _current.get(None)
    return _running[0] if found is None and len(_running) == 1 else found


WATCH = Watch(current_witness)
"""What all witnesses hear through."""
