"""The signals that end the program: how work that is going on is stopped, and the program told. Knows no database.

Python runs a handler only between two of its own instructions, and the main thread may sit in a driver's C code for an
hour: a thread that the signal wakes has the statement stopped on its server, and keeps the time.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Protocol

CONFIRM_WITHIN = 5.0  # seconds; runners send KILL after ten, and what is unconfirmed has to be told before
_ASK_AGAIN = 1.0  # seconds; a request may come before its statement does
_LOOK_EVERY = 0.1
_RAISE_ANYWAY = 4.0  # seconds after which whatever a library is at is not waited for
_ENDING = (signal.SIGTERM, signal.SIGINT)
_STOP = 0  # no signal's number

_NOT_INTERRUPTED = frozenset(
    [
        *("headway", "sqlalchemy", "asyncio"),
        *("psycopg", "psycopg2", "asyncpg"),
        *("pymysql", "MySQLdb", "aiomysql", "asyncmy"),
        *("sqlite3", "aiosqlite"),
    ]
)
"""Packages that an exception must not leave in the middle: server and client would be out of step, a lock forgotten."""
_BETWEEN_BLOCKS = "contextlib"
"""What enters and leaves blocks: an exception of its own there, and a block is never left."""


class Terminated(BaseException):
    """A signal asked the program to end; raised so that transactions roll back and locks go."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Canceller(Protocol):
    """How the work of a run is stopped from outside, and what became of it; called from other threads."""

    def is_busy(self) -> bool:
        """Whether a driver has a statement that it has not answered."""
        ...

    def cancel(self) -> None:
        """Asks the server to stop it. May block, may fail, may come again."""
        ...

    def unconfirmed(self) -> str:
        """What may still be at work, and how to look; then the account."""
        ...

    def account(self) -> str:
        """What of the work is there, now that nothing is at work any more."""
        ...


@contextmanager
def ended_by_signals() -> Iterator[Signals]:
    """Lets SIGTERM and SIGINT end the block with Terminated; what was there before comes back.

    Outside the main thread, which alone may change it, nothing is changed.
    """
    global _signals
    state = Signals()
    if threading.current_thread() is not threading.main_thread() or _signals is not None:
        yield state
        return
    # What is ignored, as by nohup, stays ignored.
    before = {number: signal.getsignal(number) for number in _ENDING if signal.getsignal(number) != signal.SIG_IGN}
    for number in before:
        signal.signal(number, state.handle)
    thrown_away, sys.unraisablehook = sys.unraisablehook, state.thrown_away
    state.others = thrown_away
    _signals = state
    try:
        yield state
    finally:
        _signals = None
        state.stop()
        sys.unraisablehook = thrown_away
        for number, handler in before.items():
            signal.signal(number, signal.SIG_IGN if state.last else handler)


@contextmanager
def cancelled_by_signals(canceller: Canceller) -> Iterator[None]:
    """Stops what the block has at work when a signal arrives, on the server too, however deep in a driver it is.

    What became of the work can be told until the program ends: a signal may come after the block, before that is said.
    """
    state = _signals
    if state is None:
        yield
        return
    state.watch()
    if not state.cancellers:  # what a run inside of another does is in the account of that
        state.told = canceller
    state.cancellers.append(canceller)
    try:
        yield
    finally:
        state.cancellers.remove(canceller)
        if state.number is not None:
            state.raised = True


def ending() -> int | None:
    """The signal that is ending the program, if one is."""
    return None if _signals is None else _signals.number


@contextmanager
def held_back() -> Iterator[None]:
    """Lets the block, which is short, come to its end; a signal that arrives meanwhile is raised behind it."""
    state = _signals
    if state is None:
        yield
        return
    state.held += 1
    try:
        yield
    finally:
        state.held -= 1
    raise_if_ending()


def leave_to_parent() -> None:
    """In a process that was forked off: forgets the parent's signals, its thread and its pipe."""
    global _signals
    if _signals is not None:
        signal.set_wakeup_fd(-1)
        _signals = None


def account() -> str | None:
    """What there is of the work that the program began last; None where it has begun none."""
    return None if _signals is None or _signals.told is None else _signals.told.account()


@contextmanager
def clearing_up() -> Iterator[None]:
    """Lets the block take back something that is half done, although a signal has arrived: nobody stops what it sends."""
    state = _signals
    if state is None:
        yield
        return
    state.clearing += 1
    try:
        yield
    finally:
        state.clearing -= 1


def raise_if_ending() -> None:
    """Raises Terminated when a signal has arrived: for moments in which nothing is half done."""
    if _signals is not None and _signals.number is not None and not _signals.clearing:
        raise _signals.told_now()


