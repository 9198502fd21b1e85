"""The report as JUnit's XML: a stage is a suite, and what fails the gate is a failure in it.

There is no standard; this is what Jenkins' schema and GitLab take, https://github.com/jenkinsci/xunit-plugin (junit-10.xsd).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from headway.pattern import pattern
from headway.printable import lines, one_line
from headway.report.complaints import STAGE_FAILED, STAGE_STOPPED, Complaint, complaints, worst_first
from headway.report.model import Report, Stage, Status
from headway.report.shown import printable
from headway.report.words import shortened
from headway.valueclass import valueclass

LIMIT = 10_000  # cases; GitLab takes 30 MB a file
ROOM = 2_000  # characters of a message

_NOT_XML = pattern("[\ufffe\uffff]")


@valueclass(frozen=True, slots=True)
class Case:
    """One test case: ``inside`` is its one element, or nothing when it passed."""

    name: str
    place: str
    outcome: str = ""
    """``failure``, ``error``, ``skipped`` or nothing."""
    inside: str = ""
    seconds: float = 0.0


def render(report: Report) -> str:
    """The document. A finding below the threshold is a case that passes with its words as output; an accepted one is
    skipped."""
    report = printable(report, one_line, lines)
    by_stage = _by_stage(report)
    suites = [_suite(stage, by_stage.pop(stage.name, []), report) for stage in report.stages]
    rest = [complaint for found in by_stage.values() for complaint in found]
    if rest or not suites:
        suites.append(_suite(Stage(f"headway {report.command}", Status.PASS, 0.0), rest, report))
    cases = [case for _, found in suites for case in found]
    parts = ['<?xml version="1.0" encoding="UTF-8"?>']
    parts.append(f"<testsuites name={_quoted(f'headway {report.command}')}{_counted(cases, skipped=False)}>")
    for name, found in suites:
        parts.append(f"  <testsuite name={_quoted(name)}{_counted(found)}>")
        parts += map(_case, found)
        parts += [f"    <system-out>{_text(said)}</system-out>" for said in _not_looked_at(name, report)]
        parts.append("  </testsuite>")
    return "\n".join([*parts, "</testsuites>"]) + "\n"


# -- cases ------------------------------------------------------------------------------------------------------


def _by_stage(report: Report) -> dict[str, list[Complaint]]:
    """What each stage complains of, in all at most LIMIT; of a stage itself its own case speaks."""
    found = [c for c in complaints(report) if c.finding.code not in (STAGE_FAILED, STAGE_STOPPED)]
    by_stage: dict[str, list[Complaint]] = {}
    for complaint in worst_first(found)[:LIMIT]:
        by_stage.setdefault(complaint.finding.stage, []).append(complaint)
    return by_stage


def _suite(stage: Stage, found: Sequence[Complaint], report: Report) -> tuple[str, list[Case]]:
    return stage.name, [_of_stage(stage), *(_of_complaint(complaint, report) for complaint in found)]


def _of_stage(stage: Stage) -> Case:
    said = stage.why or stage.summary
    if stage.status is Status.PASS:
        return Case(stage.name, "stage", inside=_output(stage.summary), seconds=stage.seconds)
    outcome = {Status.FAIL: "failure", Status.ERROR: "error", Status.SKIPPED: "skipped"}[stage.status]
    return Case(stage.name, "stage", outcome, _element(outcome, stage.status.value, said, ""), stage.seconds)


def _of_complaint(complaint: Complaint, report: Report) -> Case:
    finding = complaint.finding
    place = f"{finding.file}:{finding.line}" if finding.line else finding.file or report.configuration.file
    name = f"{finding.code} {finding.name} {complaint.fingerprint}"
    body = f"{place}: {finding.message}\nhelp: {finding.help}"
    if finding.suppressed:
        return Case(name, place, "skipped", f"<skipped message={_quoted(f'accepted: {finding.reason}')}/>")
    if not finding.severity.at_least(report.threshold):
        return Case(name, place, inside=_output(f"{finding.severity.value}: {body}"))
    return Case(name, place, "failure", _element("failure", finding.severity.value, finding.message, body))


def _not_looked_at(suite: str, report: Report) -> Iterator[str]:
    """What was not looked at, once, in the last suite; and what there is no room for."""
    if report.stages and suite != report.stages[-1].name:
        return
    left = len(report.findings) + len(report.drift) - LIMIT
    said = [f"{left} or more are left out: the JSON report has them all"] if left > 0 else []
    said += [f"not analysed: {place}" for place in report.examined.not_analysed[:LIMIT]]
    said += [f"not compared: {item.object}: {item.why}" for item in report.not_compared[:LIMIT]]
    if said:
        yield shortened("\n".join(said), 1_000_000)


# -- XML --------------------------------------------------------------------------------------------------------


def _counted(cases: Sequence[Case], *, skipped: bool = True) -> str:
    counts = {
        "tests": len(cases),
        "failures": sum(case.outcome == "failure" for case in cases),
        "errors": sum(case.outcome == "error" for case in cases),
        **({"skipped": sum(case.outcome == "skipped" for case in cases)} if skipped else {}),
    }
    seconds = sum(case.seconds for case in cases)
    return "".join(f' {name}="{count}"' for name, count in counts.items()) + f' time="{seconds:.3f}"'


def _case(case: Case) -> str:
    opening = f'    <testcase name={_quoted(case.name)} classname={_quoted(case.place)} time="{case.seconds:.3f}"'
    return f"{opening}>{case.inside}</testcase>" if case.inside else f"{opening}/>"


def _element(tag: str, type_: str, message: str, body: str) -> str:
    return (
        f'<{tag} type="{type_}" message={_quoted(shortened(message, ROOM))}>{_text(shortened(body, 2 * ROOM))}</{tag}>'
    )


def _output(text: str) -> str:
    return f"<system-out>{_text(shortened(text, ROOM))}</system-out>" if text else ""


def _quoted(text: str) -> str:
    return quoteattr(_NOT_XML.sub("?", text))


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("?", text))
