"""How large the tables of production are, as the policy says it or the file that ``headway stats`` writes. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from headway.valueclass import valueclass

SMALL_ROWS = 10_000
"""Up to so many rows every change of a table is over before anybody waits."""
LARGE_ROWS = 10_000_000
LARGE_BYTES = 10 * 1024**3
"""From so much on, one that reads or writes them all takes minutes."""

_UNITS = ("bytes", "KB", "MB", "GB", "TB", "PB")


@valueclass(frozen=True, slots=True)
class TableSize:
    """The size of one table."""

    kind: str = ""
    """``small``, ``large``, or the empty text for one in between."""
    rows: int | None = None
    bytes: int | None = None
    """On the disk, indexes included."""

    @property
    def shown(self) -> str:
        """As findings say it of the table: ``has 12 rows, 16 KB``."""
        parts = [] if self.rows is None else [f"{self.rows:,} row{'' if self.rows == 1 else 's'}"]
        parts += [] if self.bytes is None else [_shown(self.bytes)]
        return f"has {', '.join(parts)}" if parts else f"is {self.kind}, says the policy"


def read_sizes(value: Any, problem: Callable[[str | None, str], None]) -> dict[str, TableSize]:
    """The sizes by the tables' names, which may begin with a schema; tells ``problem`` the key and what is wrong with it."""
    if not isinstance(value, Mapping):
        problem(
            None, "'tables' must map a table's name to small, large, a number of rows or {rows, bytes}, or name a file"
        )
        return {}
    found = {}
    for name, said in value.items():
        size = _read(said)
        if size is None:
            problem(str(name), f"the size of '{name}' is none: say small, large, a number of rows or {{rows, bytes}}")
        else:
            found[str(name).lower()] = size
    return found


def _read(said: Any) -> TableSize | None:
    if said in ("small", "large"):
        return TableSize(said)
    if _is_count(said):
        return _measured(said, None)
    if not isinstance(said, Mapping) or not said or not said.keys() <= {"rows", "bytes", "writes"}:
        return None
    if not all(_is_count(number) for number in said.values()):
        return None
    return _measured(said.get("rows"), said.get("bytes"))


def _measured(rows: int | None, size: int | None) -> TableSize:
    large = (rows or 0) >= LARGE_ROWS or (size or 0) >= LARGE_BYTES
    small = rows is not None and rows <= SMALL_ROWS and not large
    return TableSize("large" if large else "small" if small else "", rows, size)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _shown(size: int) -> str:
    amount, unit = float(size), 0
    while amount >= 1024 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1024, unit + 1
    return f"{amount:.0f} {_UNITS[unit]}"
