"""The witness: sees at the cursors of SQLAlchemy what every connection of the process sends and what comes back.

It also sees what user code sends past ``op``: an ORM session, a connection of its own. It keeps the account and decides
nothing. What it cannot see is what goes through a raw driver cursor; that one was taken, it notes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple

from headway.effects.sql_kind import Kind, kind_of
from headway.process import counted, replaced
from headway.runtime.account import Account, Sent
from headway.runtime.driver_state import autocommits, gave_up_transaction, in_transaction, is_broken, is_syntax_error
from headway.runtime.ledger import Ledger

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

_current: ContextVar[Witness] = ContextVar("headway_witness")
_running: list[Witness] = []
"""Those of all threads."""

_COMMITS_DDL = frozenset({"mysql", "mariadb", "oracle"})
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

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watches every connection of the process, of this thread and of those that the run starts.

        Inside another run, such as a migration that upgrades another database, the outer one is told as well.
        """
        with counted("headway.witness", _install):
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
        follow(connection.dialect)
        self._dialect = connection.dialect
        self._migrating = connection.connection.dbapi_connection
        self._checks[id(self._migrating)] = list(self.before_commit)

    def finished(self, revision: str) -> None:
        """A revision is through, its version row written."""
        mark = Sent("", Kind.VERSION, revision, self.account.sections[-1], finishes=True)
        self.account.note(mark)
        if self._migrating is not None:
            inside = in_transaction(_driver_connection(self._migrating))
            autocommit = inside is None and autocommits(_driver_connection(self._migrating))
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
        kind = self.sending or kind_of(sql, mysql=connection.dialect.name in _COMMITS_DDL)
        crossing = Crossing(connection, cursor, sql, parameters, context, many, self.account.running, kind)
        for witness in self._lineage():
            for gate in witness.gates:
                gate(crossing)
        dbapi = connection.connection.dbapi_connection
        for witness in self._lineage():
            witness._takes_off(crossing, dbapi)

    def _takes_off(self, crossing: Crossing, dbapi: Any) -> None:
        revision = self.account.running
        own = self._migrating is None or id(dbapi) in self._checks
        sent = Sent(crossing.sql, crossing.kind, revision, self.account.sections[-1], own=own)
        self.account.note(sent)
        flight = InFlight(crossing.connection, _driver_connection(dbapi), crossing.sql, revision, sent)
        self._flights[id(crossing.connection)] = flight

    def answered(
        self, connection: Connection, cursor: Any, sql: str, parameters: Any, context: Any, many: bool
    ) -> None:
        """A statement was carried out."""
        dbapi = connection.connection.dbapi_connection
        for witness in self._lineage():
            flight = witness._flights.pop(id(connection), None)
            if flight is None:
                continue
            inside = in_transaction(flight.driver_connection)
            autocommit = inside is None and _is_autocommit(connection, flight.driver_connection)
            kind, revision = flight.sent.kind, flight.revision
            witness._ledger(dbapi, connection.dialect).answered(flight.sent, inside=inside, autocommit=autocommit)
            for listener in witness.after:
                listener(Crossing(connection, cursor, sql, parameters, context, many, revision, kind))

    def failed(self, context: Any) -> None:
        """A statement, or a commit, ended in an error; ``context`` is SQLAlchemy's ExceptionContext."""
        flights = [witness._flights.pop(id(context.connection), None) for witness in self._lineage()]
        connection = context.connection
        if connection is None or connection.closed or connection.invalidated:
            return
        dbapi = connection.connection.dbapi_connection
        driver, error = _driver_connection(dbapi), context.original_exception
        inside = _inside_after(connection, dbapi, driver, error, flights[0])
        for witness, flight in zip(self._lineage(), flights, strict=True):
            ledger = witness._ledger(dbapi, connection.dialect)
            if context.is_disconnect:
                ledger.lost(flight and flight.sent, autocommit=_is_autocommit(connection, driver))
            elif flight is not None:
                witness._refused(ledger, flight.sent, inside, driver, error)

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
        ledgers = [witness._ledger(dbapi, dialect) for witness in self._lineage()]
        for witness, ledger in zip(self._lineage(), ledgers, strict=True):
            for check in witness._checks.get(id(dbapi), ()) if ledger.waiting else ():
                check()
        try:
            commit()
        except BaseException as error:
            if not isinstance(error, Exception) or _is_disconnect(dialect, error, dbapi):
                for ledger in ledgers:
                    ledger.in_doubt()
            raise
        for ledger in ledgers:
            ledger.committed()

    def rolls_back(self, dialect: Any, dbapi: Any, rollback: Callable[[], None]) -> None:
        """Carries a rollback out; where the session is gone, its server does it."""
        ledgers = [witness._ledger(dbapi, dialect) for witness in self._lineage()]
        stays = False
        try:
            rollback()
            rows = any(entry.kind is Kind.DATA for ledger in ledgers for entry in ledger.waiting)
            stays = rows and ledgers[0].commits_ddl and _says_that_rows_stay(dbapi)
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
        found = self._sessions.pop(id(dbapi), None)
        if found is not None:
            found[1].rolled_back()

    def _lineage(self) -> list[Witness]:
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
            ledger = Ledger(self.account.settle, commits_ddl=name in _COMMITS_DDL, aborts=name in _ABORTS)
            found = self._sessions[id(dbapi)] = (dbapi, ledger)
        return found[1]


