"""Work in a process of its own ends with the process that asked for it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from headway.api.apart import apart
from headway.errors import HeadwayError
from headway.signals import Terminated, ended_by_signals


@pytest.mark.parametrize("both", [False, True], ids=["to the parent alone", "to both"])
def test_a_signal_ends_the_work_and_it_takes_back_what_it_began(
    both: bool, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    begun, undone = tmp_path / "begun", tmp_path / "undone"

    def work() -> None:
        try:
            begun.write_text(str(os.getpid()))
            os.kill(os.getppid(), signal.SIGTERM)
            if both:
                os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(60)
        finally:
            undone.touch()

    started = time.monotonic()
    with pytest.raises(Terminated), ended_by_signals():
        apart(work)
    assert time.monotonic() - started < 20
    assert undone.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(int(begun.read_text()), 0)
    assert capfd.readouterr() == ("", ""), "who asked for it says so, once"


def test_what_it_returns_and_raises_comes_back() -> None:
    assert apart(lambda: 42) == 42
    with pytest.raises((RuntimeError, HeadwayError), match="ZeroDivisionError"):
        apart(lambda: 1 // 0)
    with pytest.raises(RuntimeError, match="was ended by SIGKILL"):
        apart(lambda: os.kill(os.getpid(), signal.SIGKILL))
