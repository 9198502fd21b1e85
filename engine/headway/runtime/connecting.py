"""Every connection that the process opens while somebody looks on passes one policy; this is the port, not a policy.

To write another policy, give a class the two methods of :class:`ConnectionPolicy` and run the user's code inside of
``guarded(policy)``. ``connection(attempt)`` is asked for each connection of any engine of the process, made before or
after, sync or async, in whatever thread::

    class ReadOnly:
        def connection(self, attempt: Attempt) -> DBAPIConnection:
            attempt.hear()  # the project's own do_connect listeners: tokens, hosts
            attempt.cparams["options"] = "-c default_transaction_read_only=on"
            return attempt.open()  # or attempt.open_url(another), or raise attempt.refused("…", hint="…")

        def raw(self, call: str) -> ConnectionRefused:
            return ConnectionRefused(f"{call}() goes past SQLAlchemy, so that nothing keeps it from writing")

    with guarded(ReadOnly()) as guard:
        run_environment(…)
        guard.check()

What connects past SQLAlchemy (``psycopg.connect()`` and its like, an engine's ``creator=``) is refused with what
``raw`` returns; a SQLite database in memory passes. A refusal that user code catches is not forgotten: ``check()``
raises it, and so does the end of the block. What lies in a pool from before is opened anew. Our own connections are opened inside of ``trusted()``.
"""

from __future__ import annotations

import sqlite3
import sys
import sysconfig
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

from sqlalchemy import event
from sqlalchemy.engine import URL, Dialect, Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import Pool

from headway.errors import ConnectionRefused
from headway.pattern import pattern
from headway.process import replaced
from headway.runtime import drivers


class ConnectionPolicy(Protocol):
    """Says which connection an engine gets."""

    def connection(self, attempt: Attempt) -> DBAPIConnection:
        """The connection that the engine gets. Raises what ``attempt.refused()`` returns when it gets none."""

    def raw(self, call: str) -> ConnectionRefused:
        """The error for a connection that ``call``, such as ``psycopg.connect``, would open past SQLAlchemy."""


class Attempt:
    """A connection that an engine is about to open: the dialect, and the driver's arguments, which may be changed."""

    def __init__(self, guard: Guard, dialect: Dialect, record: Any, cargs: list[Any], cparams: dict[str, Any]) -> None:
        self._guard = guard
        self.record = record
        """SQLAlchemy's record of the connection; None for an engine that only asks what the server is."""
        self.dialect = dialect
        self.cargs = cargs
        self.cparams = cparams

    @property
    def in_memory(self) -> bool:
        """Whether it leads to a SQLite database that lives in this process only."""
        return self.dialect.name == "sqlite" and drivers.in_memory(self.file or "")

    @property
    def file(self) -> str | None:
        """The name that a SQLite driver is to open."""
        name = self.cargs[0] if self.cargs else self.cparams.get("database", "")
        return str(name) if self.dialect.name == "sqlite" else None

    def hear(self) -> None:
        """Lets the project's own ``do_connect`` listeners change the arguments.

        Raises ConnectionRefused for one that opens a connection itself.
        """
        for listener in self.dialect.dispatch.do_connect:
            if listener is _answer:
                continue
            if listener(self.dialect, self.record, self.cargs, self.cparams) is not None:
                raise self.refused("a do_connect listener opens the connection itself, so that nobody can look on")

    def open(self) -> DBAPIConnection:
        """Opens it with the arguments as they are now. Whatever the driver raises goes through."""
        if self.file is not None:
            self._guard.files.add(self.file)  # aiosqlite opens it in a thread that knows nothing of us
        with trusted():
            return self.dialect.connect(*self.cargs, **self.cparams)

    def open_url(self, url: URL, **more: Any) -> DBAPIConnection:
        """Opens a connection to ``url`` by this engine's own driver, with ``more`` of the driver's arguments."""
        cargs, cparams = self.dialect.create_connect_args(url)
        self.cargs, self.cparams = list(cargs), {**more, **cparams}
        return self.open()

    def refused(self, message: str, hint: str | None = None) -> ConnectionRefused:
        """The error for it, with the user's line, noted so that ``check()`` raises it in any case."""
        return self._guard.note(ConnectionRefused(message, hint=hint))


class Guard:
    """A policy at work, what it has refused, and the files that it let SQLite open."""

    def __init__(self, policy: ConnectionPolicy) -> None:
        self.policy = policy
        self.era: object = object()
        """What connections are marked with; another one lets pools open theirs anew."""
        self.files: set[str] = set()
        self._refusals: list[ConnectionRefused] = []

    def renew(self) -> None:
        """Lets pools open anew what lies in them, because the server has closed it."""
        self.era = object()

    def note(self, refusal: ConnectionRefused) -> ConnectionRefused:
        """Keeps a refusal, and gives it the line of the user's code that runs now."""
        if refusal.path is None:
            refusal.path, refusal.line = _user_line() or (None, None)
        self._refusals.append(refusal)
        return refusal

    def refusal(self) -> ConnectionRefused | None:
        """The first refusal since the last call, if there was one."""
        refusals, self._refusals = self._refusals, []
        return refusals[0] if refusals else None

    def check(self) -> None:
        """Raises the first refusal, in case user code has caught it."""
        refusal = self.refusal()
        if refusal is not None:
            raise refusal


