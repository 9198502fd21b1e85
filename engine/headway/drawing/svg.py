"""The graph as an SVG image, without any program to draw it."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

from headway.drawing.rows import rows_of, title
from headway.revision.graph import RevisionGraph

ROW, LANE, MARGIN, RADIUS = 26, 20, 16, 5  # pixels
CHARACTER = 7.3  # the width of one at 12 pixels, which only decides how wide the image is
COLOURS = ("#1f6feb", "#2da44e", "#bf8700", "#cf222e", "#8250df", "#1b7c83")


def draw(graph: RevisionGraph, ids: Iterable[str]) -> str:
    """Newest on top; dashed lines are dependencies, filled circles heads."""
    rows = rows_of(graph, ids)
    widest = max((len(row.below) for row in rows), default=1)
    widest = max(widest, *(len(row.joined) for row in rows)) if rows else 1
    place = {row.id: (MARGIN + row.lane * LANE, MARGIN + number * ROW) for number, row in enumerate(rows)}
    text_at = MARGIN + widest * LANE + 4
    titles = {row.id: title(graph, row.id) for row in rows}
    width = int(text_at + max((len(text) for text in titles.values()), default=0) * CHARACTER + MARGIN)
    height = 2 * MARGIN + max(len(rows) - 1, 0) * ROW
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        'font-family="ui-monospace, monospace" font-size="12">'
    ]
    for row in rows:
        parts += [_line(place[row.id], place[p], row.lane, "") for p in row.parents]
        needs = (d for d in graph.dependencies(row.id) if d in place)
        parts += [_line(place[row.id], place[d], row.lane, ' stroke-dasharray="4 3"') for d in needs]
    for row in rows:
        x, y = place[row.id]
        colour = COLOURS[row.lane % len(COLOURS)]
        fill = colour if not graph.children(row.id) else "#ffffff"
        parts.append(f'<circle cx="{x}" cy="{y}" r="{RADIUS}" fill="{fill}" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{text_at}" y="{y + 4}" fill="#1f2328">{escape(titles[row.id])}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _line(child: tuple[int, int], parent: tuple[int, int], lane: int, more: str) -> str:
    (x1, y1), (x2, y2) = child, parent
    middle = (y1 + y2) / 2 if x1 != x2 else y1
    path = f"M{x1},{y1} C{x1},{middle} {x2},{middle} {x2},{y2}" if x1 != x2 else f"M{x1},{y1} L{x2},{y2}"
    colour = COLOURS[lane % len(COLOURS)]
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.5"{more}/>'
