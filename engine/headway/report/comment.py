"""The report as a comment on a pull request: short, folded per revision, and found again by its first line.

Posts nothing. A comment holds 65,536 characters:
https://github.com/orgs/community/discussions/27190
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from headway.drawing import mermaid
from headway.drawing.faults import drawable
from headway.errors import HeadwayError
from headway.lint.change import Change
from headway.lint.finding import Finding, Severity
from headway.plan.model import PlanStep
from headway.printable import lines, one_line
from headway.report import markdown
from headway.report.locks import COLUMNS, of_step, rows, statements
from headway.report.markdown import SIGNS, escape
from headway.report.model import Configuration, Report, Status
from headway.report.shown import printable
from headway.report.words import amount, shortened
from headway.revision.graph import RevisionGraph
from headway.revision.history import between

LIMIT = 65_536  # characters, and GitHub refuses one more
DRAWN = 30  # revisions of a picture
ROWS = 40  # of a table of locks
WORDS, SQL = 2_000, 6_000  # characters of one text, and of one revision's statements

_CUT = "\n\n*{} left out: a comment is too small for them. The job's summary and the JSON report have them.*\n"


def render(report: Report) -> str:
    """The comment: one line when all is well, and else what is wrong first; what has no room is counted in the end."""
    marked = marker(report.configuration)
    report = printable(report, one_line, lines)
    blocks = [_verdict(report), *_blocks(report)]
    kept = f"{marked}\n"
    room = LIMIT - len(_CUT) - 20
    left = 0
    for block in blocks:
        if left or len(kept) + len(block) + 1 > room:
            left += 1
        else:
            kept += f"{block}\n"
    return kept + _CUT.format(amount(left, "part") + (" is" if left == 1 else " are")) if left else kept


def marker(configuration: Configuration) -> str:
    """The first line of the comment of one configuration, and of no other: invisible, and without what would end it."""
    name = re.sub(r"[^\w ./\[\]-]|--+", "_", configuration.name, flags=re.ASCII)
    return f"<!-- headway:comment {digest_of(configuration)} {shortened(name, 100)} -->"


def digest_of(configuration: Configuration) -> str:
    """What tells the comments of one configuration from those of others."""
    return hashlib.sha256(configuration.name.encode(errors="replace")).hexdigest()[:12]


# -- parts ------------------------------------------------------------------------------------------------------


def _verdict(report: Report) -> str:
    name = escape(report.configuration.name)
    word = {"pass": "passed", "noop": "nothing to do", "fail": "failed", "error": "error"}[report.result]
    counts = [amount(n, severity.value) for severity in _SHOWN if (n := report.count(severity))]
    counts += [f"{len(report.open_drift)} drift"] if report.open_drift else []
    counts += (
        [f"{amount(len(report.examined.not_analysed), 'place')} not analysed"] if report.examined.not_analysed else []
    )
    counts += [f"{len(report.not_compared)} not compared"] if report.not_compared else []
    if skipped := [stage.name for stage in report.stages if stage.status is Status.SKIPPED]:
        counts.append(f"not run: {escape(', '.join(skipped))}")
    looked = f"{amount(report.examined.revisions, 'revision')}, {report.examined.new} new"
    said = f"**headway {report.command}: {word}** (<code>{name}</code>) – {'; '.join([looked, *counts])}"
    return f"✅ {said}" if report.exit_code == 0 else f"### ❌ headway\n\n{said}"


def _blocks(report: Report) -> Iterator[str]:
    """Each part that is whole or left out."""
    if _is_clean(report):
        return
    if report.error and not any(stage.why == report.error for stage in report.stages):
        yield f"\n> {escape(shortened(report.error, WORDS))}"
    for stage in report.stages:
        if stage.status in (Status.FAIL, Status.ERROR):
            said = "; ".join(part for part in (stage.summary, stage.why) if part)
            yield f"- {SIGNS[stage.status]} **{escape(stage.name)}** {escape(shortened(said, WORDS))}"
    yield from _findings(report)
    yield from _drift(report)
    yield from _graph(report)
    if report.plan is None:
        yield from (_change(change, report) for change in report.changes)
    if report.plan is not None:
        yield f"\nPlan `{report.plan.digest}` on {escape(report.plan.database.described)}"
        yield from (_step(step, report) for step in report.plan.in_order)
    yield from _not_looked_at(report)


def _is_clean(report: Report) -> bool:
    """Whether one line says it all; what was not looked at is counted in it."""
    return not (report.exit_code or report.open_findings or report.open_drift or report.plan)


_SHOWN = (Severity.ERROR, Severity.WARNING, Severity.INFO)


def _findings(report: Report) -> Iterator[str]:
    """A fold per revision, the one with the worst finding first and open."""
    by_subject: dict[str, list[Finding]] = {}
    for finding in sorted(report.open_findings, key=lambda found: (found.severity.rank, found.sort_key)):
        by_subject.setdefault(finding.revision or finding.file or "the project", []).append(finding)
    for number, (subject, found) in enumerate(by_subject.items()):
        counts = Counter(finding.severity.value for finding in found)
        said = ", ".join(amount(count, kind) for kind, count in counts.items())
        yield _fold(f"<code>{escape(subject)}</code>: {said}", map(_finding, found), is_open=number == 0)


def _finding(finding: Finding) -> str:
    place = f"{finding.file}:{finding.line}" if finding.line else finding.file
    where = f" <code>{escape(place)}</code>" if place else ""
    message, help = (escape(shortened(text, WORDS)) for text in (finding.message, finding.help))
    return f"- **{finding.code}** {finding.severity.value}{where}<br>{message}<br>→ {help}"


def _drift(report: Report) -> Iterator[str]:
    if report.open_drift:
        items = [
            f"{escape(f'{item.verdict}: {item.object}: {shortened(item.detail, WORDS)}')}\n\n{_code(item.operation, 'python')}"
            for item in report.open_drift
        ]
        yield _fold(f"Models and migrations: {amount(len(items), 'difference')}", items)


def _graph(report: Report) -> Iterator[str]:
    """What is new and what it stands on, drawn; nothing where nothing is, or more than one can read."""
    given = RevisionGraph(report.history)
    graph = drawable(given) if given.problems else given
    new = report.new & graph.ids.keys()
    shown = new | {parent for id_ in new for parent in graph.ids[id_].down_revisions if parent in graph.ids}
    if not new:
        return
    if len(shown) > DRAWN:
        yield f"\n{len(new)} revisions are new, too many to draw."
        return
    try:
        order = [id_ for id_ in between(graph, "heads", "base", inclusive=True) if id_ in shown]
    except HeadwayError as error:
        yield f"\nThe history cannot be drawn: {escape(error.message)}"
        return
    yield _fold(f"{amount(len(new), 'new revision')} in the history", [_code(mermaid.draw(graph, order), "mermaid")])


def _change(change: Change, report: Report) -> str:
    """What a new revision does: the locks that it takes, and what it has sent."""
    locks = rows(change)
    waited = sum(row[COLUMNS.index("waits meanwhile")] not in ("", "nobody") for row in locks)
    said = f"{amount(waited, 'lock')} that others wait for" if waited else "nobody waits for it"
    said = "not all of its locks are known" if any(operation.is_unread for operation in change.operations) else said
    inside = _tables(locks)
    for stages, sql in statements(report, change.revision):
        inside.append(f"{escape(stages)}:\n\n{_code(shortened(sql, SQL), 'sql')}")
    return _fold(f"new <code>{escape(change.revision)}</code>: {said}", inside or ["It changes nothing."])


def _tables(locks: list[tuple[str, ...]]) -> list[str]:
    """The table of locks, with as many rows as one reads, and how many more there are."""
    shown = [markdown.table(COLUMNS, locks[:ROWS])] if locks else []
    return [*shown, f"*{len(locks) - ROWS} more rows are left out.*"] if len(locks) > ROWS else shown


def _step(step: PlanStep, report: Report) -> str:
    hidden = f"-- not shown, covered by its code only: {step.why}"
    sql = "\n".join(step.statements) if step.statements is not None else hidden
    change = of_step(report, step.revision)
    inside = [_code(shortened(sql, SQL), "sql"), *_tables([] if change is None else rows(change))]
    return _fold(f"{step.direction} <code>{escape(step.revision)}</code>", inside)


def _not_looked_at(report: Report) -> Iterator[str]:
    said = [f"not analysed: {place}" for place in report.examined.not_analysed]
    said += [f"not compared: {item.object}: {item.why}" for item in report.not_compared]
    if said:
        yield _fold(f"Not looked at: {len(said)}", (f"- {escape(shortened(one, WORDS))}" for one in said))


# -- Markdown ---------------------------------------------------------------------------------------------------


def _fold(summary: str, inside: Iterable[str], *, is_open: bool = False) -> str:
    """A fold; of more than a third of a comment the rest is counted."""
    kept: list[str] = []
    left = used = 0
    for part in inside:
        used += len(part) + 2
        if left or used > LIMIT // 3:
            left += 1
        else:
            kept.append(part)
    kept += [f"*{left} more left out.*"] if left else []
    body = "\n\n".join(kept)
    return f"\n<details{' open' if is_open else ''}><summary>{summary}</summary>\n\n{body}\n\n</details>"


def _code(text: str, language: str) -> str:
    """A fence that no text inside can end."""
    text = lines(text)
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", text) or [""]))
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"
