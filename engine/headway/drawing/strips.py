"""A history as strips, one a revision, that fit together when they are stacked. Paths and numbers; knows no page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from headway.drawing.rows import Row
from headway.revision.graph import RevisionGraph

HEIGHT, LANE = 26, 14  # pixels
MIDDLE = HEIGHT // 2


class Strip(NamedTuple):
    """What is drawn beside one revision."""

    id: str
    width: int
    """Pixels."""
    node: tuple[int, int]
    """Where the revision's circle is."""
    lane: int
    lines: tuple[tuple[int, str], ...]
    """Each line's lane, which decides its colour, and its path as SVG writes it."""
    through: tuple[tuple[int, str], ...]
    """The lines of a strip in the place of this one and others below it that neither fork nor join."""


def strips_of(graph: RevisionGraph, rows: Iterable[Row]) -> Iterator[Strip]:
    """The strip of each row."""
    shown: set[str] = set()
    for row in rows:
        has_child = any(child in shown for child in graph.children(row.id))
        shown.add(row.id)
        above, lines = _above(row, has_child), []
        for lane, below in above:
            lines.append(
                (lane, _path(lane, 0, row.lane if below is None else below, MIDDLE if below is None else HEIGHT))
            )
        lines += [(row.lane + n, _path(row.lane, MIDDLE, row.lane + n, HEIGHT)) for n in range(len(row.parents))]
        width = LANE * (max(len(row.below), len(above), row.lane + 1) + 1)
        through = tuple((lane, _path(lane, 0, lane, HEIGHT)) for lane in range(len(row.below)))
        yield Strip(row.id, width, (_x(row.lane), MIDDLE), row.lane, tuple(lines), through)


def _above(row: Row, has_child: bool) -> list[tuple[int, int | None]]:
    """Each lane at the top, with the one that it goes on in below; None where it ends in the revision."""
    found: list[tuple[int, int | None]] = []
    joined = 0
    for lane in range(len(row.joined) + len(row.joining)):
        if lane in row.joining:
            found.append((lane, None))
            continue
        if joined != row.lane:
            found.append((lane, joined if joined < row.lane else joined + len(row.parents) - 1))
        elif has_child:
            found.append((lane, None))
        joined += 1
    return found


def _path(from_lane: int, from_y: int, to_lane: int, to_y: int) -> str:
    x1, x2, middle = _x(from_lane), _x(to_lane), (from_y + to_y) // 2
    return f"M{x1} {from_y}V{to_y}" if x1 == x2 else f"M{x1} {from_y}C{x1} {middle} {x2} {middle} {x2} {to_y}"


def _x(lane: int) -> int:
    return LANE * (lane + 1) - LANE // 2
