"""The part of the page about the history: every revision beside its lines, stretches without news folded."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby

from headway.drawing.faults import drawable
from headway.drawing.rows import rows_of
from headway.drawing.strips import LANE, Strip, strips_of
from headway.errors import HeadwayError, UsageError
from headway.report.html.elements import Html, element, id_of, left_out, section, within
from headway.report.html.filters import filters
from headway.report.model import Report
from headway.report.words import amount, shortened
from headway.revision.graph import RevisionGraph
from headway.revision.history import between

ROOM = 340_000  # bytes
FOLDED = 6  # revisions without news that are worth a fold
LONGEST = 200  # revisions in a fold: it is on the page as a whole or not at all
WIDEST = 24  # lines side by side that leave room for words
COLOURS = 6


def history(report: Report, ids: list[str] | None = None) -> Html:
    """The revisions, newest first, or those of ``ids``; nothing where the report has none."""
    if not report.history:
        return Html()
    given = RevisionGraph(report.history)
    graph = drawable(given) if given.problems else given
    try:
        ids = between(graph, "heads", "base", inclusive=True) if ids is None else ids
    except HeadwayError as error:
        return section("history", "History", element("p", f"It cannot be drawn: {error.message}", class_="left"))
    strips, note = _strips(graph, ids)
    found = Counter(finding.revision for finding in report.open_findings)
    drawn = _Drawn(graph, strips, report.new, found)
    kept, left = within(drawn.groups(ids), drawn.built, ROOM)
    only = "new" if report.new else None
    return section(
        "history",
        "History",
        filters("revisions", only=only, folds=True, zooms=True),
        note,
        element("ol", *kept, class_="history"),
        left_out([id_ for group in left for id_ in group], "revisions"),
        count=len(ids),
    )


def _strips(graph: RevisionGraph, ids: list[str]) -> tuple[dict[str, Strip], Html]:
    """The strip of each revision; none where they would leave no room, and a line that says so."""
    try:
        strips = {strip.id: strip for strip in strips_of(graph, rows_of(graph, ids))}
    except UsageError as error:
        return {}, element("p", f"{error.message}.", class_="left")
    widest = max((strip.width for strip in strips.values()), default=LANE) // LANE - 1
    if widest <= WIDEST:
        return strips, Html()
    said = f"{widest} lines side by side leave no room for a picture; 'headway graph --format svg' draws it."
    return {}, element("p", said, class_="left")


class _Drawn:
    """The items of the list."""

    def __init__(
        self, graph: RevisionGraph, strips: dict[str, Strip], new: frozenset[str], found: Counter[str | None]
    ) -> None:
        self.graph, self.strips, self.new, self.found = graph, strips, new, found

    def groups(self, ids: Iterable[str]) -> list[list[str]]:
        """Each revision by itself, and those without news together, where they are enough for a fold."""
        found: list[list[str]] = []
        for has_news, run in groupby(ids, self._has_news):
            members = list(run)
            together = LONGEST if not has_news and len(members) >= FOLDED else 1
            found += [members[at : at + together] for at in range(0, len(members), together)]
        return found

    def built(self, group: list[str]) -> Html:
        """The item of a group."""
        if len(group) == 1:
            return self._item(group[0])
        said = f"{len(group)} revisions, {group[0]} down to {group[-1]}"
        first = self.strips.get(group[0])
        picture = Html() if first is None else _svg(first.width, first.through)
        summary = element("summary", picture, element("span", said, class_="words"))
        return element("li", element("details", summary, element("ol", *map(self._item, group))), class_="run")

    def _item(self, id_: str) -> Html:
        revision = self.graph.ids[id_]
        strip = self.strips.get(id_)
        words = [element("a", element("code", id_), href=f"#{id_of('r', id_)}"), *self._chips(id_)]
        if revision.depends_on:
            words.append(element("span", f" needs {', '.join(revision.depends_on)}", class_="dim"))
        file = os.path.basename(revision.path or "")
        words += [element("span", f" {name} not known: {file} computes it", class_="dim") for name in revision.unknown]
        doc = " ".join(revision.doc.split())
        words.append(element("span", " ", shortened(doc, 160), title=file or None))
        kinds = "new" if id_ in self.new else ""
        picture = Html() if strip is None else self._picture(strip)
        content = element("span", *words, class_="words")
        id_attribute = id_of("r", id_)
        return element("li", picture, content, id=id_attribute, class_="item", data_kind=kinds or None)

    def _chips(self, id_: str) -> Iterator[Html]:
        revision = self.graph.ids[id_]
        named = [("label", label) for label in revision.branch_labels]
        named += [("head", "head")] if not self.graph.children(id_) else []
        named += [("new", "new")] if id_ in self.new else []
        named += [("", "merge")] if revision.is_merge_point else []
        named += [("", "branch point")] if self.graph.is_branch_point(id_) else []
        count = self.found[id_]
        named += [("error", amount(count, "finding"))] if count else []
        yield from (element("span", words, class_=f"chip {kind}".strip()) for kind, words in named)

    def _picture(self, strip: Strip) -> Html:
        filled = "" if self.graph.children(strip.id) else " filled"
        x, y = strip.node
        circle = element("circle", class_=f"c{strip.lane % COLOURS}{filled}", cx=x, cy=y, r=4)
        return _svg(strip.width, strip.lines, circle)

    def _has_news(self, id_: str) -> bool:
        revision = self.graph.ids[id_]
        return bool(
            id_ in self.new
            or self.found[id_]
            or revision.branch_labels
            or revision.depends_on
            or revision.unknown
            or len(self.graph.children(id_)) != 1
            or len(revision.down_revisions) != 1
        )


def _svg(width: int, lines: Iterable[tuple[int, str]], *more: Html) -> Html:
    drawn: dict[int, str] = {}
    for lane, path in lines:
        drawn[lane % COLOURS] = drawn.get(lane % COLOURS, "") + path
    paths = [element("path", class_=f"c{colour}", d=path) for colour, path in drawn.items()]
    return element("svg", *paths, *more, width=width)
