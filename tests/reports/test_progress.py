"""Progress on standard error: a line for each stage that ends, and on a terminal what is done right now, with its time."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

from fixtures.programs import environment_of_runs
from headway_cli.progress import EVERY, Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_elsewhere_a_stage_that_lasts_says_where_it_is_now_and_then() -> None:
    now, stream = [0.0], io.StringIO()
    shown = Progress(stream, clock=lambda: now[0])
    for number in range(500):
        now[0] += 0.05
        shown.at("replay (sqlite)", f"{number + 1}/500 ae{number}")
        shown.draw()
    shown.line("headway: replay (sqlite): pass, 25.00 s")
    assert stream.getvalue().splitlines() == [
        "headway: replay (sqlite) … 201/500 ae200, 10 s",
        "headway: replay (sqlite) … 401/500 ae400, 20 s",
        "headway: replay (sqlite): pass, 25.00 s",
    ]
    assert EVERY == 10.0


def test_on_a_terminal_the_line_is_drawn_over_and_leaves_nothing() -> None:
    now, stream = [0.0], Terminal()
    shown = Progress(stream, clock=lambda: now[0])
    shown.at("replay (sqlite)", "")
    shown.draw()
    now[0] = 3.2
    shown.at("replay (sqlite)", "312/500 ae1027\x1b[2J")
    shown.draw()
    shown.line("headway: replay (sqlite): pass")
    shown.draw()
    shown.end()
    clear = "\r\033[K"
    assert stream.getvalue() == (
        f"{clear}headway: replay (sqlite) …, 0 s{clear}headway: replay (sqlite) … 312/500 ae1027\\x1b[2J, 3 s"
        f"{clear}headway: replay (sqlite): pass\n"
    )


def test_quiet_shows_nothing() -> None:
    for stream in (io.StringIO(), Terminal()):
        shown = Progress(stream, quiet=True, clock=lambda: 100.0)
        shown.at("replay", "1/2")
        shown.draw()
        shown.line("headway: replay: pass")
        shown.end()
        assert stream.getvalue() == ""


def test_the_program_draws_on_a_terminal_and_its_report_stays_clean(storefront: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "headway_cli", "ci", "--scratch", "sqlite"]
    with subprocess.Popen(
        command, cwd=storefront, env=environment_of_runs(), stdout=subprocess.PIPE, stderr=theirs
    ) as process:
        os.close(theirs)
        shown = b""
        while part := _read(ours):
            shown += part
        out, _ = process.communicate()
    os.close(ours)
    assert process.returncode == 0
    assert "\r\033[Kheadway: " in shown.decode()
    lines = [line.rpartition("\033[K")[2].strip() for line in shown.decode().splitlines()]
    assert [line.split(":")[1].strip() for line in lines if ": pass, " in line] == [
        *("graph", "lint", "replay (sqlite)", "drift (sqlite)", "downgrade (sqlite)")
    ]
    assert "\033" not in out.decode()
    assert "…" not in out.decode()


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # how Linux says that the other side is closed
        return b""
