"""What a run of a program costs: one process, and interleaved rounds of several. Compares and judges nothing."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LAUNCHER = Path(__file__).with_name("launcher.py")
TIME_LIMIT = 900.0  # seconds for one process, far above the slowest


class ProgramFailed(Exception):
    """A measured program ended otherwise than it must."""


@dataclass(frozen=True)
class Run:
    """One process."""

    code: int
    wall: float
    """Seconds from its start to its end."""
    cpu: float
    """Seconds of processor time, user and system."""
    memory: float
    """The peak of its resident memory, in megabytes."""
    stdout: str
    stderr: str

    def require_success(self, what: str) -> Run:
        """This run. Raises ProgramFailed unless the exit code is 0."""
        if self.code != 0:
            raise ProgramFailed(f"{what} ended with {self.code}:\n{self.stdout[-2000:]}{self.stderr[-2000:]}")
        return self


@dataclass(frozen=True)
class Samples:
    """The rounds of one program, in the order in which they were run."""

    wall: tuple[float, ...]
    cpu: tuple[float, ...]
    memory: tuple[float, ...]


@dataclass(frozen=True)
class Machine:
    """Where and how programs are run."""

    outputs: Path
    """A directory for what they print."""
    cpu: int | None
    """The processor they are pinned to, or None."""

    def run(self, command: Sequence[str | Path], place: Path) -> Run:
        """Runs ``command`` in the directory ``place``, in an environment that holds nothing of the caller's."""
        out, err = self.outputs / "stdout", self.outputs / "stderr"
        launched = subprocess.run(
            [sys.executable, "-I", "-S", LAUNCHER, "-" if self.cpu is None else str(self.cpu), out, err, *command],
            cwd=place,
            env=_environment(),
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT,
            check=True,
        )
        code, wall, user, system, kilobytes = launched.stdout.split()
        return Run(
            code=int(code),
            wall=float(wall),
            cpu=float(user) + float(system),
            memory=int(kilobytes) / 1024,
            stdout=out.read_text(encoding="utf-8"),
            stderr=err.read_text(encoding="utf-8"),
        )


def interleaved(programs: Mapping[str, Callable[[], Run]], rounds: int) -> dict[str, Samples]:
    """Runs the programs in turn, ``rounds`` times, so that whatever slows the machine down slows all of them."""
    runs: dict[str, list[Run]] = {name: [] for name in programs}
    for _ in range(rounds):
        for name, program in programs.items():
            runs[name].append(program())
    return {
        name: Samples(
            tuple(run.wall for run in done), tuple(run.cpu for run in done), tuple(run.memory for run in done)
        )
        for name, done in runs.items()
    }


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The ratio of the medians."""
    return statistics.median(ours) / statistics.median(theirs)


def spread(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, float]:
    """The lowest and the highest ratio within one round."""
    ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
    return min(ratios), max(ratios)


def last_cpu() -> int | None:
    """The last processor that this process may use; the first ones serve interrupts more often. None without any."""
    if not hasattr(os, "sched_getaffinity"):
        return None
    return max(os.sched_getaffinity(0))


def _environment() -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "LC_ALL": "C.UTF-8",
        # Revision files are new to every deploy; the tools' own packages keep the caches they were installed with.
        "PYTHONDONTWRITEBYTECODE": "1",
    }
