"""The census as text for people: by project, by shape, and each place that was silent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from census.shapes import ALL
from census.verdicts import READ, REPORTED, SILENT, Census

LEAST_READ = 0.95
"""Of what is not inside a library."""


def is_good(found: Sequence[Census]) -> bool:
    """Whether nothing was silent and enough was read."""
    silent = sum(census.count(SILENT) for census in found)
    return not silent and share_read(found) >= LEAST_READ


def share_read(found: Sequence[Census]) -> float:
    """Which part of the changes that are not made inside a library was read."""
    own = sum(census.count(verdict, libraries=False) for census in found for verdict in (READ, REPORTED, SILENT))
    return sum(census.count(READ, libraries=False) for census in found) / own if own else 1.0


def table(found: Sequence[Census], *, verbose: bool = False) -> str:
    """All of it."""
    return "\n".join([*_projects(found), "", *_shapes(found), *_places(found, verbose), "", _sum(found)])


def _projects(found: Sequence[Census]) -> Iterator[str]:
    head = (
        "history",
        "database",
        "revisions",
        "back",
        "failed",
        "unseen",
        "refused",
        "sent",
        "read",
        "by kind",
        "reported",
        "silent",
        "library",
    )
    rows = [
        (
            census.project,
            census.database,
            census.revisions,
            "no" if census.no_downgrade or census.broken else "yes",
            len(census.failed),
            len(census.raw),
            census.refused,
            len(census.verdicts),
            census.count(READ),
            sum(verdict.by_kind for verdict in census.verdicts),
            census.count(REPORTED),
            census.count(SILENT),
            sum(verdict.in_library for verdict in census.verdicts),
            len(census.invented),
        )
        for census in found
    ]
    yield from _rows((*head, "invented"), rows, left=2)


def _shapes(found: Sequence[Census]) -> Iterator[str]:
    total: Counter[tuple[str, str]] = Counter()
    for census in found:
        total += census.by_shape()
    rows = [(shape, *(total[shape, verdict] for verdict in (READ, REPORTED, SILENT))) for shape in ALL]
    yield from _rows(("shape", READ, REPORTED, SILENT), rows, left=1)


def _rows(head: tuple[str, ...], rows: list[tuple[object, ...]], *, left: int) -> Iterator[str]:
    widths = [max(len(str(row[place])) for row in [head, *rows]) for place in range(len(head))]
    for row in [head, *rows]:
        cells = [
            str(cell).ljust(width) if place < left else str(cell).rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def _places(found: Sequence[Census], verbose: bool) -> Iterator[str]:
    for census in found:
        name = f"{census.project} on {census.database}"
        if census.broken:
            yield f"\n{name} could not be run: {census.broken}"
        shown = (SILENT, REPORTED) if verbose else (SILENT,)
        yield from _listed(name, shown, census)
        if verbose:
            yield from [f"{name}: not downgraded: {census.no_downgrade}"] if census.no_downgrade else []
            yield from (f"{name}: invented: {what}" for what in census.invented)
            yield from (f"{name}: failed: {what}" for what in census.failed)
            yield from (f"{name}: took a cursor of the driver's: {what}" for what in census.raw)


def _listed(name: str, shown: Iterable[str], census: Census) -> Iterator[str]:
    for verdict in shown:
        for found in census.verdicts:
            if found.verdict == verdict:
                where = f"{found.path}:{found.line} {found.direction}"
                yield f"{name}: {verdict}: {where}: {found.what} ({found.shape})"


def _sum(found: Sequence[Census]) -> str:
    sent = sum(len(census.verdicts) for census in found)
    silent = sum(census.count(SILENT) for census in found)
    read = share_read(found)
    return f"{sent} changes sent, {silent} silent, {read:.1%} read of what is not inside a library"