def current_witness() -> Witness | None:
    """The witness of the run that this code belongs to, if any; a thread that a run starts belongs to the only one."""
    found = _current.get(None)
    return _running[0] if found is None and len(_running) == 1 else found


# -- SQLAlchemy's events, for all connections at once -------------------------------------------------------------


def _install() -> Callable[[], None]:
    """Listens; returns what ends it."""
    from sqlalchemy import event  # here, because static commands make the record of a run that never runs
    from sqlalchemy.engine import Dialect, Engine
    from sqlalchemy.pool import Pool

    listeners: list[tuple[Any, str, Any]] = [
        (Engine, "do_execute", _do_execute),
        (Engine, "do_executemany", _do_executemany),
        (Engine, "do_execute_no_params", _do_execute_no_params),
        (Engine, "handle_error", _handle_error),
        (Engine, "after_cursor_execute", _after_cursor_execute),
        (Engine, "engine_connect", _follow_dialect),
        (Pool, "invalidate", lambda dbapi, record, error: _ended(dbapi)),
        (Pool, "close", lambda dbapi, record: _ended(dbapi)),
    ]
    stack = ExitStack()
    for target in (Dialect, Engine):
        # SQLAlchemy notes on the class that it has listeners, and never takes that back.
        stack.enter_context(replaced(target, "_has_events", lambda found: True))
    for target, name, function in listeners:
        event.listen(target, name, function)
    unpatch = _watch_raw_cursors()

    def end() -> None:
        unpatch()
        for target, name, function in listeners:
            event.remove(target, name, function)
        stack.close()
        _forget_dialects()

    return end


def _do_execute(cursor: Any, statement: str, parameters: Any, context: Any) -> None:
    if (witness := _witness_of(context)) is not None:
        witness.crosses(context, cursor, statement, parameters)


def _do_executemany(cursor: Any, statement: str, parameters: Any, context: Any) -> None:
    if (witness := _witness_of(context)) is not None:
        witness.crosses(context, cursor, statement, parameters, many=True)


def _do_execute_no_params(cursor: Any, statement: str, context: Any) -> None:
    if (witness := _witness_of(context)) is not None:
        witness.crosses(context, cursor, statement, None)


def _witness_of(context: Any) -> Witness | None:
    """Who is told of a statement: nobody of what a dialect asks a server when it first meets it."""
    if context is None or not context.root_connection._allow_autobegin:
        return None
    return current_witness()


