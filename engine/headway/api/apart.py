"""Runs a piece of work in a process of its own, so that what it imports of the project is gone with it."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from headway.errors import HeadwayError
from headway.redact import redact
from headway.signals import CONFIRM_WITHIN, Terminated, ended_by_signals, held_back, leave_to_parent

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

T = TypeVar("T")
_ENDS_WITHIN = CONFIRM_WITHIN + 2  # seconds; by then its own watch has ended it, unless it hangs


def apart(work: Callable[[], T]) -> T:
    """What ``work`` returns, which must be a value that can be pickled.

    Models register their tables when a module is imported, once for a process: whoever asks twice what a fresh process
    would see has to ask in fresh ones. Raises the HeadwayError that ``work`` raised.
    """
    import multiprocessing  # one project alone needs no process of its own

    # A fork has all that was opened already; what it needs from here must not be picklable.
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_send, args=(theirs, work))
    try:
        with held_back():  # between the fork and its return nobody would know whom to end
            child.start()
        theirs.close()
        answer = ours.recv()
    except EOFError:
        child.join()
        raise RuntimeError(f"the process of its own {_ended(child.exitcode)}") from None
    except BaseException:  # a signal, which may have come to this process alone
        if child.pid is not None:
            child.terminate()
            child.join(_ENDS_WITHIN)
            child.kill()
        raise
    finally:
        ours.close()
        if child.pid is not None:
            child.join()
    if isinstance(answer, BaseException):
        raise answer
    return answer[0]  # type: ignore[no-any-return]  # what work() made


def _send(to: Connection, work: Callable[[], object]) -> None:
    leave_to_parent()
    try:
        with ended_by_signals():
            answer: object = (work(),)
    except Terminated:
        os._exit(0)  # who started it was told as well, and says so; what was begun has been taken back
    except HeadwayError as error:
        answer = _plain(error)
    except Exception as error:  # noqa: BLE001  # the user's, the database's, or a fault of headway's own
        explained = _explained(error)
        answer = RuntimeError(redact(traceback.format_exc())) if explained is None else _plain(explained)
    to.send(answer)
    to.close()


def _plain(error: HeadwayError) -> HeadwayError:
    """What can be pickled of an error; the passwords that this process has met are known to no other."""
    plain = HeadwayError(redact(error.message), hint=redact(error.hint or "") or None, path=error.path, line=error.line)
    plain.exit_code = error.exit_code
    return plain


def _explained(error: Exception) -> HeadwayError | None:
    """What the program says of the error when it runs in its own process."""
    if "sqlalchemy" not in sys.modules:
        return None
    from headway.runtime.failures import explain

    return explain(error)


def _ended(status: int | None) -> str:
    if status is not None and status < 0:
        return f"was ended by {signal.Signals(-status).name}"
    return f"ended with status {status}"