class Signals:
    """What is known of the signals that end this program, and the thread that acts on them."""

    def __init__(self) -> None:
        self.number: int | None = None
        """The first that arrived."""
        self.raised = False
        """Whether the program has been told, or is over."""
        self.is_over = False
        """Whether nothing is left to end."""
        self.last = False
        """Whether the process ends with the block: one more signal must not change how."""
        self.cancellers: list[Canceller] = []
        self.told: Canceller | None = None
        """Whose account is given when the program ends by a signal; its block may be over."""
        self.held = 0
        """In how many blocks nothing may be raised."""
        self.others: Callable[[Any], Any] = sys.__unraisablehook__
        """What hears of other exceptions that Python throws away."""
        self.clearing = 0
        """In how many blocks half-done things are taken back."""
        self._first: weakref.ref[Terminated] | None = None
        """What told the program first."""
        self._since = 0.0
        self._watcher: threading.Thread | None = None
        self._pipe: tuple[int, int] | None = None
        self._wakes_before = -1

    def handle(self, number: int, frame: FrameType | None) -> None:
        """The handler: raises where that harms nobody, otherwise leaves it to the next such moment."""
        self._arrived(number)
        if self._pipe is not None:
            with contextlib.suppress(OSError):  # full: the thread knows
                os.write(self._pipe[1], bytes([number]))  # also where somebody else was given the wake-up
        if self.raised or self.held or (self.cancellers and not self._may_raise(frame)):
            return
        raise self.told_now()

    def told_now(self) -> Terminated:
        """The exception that tells the program."""
        error = Terminated(self.number or 0)
        if not self.raised:
            self.raised, self._first = True, weakref.ref(error)  # its frames hold connections
        return error

    def watch(self) -> None:
        """Starts the thread: while the main one is in a driver's C code, Python runs no handler."""
        if self._watcher is not None:
            return
        self._pipe = os.pipe()
        os.set_blocking(self._pipe[1], False)
        self._wakes_before = signal.set_wakeup_fd(self._pipe[1], warn_on_full_buffer=False)
        self._watcher = threading.Thread(target=self._watch, name="headway-signals", daemon=True)
        self._watcher.start()

    def thrown_away(self, unraisable: Any) -> None:
        """Hears of exceptions that Python throws away, as in a finalizer. Of its own it makes another one a moment later."""
        if not isinstance(unraisable.exc_value, Terminated):
            self.others(unraisable)
        elif (
            self._first is not None and unraisable.exc_value is self._first() and not self.is_over
        ):  # another one changes nothing
            self.raised = False
            again = threading.Timer(_LOOK_EVERY, os.kill, (os.getpid(), self.number))
            again.daemon = True
            again.start()

    def over(self) -> None:
        """Nothing is left to end: what arrives from now on is ignored."""
        self.raised = self.is_over = True

    def stop(self) -> None:
        """Ends the thread."""
        self.over()
        if self._watcher is None or self._pipe is None:
            return
        reads, writes = self._pipe
        if (found := signal.set_wakeup_fd(self._wakes_before)) != writes:
            signal.set_wakeup_fd(found)
        self._pipe = None
        os.set_blocking(writes, True)
        os.write(writes, bytes([_STOP]))
        self._watcher.join(timeout=2 * _LOOK_EVERY)
        os.close(writes)
        os.close(reads)

    def _arrived(self, number: int) -> None:
        if self.number is None:
            self._since = time.monotonic()
            self.number = number

    def _may_raise(self, frame: FrameType | None) -> bool:
        if any(canceller.is_busy() for canceller in self.cancellers):
            return False
        return not _in_library(frame) or time.monotonic() - self._since > _RAISE_ANYWAY

    def _watch(self) -> None:
        assert self._pipe is not None
        reads = self._pipe[0]
        while True:
            (number,) = os.read(reads, 1)
            if number == _STOP:
                return
            if number in _ENDING and not (self.number is not None and not self.cancellers):
                self._arrived(number)
                self._end()

    def _end(self) -> None:
        """Has the work stopped and the main thread told, until the run is over or time is up."""
        main = threading.main_thread().ident
        next_request = 0.0
        while self.cancellers:
            now = time.monotonic()
            if now - self._since > CONFIRM_WITHIN:
                self._give_up()
            if now >= next_request:
                next_request = now + _ASK_AGAIN
                for canceller in list(self.cancellers):
                    # A thread each: the way to the server may hang, and time is short.
                    threading.Thread(target=_request, args=(canceller, self), daemon=True).start()
            time.sleep(_LOOK_EVERY)
            if not self.raised and main is not None and self.number is not None:
                signal.pthread_kill(main, self.number)

    def _give_up(self) -> None:
        """Ends the process: only the server could still do something, and the main thread waits for it."""
        number = self.number or signal.SIGTERM
        told = "What was at work could not be told."
        with contextlib.suppress(Exception):  # nothing may keep the process from ending now
            told = " ".join(canceller.unconfirmed() for canceller in list(self.cancellers))
        with contextlib.suppress(OSError):
            os.write(2, f"headway: ended by signal {number}. {' '.join(told.split())}\n".encode())
        os._exit(128 + number)


def _request(canceller: Canceller, state: Signals) -> None:
    if not state.clearing and (canceller.is_busy() or not state.raised):
        with contextlib.suppress(Exception):  # what cannot be asked for is told when time is up
            canceller.cancel()


def _in_library(frame: FrameType | None) -> bool:
    """Whether the code that was interrupted is in the middle of something; user code that headway called is not."""
    if frame is not None and frame.f_globals.get("__name__") == _BETWEEN_BLOCKS:
        return True
    first = True
    while frame is not None:
        package = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        if package == "headway" and not first:
            return False
        if package in _NOT_INTERRUPTED:
            return True
        frame, first = frame.f_back, False
    return False


_signals: Signals | None = None
"""Those of the program that runs, if it answers to any."""
