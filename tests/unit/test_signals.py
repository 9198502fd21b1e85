"""Signals end a program where that harms nobody, and cost one that has no run to stop nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from fixtures.programs import ROOT
from headway.signals import (
    Terminated,
    cancelled_by_signals,
    clearing_up,
    ended_by_signals,
    ending,
    held_back,
    raise_if_ending,
)


class Work:
    """A run with a statement, or without one."""

    def __init__(self, *, busy: bool) -> None:
        self.busy = busy
        self.asked = threading.Event()
        self.times = 0

    def is_busy(self) -> bool:
        return self.busy

    def cancel(self) -> None:
        self.times += 1
        self.asked.set()

    def unconfirmed(self) -> str:
        return "?"

    def account(self) -> str:
        return "."


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate()]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_without_a_run_it_is_raised_at_once_and_no_thread_is_needed(number: signal.Signals) -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    with pytest.raises(Terminated) as error, ended_by_signals():
        assert "headway-signals" not in threads()
        os.kill(os.getpid(), number)
        time.sleep(5)
    assert error.value.number == number
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before
    assert ending() is None


def test_a_second_signal_does_not_disturb_what_the_first_began() -> None:
    done = False
    with ended_by_signals():
        with pytest.raises(Terminated):
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)
        os.kill(os.getpid(), signal.SIGTERM)  # a runner in a hurry, while transactions are rolled back
        time.sleep(0.2)
        done = True
    assert done


def test_a_server_that_does_not_confirm_in_time_ends_the_process_with_a_word() -> None:
    """And one that does, or needs less than that, does not."""
    code = (
        "import os, signal, sys, time\n"
        "import headway.signals as signals\n"
        "signals.CONFIRM_WITHIN = float(sys.argv[1])\n"
        "class Work:\n"
        "    busy = True\n"
        "    def is_busy(self): return self.busy\n"
        "    def cancel(self): time.sleep(30)\n"  # the way to the server hangs
        "    def unconfirmed(self): return 'DROP  TABLE\\n t' if number == 15 else None\n"
        "number = int(sys.argv[2])\n"
        "work = Work()\n"
        "try:\n"
        "    with signals.ended_by_signals(), signals.cancelled_by_signals(work):\n"
        "        os.kill(os.getpid(), number)\n"
        "        time.sleep(1.5)\n"
        "        work.busy = False\n"
        "        time.sleep(5)\n"
        "except signals.Terminated:\n"
        "    sys.exit('raised')\n"
    )
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}/engine"}

    def run(seconds: str, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        command = [sys.executable, "-c", code, seconds, str(int(number))]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stderr

    assert run("0.5") == (128 + signal.SIGTERM, "headway: ended by signal 15. DROP TABLE t\n")
    told = "headway: ended by signal 2. What was at work could not be told.\n"
    assert run("0.5", signal.SIGINT) == (128 + signal.SIGINT, told)
    began = time.monotonic()
    assert run("20") == (1, "raised\n")
    assert time.monotonic() - began < 15, "nobody waits for who asks the server"


def test_while_a_driver_is_busy_nothing_is_raised_in_it() -> None:
    work = Work(busy=True)
    reached = False
    with pytest.raises(Terminated), ended_by_signals(), cancelled_by_signals(work):
        os.kill(os.getpid(), signal.SIGTERM)
        assert work.asked.wait(2), "the thread asks, whatever the main thread does"
        time.sleep(0.3)
        reached = True
        work.busy = False  # the driver has answered
        time.sleep(5)
    assert reached
    assert "headway-signals" not in threads()


def test_a_block_that_is_being_left_is_left() -> None:
    """What is at the way out, a rollback or the run lock, comes first."""
    left = []

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        if frame.f_code is ExitStack.__exit__.__code__ and ending() is None:
            state.handle(signal.SIGTERM, frame)
        return trace

    before = sys.gettrace()
    with ended_by_signals() as state:
        with pytest.raises(Terminated), cancelled_by_signals(Work(busy=False)):
            with ExitStack() as stack:
                stack.callback(left.append, "rolled back")
                sys.settrace(trace)
            sys.settrace(before)
            raise_if_ending()
        sys.settrace(before)
    assert left == ["rolled back"]


class Dying:
    """Its finalizer takes a moment, in which a signal comes."""

    def __del__(self) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.05)


def test_what_python_throws_away_is_raised_again(capfd: pytest.CaptureFixture[str]) -> None:
    started = time.monotonic()
    before = sys.unraisablehook
    with pytest.raises(Terminated), ended_by_signals():
        Dying()
        time.sleep(5)
    assert time.monotonic() - started < 3
    assert capfd.readouterr().err == ""
    assert sys.unraisablehook is before


def test_what_is_short_comes_to_its_end_before() -> None:
    reached = False
    with pytest.raises(Terminated), ended_by_signals():
        with held_back():
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(0.05)
            reached = True
        raise AssertionError("it was raised behind the block")
    assert reached


def test_the_first_signal_is_the_one_that_ends_it() -> None:
    with ended_by_signals():
        with pytest.raises(Terminated) as error:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.1)
        assert ending() == error.value.number == signal.SIGTERM
        with pytest.raises(Terminated) as again:
            raise_if_ending()
        assert again.value.number == signal.SIGTERM


def test_a_block_inside_another_leaves_everything_to_it() -> None:
    with ended_by_signals() as outer:
        handler = signal.getsignal(signal.SIGTERM)
        with ended_by_signals() as inner:
            assert inner is not outer
            assert signal.getsignal(signal.SIGTERM) == handler
        assert signal.getsignal(signal.SIGTERM) == handler
        with pytest.raises(Terminated):
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)
        assert ending() == signal.SIGTERM


def test_where_the_process_ends_with_the_block_one_more_signal_changes_nothing() -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    try:
        with ended_by_signals() as state:
            state.last = True
        assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == (signal.SIG_IGN,) * 2
    finally:
        for number, handler in zip((signal.SIGTERM, signal.SIGINT), before, strict=True):
            signal.signal(number, handler)


def test_what_arrives_when_all_is_over_is_ignored() -> None:
    with ended_by_signals() as state:
        state.over()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.2)


def test_work_that_came_to_its_end_all_the_same_is_not_interrupted_afterwards() -> None:
    """What is left to do is to say so: the signal ends it, and no second one does."""
    with ended_by_signals():
        work = Work(busy=True)
        with cancelled_by_signals(work):
            os.kill(os.getpid(), signal.SIGTERM)
            assert work.asked.wait(2)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.3)
        assert ending() == signal.SIGTERM


def test_a_server_is_asked_once_a_second_and_not_while_a_run_rolls_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headway.signals.CONFIRM_WITHIN", 60.0)
    work = Work(busy=True)
    with ended_by_signals(), cancelled_by_signals(work):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(1.5)
        assert 1 <= work.times <= 3
        with pytest.raises(Terminated):
            work.busy = False
            time.sleep(5)
        asked = work.times
        time.sleep(1.2)
        assert work.times == asked, "it rolls back, and nothing is at work that could be stopped"
        work.asked.clear()
        work.busy = True  # the rollback itself takes too long
        assert work.asked.wait(10)


def test_what_takes_back_half_of_something_may_go_on() -> None:
    """The drop of a half-filled copy, which no transaction of MySQL's would undo."""
    work = Work(busy=False)
    with ended_by_signals(), cancelled_by_signals(work):
        with pytest.raises(Terminated), clearing_up():
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)
        work.times, work.busy = 0, True
        with clearing_up():
            raise_if_ending()
            time.sleep(1.2)
            assert work.times == 0, "nobody stops it"
        with pytest.raises(Terminated):
            raise_if_ending()
    with clearing_up():
        raise_if_ending()  # where nothing answers to signals


