"""What is going on, on standard error: a line for each stage that has ended, and on a terminal what is done right now."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from headway.printable import one_line

EVERY = 10.0
"""Seconds between two lines about a stage that lasts, where no terminal shows them in place of one another."""

_TICK = 0.25
_CLEAR = "\r\033[K"


class Progress:
    """Takes lines, and what is done now; with ``quiet`` it shows neither."""

    def __init__(self, stream: TextIO, *, quiet: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._quiet = quiet
        self._is_live = stream.isatty() and not quiet
        self._clock = clock
        self._guard = threading.Lock()
        self._what = self._far = ""
        self._since = self._shown = clock()
        self._is_drawn = False

    def line(self, line: str) -> None:
        """One line that stays."""
        if self._quiet:
            return
        with self._guard:
            self._what = ""
            self._clear()
            self._stream.write(f"{one_line(line)}\n")
            self._stream.flush()

    def at(self, what: str, far: str) -> None:
        """What is done now, and how far it is."""
        with self._guard:
            if what != self._what:
                self._since = self._shown = self._clock()
            self._what, self._far = what, far
        if self._quiet or self._is_live:
            return
        if self._clock() - self._shown >= EVERY:
            self._shown = self._clock()
            self._stream.write(f"headway: {one_line(self._text())}\n")
            self._stream.flush()

    def draw(self) -> None:
        """Shows on a terminal what is done now, in the place of what it was."""
        with self._guard:
            if self._is_live and self._what:
                self._stream.write(f"{_CLEAR}headway: {one_line(self._text())}")
                self._stream.flush()
                self._is_drawn = True

    def end(self) -> None:
        """Takes away what is drawn."""
        with self._guard:
            self._what = ""
            self._clear()

    @property
    def is_live(self) -> bool:
        """Whether it draws."""
        return self._is_live

    def _text(self) -> str:
        far = f" {self._far}" if self._far else ""
        return f"{self._what} …{far}, {self._clock() - self._since:.0f} s"

    def _clear(self) -> None:
        if self._is_drawn:
            self._stream.write(_CLEAR)
            self._stream.flush()
            self._is_drawn = False


@contextmanager
def progress(*, quiet: bool) -> Iterator[Progress]:
    """Shows progress on standard error while the block runs; on a terminal the seconds pass."""
    made = Progress(sys.stderr, quiet=quiet)
    ended = threading.Event()

    def tick() -> None:
        while not ended.wait(_TICK):
            made.draw()

    ticker = threading.Thread(target=tick, name="headway-progress", daemon=True)
    if made.is_live:
        ticker.start()
    try:
        yield made
    finally:
        ended.set()
        if made.is_live:
            ticker.join()
        made.end()
