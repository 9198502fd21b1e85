"""The report as Markdown, for the job summary and for comments. Keeps within GitHub's size limit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from headway.lint.change import Change
from headway.pattern import pattern
from headway.printable import lines, one_line
from headway.report.locks import COLUMNS, of_step, rows, statements
from headway.report.model import Report, Status
from headway.report.shown import printable

LIMIT = 1024 * 1024 - 4096  # bytes; GitHub drops a larger summary without a word

SIGNS = {Status.PASS: "✅", Status.FAIL: "❌", Status.ERROR: "🛑", Status.SKIPPED: "➖"}
_CUT = "\n\n*The rest is left out: the report is longer than GitHub shows.*\n"


def render(report: Report) -> str:
    """The whole report, cut at a line end when it would be too long."""
    text = "\n".join(_lines(printable(report, lines, lines))) + "\n"
    if len(text.encode()) <= LIMIT:
        return text
    cut = text.encode()[: LIMIT - len(_CUT.encode())].decode(errors="ignore")
    return cut[: cut.rfind("\n")] + _CUT


def escape(text: object) -> str:
    """Text inside of Markdown, a table's cell or an HTML element: it stays on its line, is no markup, no link that shows
    another address than it has, calls nobody by ``@`` and names no other issue by ``#``."""
    return "<br>".join(_MARKUP.sub(_plain, one_line(part)) for part in str(text).split("\n"))


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of texts; those of the second column are source."""
    heads = f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}"
    return "\n".join([heads, *(f"| {' | '.join(map(_cell, enumerate(row)))} |" for row in rows)])


def _cell(cell: tuple[int, str]) -> str:
    number, text = cell
    return f"<code>{escape(text)}</code>" if number == 1 else escape(text)


_MARKUP = pattern(r"[&<>`|*~$\\\[\]]|(?<![^\W_])_|_(?![^\W_])|[@#](?=\w)")
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def _plain(match: re.Match[str]) -> str:
    character = match[0]
    if character in "@#":
        # GitHub looks for names in what it has rendered, where an escaped character is the character again.
        return f"{character}\u200b"
    return _NAMED.get(character) or f"&#{ord(character)};"


def _lines(report: Report) -> Iterator[str]:
    sign = "✅" if report.exit_code == 0 else "❌"
    yield f"## {sign} headway {report.command}: {report.result}"
    if report.error and not any(stage.why == report.error for stage in report.stages):
        yield f"\n**{escape(report.error)}**"
    if report.stages:
        yield "\n| stage | | seconds | |\n|---|---|--:|---|"
        for stage in report.stages:
            said = " – ".join(part for part in (stage.summary, stage.why) if part)
            yield f"| {escape(stage.name)} | {SIGNS[stage.status]} {stage.status.value} | {stage.seconds:.2f} | {escape(said)} |"
    if report.open_findings:
        yield "\n| | where | what | what to do |\n|---|---|---|---|"
        for finding in report.open_findings:
            where = f"{finding.file}:{finding.line}" if finding.line else finding.file or ""
            yield (
                f"| **{finding.code}** {finding.severity.value} | <code>{escape(where)}</code> | {escape(finding.message)} "
                f"| {escape(finding.help)} |"
            )
    if report.open_drift:
        yield "\n| drift | object | | operation |\n|---|---|---|---|"
        for item in report.open_drift:
            yield f"| {item.verdict} | {escape(item.object)} | {escape(item.detail)} | <code>{escape(item.operation)}</code> |"
    if report.not_compared:
        yield "\n<details><summary>Not compared</summary>\n"
        yield from (f"- {escape(item.object)}: {escape(item.why)}" for item in report.not_compared)
        yield "\n</details>"
    if report.plan is None:
        yield from (line for change in report.changes for line in _change(change, report))
    if report.plan is not None:
        yield from _plan(report)
    if report.examined.not_analysed:
        yield "\n<details><summary>Not analysed</summary>\n"
        yield from (f"- {escape(place)}" for place in report.examined.not_analysed)
        yield "\n</details>"


def _change(change: Change, report: Report) -> Iterator[str]:
    """What a new revision does."""
    locks, sent = rows(change), statements(report, change.revision)
    if not locks and not sent:
        return
    yield f"\n<details><summary>new <code>{escape(change.revision)}</code>: locks and statements</summary>\n"
    if locks:
        yield table(COLUMNS, locks)
    for stages, sql in sent:
        yield f"\n{escape(stages)}:\n\n{_fenced(sql)}"
    yield "\n</details>"


def _fenced(sql: str) -> str:
    """A fence that no text inside can end."""
    sql = lines(sql)
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", sql) or [""]))
    return f"{fence}sql\n{sql}\n{fence}"


def _plan(report: Report) -> Iterator[str]:
    plan = report.plan
    assert plan is not None
    yield f"\nPlan digest: `{plan.digest}`, on {escape(plan.database.described)}"
    for step in plan.in_order:
        hidden = f"-- not shown, covered by its code only: {step.why}"
        sql = "\n".join(step.statements) if step.statements is not None else hidden
        yield f"\n<details><summary>{step.direction} <code>{escape(step.revision)}</code></summary>\n"
        yield _fenced(sql)
        change = of_step(report, step.revision)
        if change is not None and (locks := rows(change)):
            yield f"\n{table(COLUMNS, locks)}"
        yield "\n</details>"
