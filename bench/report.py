"""Results as text for people and as a document for programs. Pure."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from measure import Samples, ratio, spread
from scenarios import MEMORY_TARGET, Scenario

SCHEMA = 1

_HEADER = (
    f"{'scenario':20} {'size':>6}  {'alembic':>8} {'headway':>8}  {'ratio':>5} {'target':>6}       {'floor':>5}  {'in one round':>12}"
    f"  {'cpu':>5}   {'memory, MB':>11}  {'ratio':>5}"
)


@dataclass(frozen=True)
class Result:
    """One scenario at one size, measured with both tools."""

    scenario: Scenario
    size: int
    alembic: Samples
    headway: Samples
    floor: Samples | None = None
    """What no tool can leave out; see floor.py."""

    @property
    def time_ratio(self) -> float:
        """Median wall time of headway to that of Alembic."""
        return ratio(self.headway.wall, self.alembic.wall)

    @property
    def cpu_ratio(self) -> float:
        """Median processor time of headway to that of Alembic; less disturbed by what else the machine does."""
        return ratio(self.headway.cpu, self.alembic.cpu)

    @property
    def memory_ratio(self) -> float:
        """Median peak memory of headway to that of Alembic."""
        return ratio(self.headway.memory, self.alembic.memory)

    @property
    def target(self) -> float:
        """The highest time ratio that is good enough; infinite without one."""
        return self.scenario.target_at(self.size)


def header() -> str:
    """The head of the table whose rows :func:`row` makes."""
    return f"{_HEADER}\n{'-' * len(_HEADER)}"


def row(result: Result) -> str:
    """One row of the table."""
    low, high = spread(result.headway.wall, result.alembic.wall)
    theirs, ours = statistics.median(result.alembic.memory), statistics.median(result.headway.memory)
    return (
        f"{result.scenario.name:20} {result.size:>6,}  {_seconds(result.alembic)} {_seconds(result.headway)}"
        f"  {result.time_ratio:5.3f} {_target(result.target)} {_verdict(result.time_ratio, result.target):4}"
        f"  {_floor(result)}  {low:5.3f}-{high:5.3f}  {result.cpu_ratio:5.3f}   {theirs:5.1f} {ours:5.1f}"
        f"  {result.memory_ratio:5.3f} {_verdict(result.memory_ratio, MEMORY_TARGET)}"
    )


def growth(results: Sequence[Result]) -> str:
    """How the time for one more revision (or table) changes with the size of the project; empty with single sizes."""
    lines = []
    for name in dict.fromkeys(result.scenario.name for result in results):
        sized = sorted((result for result in results if result.scenario.name == name), key=lambda result: result.size)
        for small, large in pairwise(sized):
            unit = large.scenario.unit.removesuffix("s")
            lines.append(f"{name:20} {small.size:>6,} -> {large.size:<6,} {_growth(small, large)}  µs per {unit}")
    if not lines:
        return ""
    head = f"{'growth':20} {'sizes':^16}  {'alembic: before':>15} {'after':>6} {'more':>6}"
    return "\n".join([f"{head}   {'headway: before':>15} {'after':>6} {'more':>6}", *lines])


def document(results: Sequence[Result], circumstances: dict[str, Any]) -> dict[str, Any]:
    """Everything that was measured, for JSON; times in seconds, memory in megabytes, in the order of the rounds."""
    return {
        "schema": SCHEMA,
        **circumstances,
        "results": [
            {
                "scenario": result.scenario.name,
                "size": result.size,
                "unit": result.scenario.unit,
                "time_ratio": round(result.time_ratio, 4),
                "cpu_ratio": round(result.cpu_ratio, 4),
                "memory_ratio": round(result.memory_ratio, 4),
                "time_target": None if math.isinf(result.target) else result.target,
                "memory_target": MEMORY_TARGET,
                "alembic": asdict(result.alembic),
                "headway": asdict(result.headway),
                "floor": None if result.floor is None else asdict(result.floor),
            }
            for result in results
        ],
    }


# -- cells ------------------------------------------------------------------------------------------------------


def _seconds(samples: Samples) -> str:
    return f"{statistics.median(samples.wall):7.3f}s"


def _target(target: float) -> str:
    return "      " if math.isinf(target) else f"≤{target:5.2f}"


def _floor(result: Result) -> str:
    return " " * 5 if result.floor is None else f"{ratio(result.floor.wall, result.alembic.wall):5.3f}"


def _verdict(value: float, target: float) -> str:
    return "" if math.isinf(target) else "ok" if value <= target else "over"


def _growth(small: Result, large: Result) -> str:
    cells = []
    for before, after in ((small.alembic, large.alembic), (small.headway, large.headway)):
        first, second = statistics.median(before.wall), statistics.median(after.wall)
        more = (second - first) / (large.size - small.size)
        cells.append(f"{first / small.size * 1e6:15,.0f} {second / large.size * 1e6:6,.0f} {more * 1e6:6,.0f}")
    return "   ".join(cells)
