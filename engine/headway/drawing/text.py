"""The graph in a terminal, as version control programs draw theirs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from headway.drawing.rows import Row, rows_of, title
from headway.printable import without_commands
from headway.revision.graph import RevisionGraph


def draw(graph: RevisionGraph, ids: Iterable[str]) -> str:
    """One line for each revision, newest first, and lines between them where lanes fork and join."""
    lines: list[str] = []
    for row in rows_of(graph, ids):
        lines += _joins(row)
        node = " ".join("*" if number == row.lane else "|" for number in range(len(row.joined)))
        lines.append(f"{node}  {title(graph, row.id)}")
        lines += _forks(row)
    return without_commands("".join(f"{line.rstrip()}\n" for line in lines))


def _joins(row: Row) -> Iterator[str]:
    """Lanes that end in the revision's own, from the right: ``|/`` beside it, ``|_|/`` over others."""
    count = len(row.joined) + len(row.joining)
    for lane in reversed(row.joining):
        cells = ["|", " "] * count
        cells[2 * lane] = " "
        cells[2 * lane - 1] = "/"
        for other in range(row.lane + 1, lane):
            cells[2 * other - 1] = "_"
        # What stands to the right moves one lane to the left.
        for other in range(lane + 1, count):
            cells[2 * other], cells[2 * other - 1] = " ", "/"
        yield "".join(cells)
        count -= 1


def _forks(row: Row) -> Iterator[str]:
    """New lanes for further parents, one a line: ``|\\``; a lane that ends needs none but what moves to the left."""
    count = len(row.joined)
    for number in range(1, len(row.parents)):
        cells = ["|", " "] * (count + 1)
        for lane in range(row.lane + number, count + 1):
            cells[2 * lane - 1], cells[2 * lane] = "\\", " "
        yield "".join(cells)
        count += 1
    if not row.parents and row.lane + 1 < count:
        cells = ["|", " "] * count
        cells[2 * row.lane] = " "
        for lane in range(row.lane + 1, count):
            cells[2 * lane - 1], cells[2 * lane] = "/", " "
        yield "".join(cells)