def test_another_signal_of_the_project_s_own_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does it keep the thread from hearing the one that does, however many come."""
    failed: list[object] = []
    monkeypatch.setattr(threading, "excepthook", failed.append)
    heard: list[int] = []
    before = signal.signal(signal.SIGHUP, lambda number, frame: heard.append(number))
    try:
        with pytest.raises(Terminated), ended_by_signals():
            work = Work(busy=True)
            with cancelled_by_signals(work):
                os.kill(os.getpid(), signal.SIGHUP)
                time.sleep(0.2)
                assert (heard, ending(), work.times) == ([signal.SIGHUP], None, 0)
                for _ in range(20):
                    os.kill(os.getpid(), signal.SIGTERM)
                assert work.asked.wait(2)
                work.busy = False
                time.sleep(5)
    finally:
        signal.signal(signal.SIGHUP, before)
    assert failed == []


def test_nothing_stays_open() -> None:
    def files() -> list[str]:
        return sorted(os.listdir("/proc/self/fd"))

    before = files()
    for _ in range(3):
        with ended_by_signals(), cancelled_by_signals(Work(busy=False)), cancelled_by_signals(Work(busy=False)):
            assert threads().count("headway-signals") == 1
    assert files() == before
    assert signal.set_wakeup_fd(-1) == -1


def test_a_wake_up_that_the_work_has_set_stays() -> None:
    """As an event loop does that goes on after the run."""
    reads, writes = os.pipe()
    os.set_blocking(writes, False)
    before = signal.set_wakeup_fd(-1)
    try:
        with ended_by_signals(), cancelled_by_signals(Work(busy=False)):
            signal.set_wakeup_fd(writes)
        assert signal.set_wakeup_fd(-1) == writes
    finally:
        signal.set_wakeup_fd(before)
        os.close(reads)
        os.close(writes)


def test_the_wake_up_of_somebody_else_comes_back() -> None:
    reads, writes = os.pipe()
    os.set_blocking(writes, False)
    before = signal.set_wakeup_fd(writes)
    try:
        with ended_by_signals(), cancelled_by_signals(Work(busy=False)):
            pass
        assert signal.set_wakeup_fd(writes) == writes
    finally:
        signal.set_wakeup_fd(before)
        os.close(reads)
        os.close(writes)


def test_it_is_raised_again_for_who_goes_on() -> None:
    with ended_by_signals(), cancelled_by_signals(Work(busy=False)):
        raise_if_ending()
        with pytest.raises(Terminated):
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)
        for _ in range(2):
            with pytest.raises(Terminated):
                raise_if_ending()
        os.kill(os.getpid(), signal.SIGTERM)  # while it rolls back
        time.sleep(0.3)


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with ended_by_signals():
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.1)
        assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_in_a_thread_nothing_is_changed() -> None:
    before = signal.getsignal(signal.SIGTERM)
    seen: list[object] = []

    def run() -> None:
        with ended_by_signals(), cancelled_by_signals(Work(busy=True)):
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert seen == [before]


def test_listings_start_no_thread() -> None:
    code = (
        "import sys, threading\n"
        "from headway_cli.main import main\n"
        "code = main(['heads'])\n"
        "assert 'sqlalchemy' not in sys.modules\n"
        "assert threading.active_count() == 1 and code == 0\n"
    )
    project = Path(ROOT) / "examples" / "storefront"
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}/engine:{ROOT}/entrypoint", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", code], cwd=project, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("callers", "at_once"),
    [(["headway.runtime.run", "revision"], True), (["sqlalchemy.engine", "headway.x", "revision", "shop"], True)]
    + [(["headway.runtime.run", "revision", name], False) for name in ("sqlalchemy.engine", "sqlite3", "headway.x")],
    ids=lambda value: "-".join(value) if isinstance(value, list) else None,
)
def test_user_code_is_interrupted_at_once_and_a_library_is_not(
    callers: list[str], at_once: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("headway.signals._RAISE_ANYWAY", 2.0)
    until = time.monotonic() + 20
    work: Callable[[], None] | None = None
    for name in reversed(callers):
        scope: dict[str, Any] = {"__name__": name, "time": time, "inner": work}
        body = "inner()" if work is not None else f"while time.monotonic() < {until}: time.sleep(0.01)"
        exec(f"def call():\n    {body}\n", scope)
        work = scope["call"]
    assert work is not None
    sent = time.monotonic() + 0.2
    sender = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM))
    with pytest.raises(Terminated), ended_by_signals(), cancelled_by_signals(Work(busy=False)):
        sender.start()
        work()
    took = time.monotonic() - sent
    assert (took < 1.9) is at_once
    assert took < 10
