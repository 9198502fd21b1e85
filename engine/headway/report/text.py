"""The report for a person at a terminal or reading a log."""

from __future__ import annotations

from collections.abc import Iterator

from headway.drift.verdict import DriftItem
from headway.lint.finding import Finding, Severity
from headway.printable import lines, one_line, without_commands
from headway.report.model import Report, Stage, Status
from headway.report.shown import printable

_SIGNS = {
    Status.PASS: ("ok", "32"),
    Status.FAIL: ("FAIL", "31"),
    Status.ERROR: ("ERROR", "31"),
    Status.SKIPPED: ("-", "33"),
}
_COLOURS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.INFO: "36", Severity.OFF: "2"}


def render(report: Report, *, color: bool = False, verbose: bool = False) -> str:
    """The whole report; ``color`` adds ANSI codes, ``verbose`` shows accepted findings too.

    No line of it is a command of GitHub's: it is what most jobs print into their logs.
    """
    report = printable(report, one_line, lines)
    paint = Painter(color)
    blocks: list[str] = []
    findings = report.findings if verbose else report.open_findings
    blocks += ["\n".join(_finding(finding, report, paint)) for finding in findings]
    if drift := report.drift if verbose else report.open_drift:
        blocks.append("\n".join(_drift(drift, paint)))
    if report.not_compared:
        blocks.append("\n".join(_not_compared(report, paint)))
    if report.plan is not None:
        blocks.append("\n".join(_plan(report)))
    if report.examined.not_analysed:
        blocks.append("\n".join(_not_analysed(report, paint)))
    if report.stages:
        width = max(24, *(len(stage.name) for stage in report.stages))
        blocks.append("\n".join(_stage(stage, width, paint) for stage in report.stages))
    blocks.append(_verdict(report, paint))
    return without_commands("\n\n".join(blocks) + "\n")


def _finding(finding: Finding, report: Report, paint: Painter) -> Iterator[str]:
    title = paint(f"{finding.severity.value}[{finding.code}]", _COLOURS[finding.severity])
    yield f"{title} {finding.name}: {finding.message}"
    if finding.file is not None:
        place = finding.file if not finding.line else f"{finding.file}:{finding.line}:{max(finding.column, 1)}"
        yield f"  --> {place}"
        yield from _excerpt(finding, report, paint)
    if finding.suppressed:
        yield f"   = accepted: {finding.reason}"
    else:
        yield f"   = help: {finding.help}"


def _excerpt(finding: Finding, report: Report, paint: Painter) -> Iterator[str]:
    lines = report.sources.get(finding.file or "", ())
    if not finding.line or finding.line > len(lines):
        return
    text = lines[finding.line - 1].expandtabs(4)
    number = str(finding.line)
    start = max(finding.column, 1) - 1
    one_line = finding.end_line in (None, 0, finding.line)
    end = finding.end_column - 1 if one_line and finding.end_column > finding.column else len(text)
    carets = "^" * max(1, min(end, len(text)) - start)
    yield f"{' ' * len(number)} |"
    yield f"{number} | {text}"
    yield f"{' ' * len(number)} | {' ' * start}{paint(carets, _COLOURS[finding.severity])}"


def _drift(items: tuple[DriftItem, ...], paint: Painter) -> Iterator[str]:
    yield paint("drift: the models and the migrated schema differ", "31")
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
    for index in plan.rebuilds:
        yield f"index {one_line(index)} is INVALID, left by a build that was cut off: it is dropped and built again"
    yield f"not covered: {', '.join(plan.not_covered)}"
    yield f"digest: {plan.digest}"


def _not_analysed(report: Report, paint: Painter) -> Iterator[str]:
    yield paint("not analysed (no rule has judged these):", "33")
    yield from (f"  {place}" for place in report.examined.not_analysed)


def _stage(stage: Stage, width: int, paint: Painter) -> str:
    word, colour = _SIGNS[stage.status]
    sign = paint(f"{word:<5}", colour)
    line = f"{sign} {stage.name:<{width}} {stage.seconds:6.2f} s  {stage.summary}".rstrip()
    return f"{line}\n        {stage.why}" if stage.why else line


def _verdict(report: Report, paint: Painter) -> str:
    counts = [
        f"{count} {severity.value}{'s' if count != 1 and severity is not Severity.INFO else ''}"
        for severity in (Severity.ERROR, Severity.WARNING, Severity.INFO)
        if (count := report.count(severity))
    ]
    if report.open_drift:
        counts.append(f"{len(report.open_drift)} drift")
    accepted = len(report.findings) - len(report.open_findings) + len(report.drift) - len(report.open_drift)
    if accepted:
        counts.append(f"{accepted} accepted")
    if not_run := [stage.name for stage in report.stages if stage.status is Status.SKIPPED and not stage.exit_code]:
        counts.append(f"not run: {' '.join(not_run)}")
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