def _after_cursor_execute(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
    if (witness := current_witness()) is not None:
        witness.answered(conn, cursor, statement, parameters, context, many)


def _handle_error(context: Any) -> None:
    if (witness := current_witness()) is not None:
        witness.failed(context)


def _ended(dbapi: Any) -> None:
    if (witness := current_witness()) is not None:
        witness.session_ended(dbapi)


_followed: dict[int, tuple[Any, dict[str, Any]]] = {}
"""The dialect objects whose commits are watched, by identity, with what stood in the place of the methods."""

_ENDS: dict[str, Callable[..., None]] = {
    "do_commit": Witness.commits,
    "do_rollback": Witness.rolls_back,
    "do_commit_twophase": Witness.commits,
    "do_rollback_twophase": Witness.rolls_back,
}


def _follow_dialect(connection: Any) -> None:
    follow(connection.dialect)


def follow(dialect: Any) -> None:
    """Watches the commits and rollbacks of a dialect object, for as long as anybody watches."""
    if id(dialect) in _followed:
        return
    _followed[id(dialect)] = dialect, {name: dialect.__dict__.get(name) for name in _ENDS}
    for name, told in _ENDS.items():
        setattr(dialect, name, _followed_method(dialect, getattr(dialect, name), told))


def _followed_method(dialect: Any, method: Callable[..., None], told: Callable[..., None]) -> Callable[..., None]:
    def carry_out(connection: Any, *args: Any, **kw: Any) -> None:
        witness = current_witness()
        if witness is None:
            method(connection, *args, **kw)
            return
        dbapi = getattr(connection, "dbapi_connection", None)
        if dbapi is None:  # SQLAlchemy's own connection, which two phases are done with
            dbapi = connection.connection.dbapi_connection
        told(witness, dialect, dbapi, lambda: method(connection, *args, **kw))

    return carry_out


def _forget_dialects() -> None:
    for dialect, found in _followed.values():
        for name, method in found.items():
            if method is None:
                dialect.__dict__.pop(name, None)
            else:
                setattr(dialect, name, method)
    _followed.clear()


def _watch_raw_cursors() -> Callable[[], None]:
    """Notes who reaches past SQLAlchemy's pooled connection, to a cursor or to the driver's own connection.

    A commit or a rollback that goes this way is seen all the same. Returns what ends it.
    """
    from sqlalchemy.pool.base import _ConnectionFairy

    pooled: Any = _ConnectionFairy
    found = {name: vars(pooled)[name] for name in ("cursor", "driver_connection", "dbapi_connection", "__getattr__")}

    def cursor(connection: Any, *args: Any, **kw: Any) -> Any:
        _note_raw(sys._getframe(1))
        return found["cursor"](connection, *args, **kw)

    def driver_connection(connection: Any) -> Any:
        _note_raw(sys._getframe(1))
        return found["driver_connection"].__get__(connection, type(connection))

    def dbapi_connection(connection: Any) -> Any:
        _note_raw(sys._getframe(1))
        return found["dbapi_connection"].__get__(connection, type(connection))

    def reached(connection: Any, name: str) -> Any:
        attribute = found["__getattr__"](connection, name)
        if callable(attribute) and _note_raw(sys._getframe(1)) and name in ("commit", "rollback"):
            return _told(connection, attribute, name)
        return attribute

    pooled.cursor, pooled.driver_connection = cursor, property(driver_connection)
    pooled.dbapi_connection = property(dbapi_connection, found["dbapi_connection"].__set__)
    pooled.__getattr__ = reached

    def end() -> None:
        for name, method in found.items():
            setattr(pooled, name, method)

    return end


def _told(connection: Any, method: Callable[[], None], name: str) -> Callable[[], None]:
    """The driver's own commit or rollback, as a witness must hear of it."""
    told = {"commit": Witness.commits, "rollback": Witness.rolls_back}[name]

    def carry_out() -> None:
        witness = current_witness()
        if witness is None:
            method()
        else:
            told(witness, connection._pool._dialect, connection.dbapi_connection, method)

    return carry_out


def _note_raw(frame: Any) -> bool:
    """Whether the frame is not SQLAlchemy's or ours; then the witness is told of its place."""
    if frame.f_globals.get("__name__", "").startswith(("sqlalchemy.", "headway.")):
        return False
    if (witness := current_witness()) is not None:
        for one in witness._lineage():
            one.took_raw_cursor(f"{frame.f_code.co_filename}:{frame.f_lineno}")
    return True


# -- connections ---------------------------------------------------------------------------------------------------


def _driver_connection(dbapi: Any) -> Any:
    """The driver's own connection, beneath what SQLAlchemy wraps around one that is async."""
    return getattr(dbapi, "driver_connection", dbapi)


def _is_autocommit(connection: Any, driver: Any) -> bool:
    level = connection.get_execution_options().get("isolation_level") or connection.dialect._on_connect_isolation_level
    return level == "AUTOCOMMIT" or autocommits(driver)


def _inside_after(
    connection: Any, dbapi: Any, driver: Any, error: BaseException, flight: InFlight | None
) -> bool | None:
    """Whether the session is in a transaction after an error; MySQL's drivers hear that only with a success."""
    if connection.dialect.name not in _COMMITS_DDL:
        return in_transaction(driver)
    if flight is None or flight.sent.kind not in (Kind.DDL, Kind.UNKNOWN):
        return None
    answer = _ask(dbapi, "SELECT @@in_transaction")  # MariaDB; MySQL has no way to ask
    return None if answer is None else bool(int(answer[0]))


def _says_that_rows_stay(dbapi: Any) -> bool:
    """Whether a MySQL server has warned that tables without transactions keep their rows."""
    warning = _ask(dbapi, "SHOW WARNINGS")
    return warning is not None and int(warning[1]) == _ROWS_STAY


_ROWS_STAY = 1196
"""ER_WARNING_NOT_COMPLETE_ROLLBACK. See https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html"""


def _ask(dbapi: Any, sql: str) -> Any:
    """The first row of an answer; None where there is none."""
    try:
        cursor = dbapi.cursor()
        try:
            cursor.execute(sql)
            return cursor.fetchone()
        finally:
            cursor.close()
    except Exception:  # noqa: BLE001  # a session that cannot answer leaves it unknown
        return None


def _is_disconnect(dialect: Any, error: Exception, dbapi: Any) -> bool:
    return isinstance(error, dialect.loaded_dbapi.Error) and bool(dialect.is_disconnect(error, dbapi, None))
