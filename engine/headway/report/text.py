"""The report for a person at a terminal or reading a log."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from headway.drift.verdict import DriftItem, Verdict, counted
from headway.lint.finding import Finding, Severity
from headway.printable import lines, one_line, without_commands
from headway.report.excerpt import columns_of, line_of
from headway.report.locks import of_step, waits
from headway.report.model import Report, Stage, Status
from headway.report.shown import printable
from headway.report.words import amount

MIN_WIDTH = 40  # a window that is narrower gets lines that are longer

_SIGNS = {
    Status.PASS: ("ok", "32"),
    Status.FAIL: ("FAIL", "31"),
    Status.ERROR: ("ERROR", "31"),
    Status.SKIPPED: ("-", "33"),
}
_COLOURS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.INFO: "36", Severity.OFF: "2"}


def render(
    report: Report, *, color: bool = False, verbose: bool = False, width: int | None = None, explain: bool = False
) -> str:
    """The whole report; ``color`` adds ANSI codes, ``verbose`` shows accepted findings too, ``explain`` says beneath each
    finding why its rule is there, and words are wrapped at ``width``, where there is one.

    No line of it is a command of GitHub's: it is what most jobs print into their logs.
    """
    report = printable(report, one_line, lines)
    paint = Painter(color)
    width = None if width is None else max(width, MIN_WIDTH)
    blocks: list[str] = []
    whys = _whys() if explain else {}
    chosen = sorted(report.findings if verbose else report.open_findings, key=lambda found: found.file or "")
    for file, findings in groupby(chosen, lambda found: found.file):
        group = list(findings)
        blocks += [_heading(file, group, paint)] if file is not None else []
        blocks += ["\n".join(_finding(finding, report, paint, width, whys)) for finding in group]
    if drift := report.drift if verbose else report.open_drift:
        blocks.append("\n".join(_drift(drift, paint)))
    if report.not_compared:
        blocks.append("\n".join(_not_compared(report, paint)))
    if report.plan is not None:
        blocks.append("\n".join(_plan(report)))
    if report.examined.not_analysed:
        blocks.append("\n".join(_not_analysed(report, paint)))
    if report.stages:
        blocks.append("\n".join(_stage(stage, report, paint, width) for stage in report.stages))
    if left := list(_not_looked_at(report)):
        blocks.append("\n".join(wrapped(f"not looked at: {'; '.join(left)}", width, "  ")))
    blocks.append(_verdict(report, paint))
    return without_commands("\n\n".join(blocks) + "\n")


def wrapped(text: str, width: int | None, indent: str) -> list[str]:
    """``text`` in lines of ``width`` at most, the further ones indented; words that are longer stay whole."""
    if width is None or len(text) <= width:
        return [text]
    return textwrap.wrap(
        text,
        width,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
        replace_whitespace=False,
    )


def _whys() -> Mapping[str, str]:
    from headway.report.rule_help import every_rule  # the catalogue is only loaded for who asks

    return {code: rule.why for code, rule in every_rule().items() if rule.why}


def _heading(file: str, findings: list[Finding], paint: Painter) -> str:
    counts = Counter("accepted" if found.suppressed else found.severity.value for found in findings)
    revisions = ", ".join(dict.fromkeys(found.revision for found in findings if found.revision))
    named = f" (revision {revisions})" if revisions else ""
    return f"{paint(file, '1')}{named}: {', '.join(amount(count, kind) for kind, count in counts.items())}"


def _finding(
    finding: Finding, report: Report, paint: Painter, width: int | None, whys: Mapping[str, str]
) -> Iterator[str]:
    plain = f"{finding.severity.value}[{finding.code}]"
    first, *rest = wrapped(f"{plain} {finding.name}: {finding.message}", width, "  ")
    yield paint(plain, _COLOURS[finding.severity]) + first.removeprefix(plain)
    yield from rest
    if finding.file is not None:
        column = max(columns_of(finding, report.sources.get(finding.file, ()))[0], 1)
        yield f"  --> {finding.file}:{finding.line}:{column}" if finding.line else f"  --> {finding.file}"
        yield from _excerpt(finding, report, paint, width)
    said = f"accepted: {finding.reason}" if finding.suppressed else f"help: {finding.help}"
    yield from wrapped(f"   = {said}", width, "     ")
    if why := whys.get(finding.code):
        yield from wrapped(f"   = why: {why}", width, "     ")


def _excerpt(finding: Finding, report: Report, paint: Painter, width: int | None) -> Iterator[str]:
    lines = report.sources.get(finding.file or "", ())
    written = line_of(finding, lines)
    if written is None:
        return
    first, last = columns_of(finding, lines)
    one_line = finding.end_line in (None, 0, finding.line)
    before, marked = written[: max(first, 1) - 1], written[max(first, 1) - 1 :]
    marked = marked[: last - first] if one_line and last > first else marked
    text, start = written.expandtabs(4), len(before.expandtabs(4))
    end = max(start + 1, len((before + marked).expandtabs(4)))
    number = str(finding.line)
    text, start, end = _window(text, start, end, None if width is None else width - len(number) - 3)
    yield f"{' ' * len(number)} |"
    yield f"{number} | {text}"
    yield f"{' ' * len(number)} | {' ' * start}{paint('^' * (end - start), _COLOURS[finding.severity])}"


def _window(text: str, start: int, end: int, room: int | None) -> tuple[str, int, int]:
    """The stretch of a line around what is marked in it that fits, with dots for what is cut, and where the mark is."""
    if room is None or len(text) <= room:
        return text, start, end
    left = max(0, min(start - 8, len(text) - room + 1))
    shown = text[left : left + room - (1 if left else 0)]
    if left + len(shown) < len(text):
        shown = shown[:-1] + "…"
    moved = left - 1 if left else 0
    shown = f"…{shown}" if left else shown
    return shown, start - moved, max(start - moved + 1, min(end - moved, len(shown)))


def _drift(items: tuple[DriftItem, ...], paint: Painter) -> Iterator[str]:
    live = [item for item in items if item.verdict in (Verdict.LIVE_EXTRA, Verdict.LIVE_MISSING)]
    models = [item for item in items if item not in live]
    for between, found in (("models and the migrated schema", models), ("live database and the migrations", live)):
        if found:
            yield paint(f"drift: the {between} differ", "31")
            yield from _differences(found)


def _differences(items: Iterable[DriftItem]) -> Iterator[str]:
    for item in items:
        yield f"  {item.verdict}: {item.object}: {item.detail}"
        yield from (f"      {line}" for line in item.operation.split("\n"))
        yield f"      accepted: {item.accepted}" if item.accepted is not None else f"      key: {item.key}"


def _not_compared(report: Report, paint: Painter) -> Iterator[str]:
    yield paint("not compared (models and migrations may differ in these):", "33")
    yield from (f"  {item.object}: {item.why}" for item in report.not_compared)


def _plan(report: Report) -> Iterator[str]:
    plan = report.plan
    assert plan is not None
    if not plan.steps:
        yield f"plan: nothing to do, the database is on {_names(plan.current)}"
        return
    yield f"plan: {_names(plan.current)} -> {_names(plan.target)}, {len(plan.steps)} revision(s)"
    yield f"  on {one_line(plan.database.described)}"
    for step in plan.in_order:
        yield f"  {step.direction} {one_line(step.revision)}  {one_line(step.file or '')}"
        if step.statements is None:
            yield f"      -- not shown, covered by its code only: {one_line(step.why or '')}"
        for statement in step.statements or ():
            yield from (f"      {line}" for line in lines(statement).split("\n"))
        yield from (f"      -- {one_line(line)}" for line in waits(of_step(report, step.revision)))
    for index in plan.rebuilds:
        yield f"index {one_line(index)} is INVALID, left by a build that was cut off: it is dropped and built again"
    yield f"not covered: {', '.join(plan.not_covered)}"
    yield f"digest: {plan.digest}"


def _not_analysed(report: Report, paint: Painter) -> Iterator[str]:
    yield paint("not analysed (no rule has judged these):", "33")
    yield from (f"  {place}" for place in report.examined.not_analysed)


def _stage(stage: Stage, report: Report, paint: Painter, width: int | None) -> str:
    word, colour = _SIGNS[stage.status]
    names = max(24, *(len(stage.name) for stage in report.stages))
    plain = f"{word:<5}"
    line = f"{plain} {stage.name:<{names}} {stage.seconds:6.2f} s  {stage.summary}".rstrip()
    first, *rest = wrapped(line, width, " " * 8) if width is not None and len(line) > width else [line]
    why = wrapped(f"        {stage.why}", width, " " * 8) if stage.why else []
    return "\n".join([paint(plain, colour) + first.removeprefix(plain), *rest, *why])


def _not_looked_at(report: Report) -> Iterator[str]:
    """What nobody has looked at, so that a green line cannot be read as more than it is."""
    if places := len(report.examined.not_analysed):
        yield f"{amount(places, 'place')} not analysed"
    if report.not_compared:
        yield f"{counted(report.not_compared)} not compared"
    if skipped := [stage.name for stage in report.stages if stage.status is Status.SKIPPED]:
        yield f"{', '.join(skipped)} not run"


def _verdict(report: Report, paint: Painter) -> str:
    counts = [
        amount(count, severity.value)
        for severity in (Severity.ERROR, Severity.WARNING, Severity.INFO)
        if (count := report.count(severity))
    ]
    if report.open_drift:
        counts.append(f"{len(report.open_drift)} drift")
    accepted = len(report.findings) - len(report.open_findings) + len(report.drift) - len(report.open_drift)
    if accepted:
        counts.append(f"{accepted} accepted")
    tail = f" ({', '.join(counts)})" if counts else ""
    if report.error and not any(stage.why == report.error for stage in report.stages):
        tail += f": {report.error}"
    word = {"pass": "passed", "noop": "nothing to do", "fail": "failed", "error": "error"}[report.result]
    return f"headway {report.command}: {paint(word, '32' if report.exit_code == 0 else '31')}{tail}"


def _names(revisions: tuple[str, ...]) -> str:
    return one_line(", ".join(revisions)) or "base"


class Painter:
    """Wraps text in ANSI codes, or does nothing."""

    def __init__(self, color: bool) -> None:
        self.color = color

    def __call__(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.color else text
