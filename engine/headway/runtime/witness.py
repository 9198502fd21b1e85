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
from headway.runtime.driver_state import autocommits, gave_up_transaction, in_transaction, is_syntax_error
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
    commit of the connection that migrates; either may raise, and then nothing is sent."""

    def __init__(self) -> None:
        self.account = Account()
        self.gates: list[Callable[[Crossing], None]] = []
        self.after: list[Callable[[Crossing], None]] = []
        """Called when a statement was carried out."""
        self.before_commit: list[Callable[[], None]] = []
        self.in_flight: InFlight | None = None
        self.sending: Kind | None = None
        """The kind of the statement that leaves through the outlet now, which knows better than the text."""
        self._migrating: Any = None
        self._dialect: Any = None
        self._sessions: dict[int, tuple[Any, Ledger]] = {}

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watches every connection of the process, of this thread and of those that the run starts."""
        with counted("headway.witness", _install):
            token = _current.set(self)
            _running.append(self)
            try:
                yield
            finally:
                _running.remove(self)
                _current.reset(token)

    def migrates_over(self, connection: Connection) -> None:
        """Says which connection is the one that migrates."""
        follow(connection.dialect)
        self._dialect = connection.dialect
        self._migrating = connection.connection.dbapi_connection

    def finished(self, revision: str) -> None:
        """A revision is through, its version row written."""
        mark = Sent("", Kind.VERSION, revision, finishes=self.account.sections[-1])
        self.account.note(mark)
        if self._migrating is not None:
            inside = in_transaction(_driver_connection(self._migrating))
            autocommit = inside is None and autocommits(_driver_connection(self._migrating))
            self._ledger(self._migrating, self._dialect).finished(mark, inside=inside, autocommit=autocommit)

    # -- what the events say ------------------------------------------------------------------------------------

    def crosses(self, context: Any, cursor: Any, sql: str, parameters: Any, *, many: bool = False) -> None:
        """A statement is about to be given to its driver. Raises whatever a gate raises."""
        connection = context.root_connection
        kind = self.sending or kind_of(sql)
        revision = self.account.running
        for gate in self.gates:
            gate(Crossing(connection, cursor, sql, parameters, context, many, revision, kind))
        dbapi = connection.connection.dbapi_connection
        sent = Sent(sql, kind, revision, own=self._migrating is None or dbapi is self._migrating)
        self.account.note(sent)
        self.in_flight = InFlight(connection, _driver_connection(dbapi), sql, revision, sent)

    def answered(
        self, connection: Connection, cursor: Any, sql: str, parameters: Any, context: Any, many: bool
    ) -> None:
        """A statement was carried out."""
        flight, self.in_flight = self.in_flight, None
        if flight is None or flight.connection is not connection:
            return
        dbapi = connection.connection.dbapi_connection
        inside = in_transaction(flight.driver_connection)
        autocommit = inside is None and _is_autocommit(connection, flight.driver_connection)
        self._ledger(dbapi, connection.dialect).answered(flight.sent, inside=inside, autocommit=autocommit)
        for listener in self.after:
            listener(Crossing(connection, cursor, sql, parameters, context, many, flight.revision, flight.sent.kind))

    def failed(self, context: Any) -> None:
        """A statement, or a commit, ended in an error; ``context`` is SQLAlchemy's ExceptionContext."""
        flight, self.in_flight = self.in_flight, None
        connection = context.connection
        if connection is None or connection.closed or connection.invalidated:
            return
        dbapi = connection.connection.dbapi_connection
        ledger = self._ledger(dbapi, connection.dialect)
        error = context.original_exception
        driver = _driver_connection(dbapi)
        sent = None if flight is None or flight.connection is not connection else flight.sent
        if context.is_disconnect:
            ledger.lost(sent, autocommit=_is_autocommit(connection, driver))
        elif sent is not None:
            ledger.refused(
                sent,
                inside=in_transaction(driver),
                rolls_back=ledger.commits_ddl and gave_up_transaction(error),
                unread=is_syntax_error(error),
            )

    def commits(self, dialect: Any, dbapi: Any, commit: Callable[[], None]) -> None:
        """Carries a commit out. Its return counts: SQLAlchemy's own event comes before the driver has done anything."""
        ledger = self._ledger(dbapi, dialect)
        if dbapi is self._migrating and ledger.waiting:
            for check in self.before_commit:
                check()
        try:
            commit()
        except BaseException as error:
            lost = not isinstance(error, Exception) or _is_disconnect(dialect, error, dbapi)
            if lost:
                ledger.in_doubt()
            raise
        ledger.committed()

    def rolls_back(self, dialect: Any, dbapi: Any, rollback: Callable[[], None]) -> None:
        """Carries a rollback out; where the session is gone, its server does it."""
        try:
            rollback()
        finally:
            self._ledger(dbapi, dialect).rolled_back()

    def took_raw_cursor(self, place: str) -> None:
        """User code took a cursor of the driver's, whose statements nobody here sees."""
        if place not in self.account.raw_uses:
            self.account.raw_uses.append(place)

    def session_ended(self, dbapi: Any) -> None:
        """A session was closed or given up: what waited in it is gone."""
        found = self._sessions.pop(id(dbapi), None)
        if found is not None:
            found[1].rolled_back()

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
    if (witness := current_witness()) is not None and context is not None:
        witness.crosses(context, cursor, statement, parameters)


def _do_executemany(cursor: Any, statement: str, parameters: Any, context: Any) -> None:
    if (witness := current_witness()) is not None and context is not None:
        witness.crosses(context, cursor, statement, parameters, many=True)


def _do_execute_no_params(cursor: Any, statement: str, context: Any) -> None:
    if (witness := current_witness()) is not None and context is not None:
        witness.crosses(context, cursor, statement, None)


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
    """Notes who takes a cursor, or the driver's own connection, from SQLAlchemy's pooled one; returns what ends it."""
    from sqlalchemy.pool.base import _ConnectionFairy

    pooled: Any = _ConnectionFairy
    found = {name: vars(pooled)[name] for name in ("cursor", "driver_connection")}

    def cursor(connection: Any, *args: Any, **kw: Any) -> Any:
        _note_raw(sys._getframe(1))
        return found["cursor"](connection, *args, **kw)

    def driver_connection(connection: Any) -> Any:
        _note_raw(sys._getframe(1))
        return found["driver_connection"].__get__(connection, type(connection))

    pooled.cursor, pooled.driver_connection = cursor, property(driver_connection)

    def end() -> None:
        for name, method in found.items():
            setattr(pooled, name, method)

    return end


def _note_raw(frame: Any) -> None:
    module = frame.f_globals.get("__name__", "")
    if not module.startswith(("sqlalchemy.", "headway.")) and (witness := current_witness()) is not None:
        witness.took_raw_cursor(f"{frame.f_code.co_filename}:{frame.f_lineno}")


# -- connections ---------------------------------------------------------------------------------------------------


def _driver_connection(dbapi: Any) -> Any:
    """The driver's own connection, beneath what SQLAlchemy wraps around one that is async."""
    return getattr(dbapi, "driver_connection", dbapi)


def _is_autocommit(connection: Any, driver: Any) -> bool:
    level = connection.get_execution_options().get("isolation_level") or connection.dialect._on_connect_isolation_level
    return level == "AUTOCOMMIT" or autocommits(driver)


def _is_disconnect(dialect: Any, error: Exception, dbapi: Any) -> bool:
    return isinstance(error, dialect.loaded_dbapi.Error) and bool(dialect.is_disconnect(error, dbapi, None))