@contextmanager
def guarded(policy: ConnectionPolicy) -> Iterator[Guard]:
    """While the block runs, ``policy`` decides on each connection of the process; of several, the calling thread's.

    Raises ConnectionRefused at its end when something was refused and nobody has asked for it.
    """
    guard = Guard(policy)
    with _installed():
        _guards.append(guard)
        token = _guard_here.set(guard)
        try:
            yield guard
        finally:
            _guard_here.reset(token)
            _guards.remove(guard)
    guard.check()


@contextmanager
def trusted() -> Iterator[None]:
    """What this thread or task connects inside of the block is our own, and passes."""
    token = _trusted.set(True)
    try:
        yield
    finally:
        _trusted.reset(token)


# -- what stands between the driver and whoever calls it ----------------------------------------------------------

_guards: list[Guard] = []
"""Those of all threads."""
_guard_here: ContextVar[Guard | None] = ContextVar("headway_guard", default=None)
_MARK = "headway.opened_by"
_PACKAGES = pattern(r"[/\\](?:site-packages|dist-packages|headway_cli)[/\\]")
_trusted: ContextVar[bool] = ContextVar("headway_trusted", default=False)
_installing = threading.Lock()
_users = 0
_taken_away = ExitStack()


@contextmanager
def _installed() -> Iterator[None]:
    global _users
    with _installing:
        if not _users:
            _install()
        _users += 1
    try:
        yield
    finally:
        with _installing:
            _users -= 1
            if not _users:
                _taken_away.close()


def _install() -> None:
    with ExitStack() as stack:
        # SQLAlchemy notes on the class that it has listeners, and never takes that back.
        stack.enter_context(replaced(Dialect, "_has_events", lambda found: True))
        event.listen(Engine, "do_connect", _answer, insert=True)
        stack.callback(event.remove, Engine, "do_connect", _answer)
        event.listen(Pool, "checkout", _renew)
        stack.callback(event.remove, Pool, "checkout", _renew)
        stack.enter_context(drivers.checked(_check, _check_file))
        _taken_away.push(stack.pop_all())


def _answer(dialect: Dialect, record: Any, cargs: list[Any], cparams: dict[str, Any]) -> DBAPIConnection | None:
    if _trusted.get() or not _guards:
        _mark(record, _trusted)
        return None
    guard = _guard_of("an engine connects")
    _mark(record, guard.era)
    return guard.policy.connection(Attempt(guard, dialect, record, cargs, cparams))


def _mark(record: Any, opened_by: object) -> None:
    if record is not None:  # an engine that only asks what the server is gives none
        record.info[_MARK] = opened_by


def _renew(connection: DBAPIConnection, record: Any, proxy: Any) -> None:
    """Lets a pool open its connection anew that another policy, or none, has let it open."""
    if _trusted.get() or not _guards or record.info.get(_MARK) in (_trusted, _guard_of("a pool is asked").era):
        return
    if isinstance(connection, sqlite3.Connection):
        ((file,),) = connection.execute("SELECT file FROM pragma_database_list WHERE name = 'main'")
        if not file:
            return  # it lives in memory, and would be another one
    raise DisconnectionError("opened before anybody looked on")


def _check(call: str) -> None:
    if _trusted.get() or not _guards:
        return
    guard = _guard_of(f"{call}() is called")
    raise guard.note(guard.policy.raw(call))


def _check_file(name: str) -> None:
    if _trusted.get() or not _guards or drivers.in_memory(name):
        return
    guard = _guard_of("sqlite3.connect() is called")
    if name not in guard.files:
        raise guard.note(guard.policy.raw("sqlite3.connect"))


def _guard_of(what: str) -> Guard:
    """The guard of this thread; a thread that user code starts belongs to the only one there is."""
    here = _guard_here.get()
    if here is not None and here in _guards:
        return here
    if len(_guards) == 1:
        return _guards[0]
    error = ConnectionRefused(
        f"{what} in a thread that could belong to any of {len(_guards)} runs at once",
        hint="Start such runs in processes of their own.",
    )
    for guard in list(_guards):
        guard.note(error)
    raise error


def _user_line() -> tuple[str, int] | None:
    """The innermost line that asks for a connection and is neither ours nor a library's, as (path, line)."""
    frames = list(_frames())
    doors = {_answer.__code__, _check.__code__, _check_file.__code__}
    # What is further in belongs to the policy.
    outside = next((index for index, frame in enumerate(frames) if frame.f_code in doors), 0)
    for frame in frames[outside:]:
        path = frame.f_code.co_filename
        if not path.startswith(("<", *_not_the_users())) and not _PACKAGES.search(path):
            return path, frame.f_lineno
    return None


def _frames() -> Iterator[FrameType]:
    """The frames from here outwards, also those that wait while SQLAlchemy's asyncio runs us in a greenlet."""
    frame: FrameType | None = sys._getframe(1)
    greenlet = getattr(sys.modules.get("greenlet"), "getcurrent", lambda: None)()
    while frame is not None:
        yield frame
        frame = frame.f_back
        while frame is None and greenlet is not None:
            greenlet = greenlet.parent
            frame = getattr(greenlet, "gr_frame", None)


def _not_the_users() -> tuple[str, ...]:
    ours = str(Path(__file__).parents[1])
    return ours, *{sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
