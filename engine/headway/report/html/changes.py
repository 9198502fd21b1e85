"""The part of the page about what is new: the locks that each revision takes and what it has sent, folded."""

from __future__ import annotations

from headway.lint.change import Change
from headway.report.html.elements import Html, element, id_of, left_out, section, within
from headway.report.html.filters import filters
from headway.report.locks import COLUMNS, rows, statements
from headway.report.model import Report
from headway.report.words import amount, shortened

ROOM = 110_000  # bytes; the room of a plan, which no report has beside it
WORDS = 20_000  # characters of the statements of one revision


def changes(report: Report) -> Html:
    """What the new revisions do; nothing where none is new."""
    if not report.changes or report.plan is not None:
        return Html()
    kept, left = within(report.changes, lambda change: _change(change, report), ROOM)
    return section(
        "new", "What is new", filters("new", folds=True), *kept, left_out(left, "revisions"), count=len(report.changes)
    )


def _change(change: Change, report: Report) -> Html:
    locks, sent = rows(change), statements(report, change.revision)
    words = f" {amount(len(change.operations), 'operation')}, {amount(len(locks), 'lock')}"
    summary = element("summary", element("code", change.revision), element("span", words, class_="dim"))
    place = element("p", element("code", change.file), class_="place")
    scripts = [
        part
        for stages, sql in sent
        for part in (
            element("p", f"{stages}:"),
            element("pre", element("code", shortened(sql, WORDS)), tabindex=0),
        )
    ]
    table = [table_of_locks(locks, change.revision)] if locks else []
    return element("details", summary, place, *table, *scripts, id=id_of("new", change.revision), class_="item")


def table_of_locks(locks: list[tuple[str, ...]], revision: str) -> Html:
    """The rows of ``locks`` as a table that can be pushed sideways."""
    heads = [element("th", name, scope="col") for name in COLUMNS]
    body = [
        element("tr", *(element("td", element("code", cell) if at == 1 else cell) for at, cell in enumerate(row)))
        for row in locks
    ]
    table = element("table", element("thead", element("tr", *heads)), element("tbody", *body))
    return element("div", table, class_="wide", tabindex=0, role="region", aria_label=f"locks of {revision}")
