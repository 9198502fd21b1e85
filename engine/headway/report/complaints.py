"""Everything that a report complains of as findings with fingerprints, for formats that know nothing else.

Drift, a stage that failed and an error that ended the run are among them: a run that did not end well is never without
one, or a platform would take its silence for a yes. Renders nothing.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from headway.drift.verdict import DriftItem
from headway.lint.finding import Finding, Severity
from headway.report.model import Report, Stage, Status
from headway.valueclass import valueclass

STAGE_FAILED, STAGE_STOPPED, RUN_FAILED = "stage-failed", "stage-stopped", "run-failed"

WITHOUT_RULE = {
    "not-migrated": "The models ask for something that no migration makes.",
    "not-modelled": "A migration makes something that the models lack.",
    "live-extra": "The live database has something that no migration makes.",
    "live-missing": "The live database lacks something that a migration makes.",
    STAGE_FAILED: "A stage of the gate said no.",
    STAGE_STOPPED: "A stage of the gate could not do its work.",
    RUN_FAILED: "The run did not end well.",
}
"""What stands behind the codes that no rule has."""


@valueclass(frozen=True, slots=True)
class Complaint:
    """A finding, or something said as one."""

    finding: Finding
    fingerprint: str
    """The same for the same complaint in another run, wherever its lines have moved to."""


def complaints(report: Report) -> list[Complaint]:
    """Each complaint of ``report``, the accepted ones too, in the order of the report."""
    return fingerprinted([*report.findings, *_others(report)], report)


def worst_first(found: list[Complaint]) -> list[Complaint]:
    """The same with what is accepted last, and else the most severe first."""
    return sorted(found, key=lambda c: (c.finding.suppressed, c.finding.severity.rank, c.finding.sort_key))


def fingerprinted(findings: list[Finding], report: Report) -> list[Complaint]:
    """The findings with a fingerprint each: of the rule, the revision and the operation, and of no line number.

    Equal ones are told apart by their number among their like.
    """
    seen: Counter[str] = Counter()
    found = []
    for finding in findings:
        subject = finding.revision or finding.file or ""
        operation = " ".join(_operation(finding, report).split()) or finding.message
        digest = hashlib.sha256("\0".join((finding.code, subject, operation)).encode()).hexdigest()[:16]
        seen[digest] += 1
        found.append(Complaint(finding, f"{digest}:{seen[digest]}"))
    return found


# -- private ----------------------------------------------------------------------------------------------------


def _operation(finding: Finding, report: Report) -> str:
    """The source that the finding is about; nothing where it is about no lines."""
    lines = report.sources.get(finding.file or "", ())
    if not finding.line or finding.line > len(lines):
        return ""
    return "\n".join(lines[finding.line - 1 : finding.end_line or finding.line])


def _others(report: Report) -> Iterator[Finding]:
    others = [*map(_of_drift, report.drift), *map(_of_stage, filter(_speaks, report.stages))]
    yield from others
    told = {stage.why for stage in report.stages}
    if report.error and report.error not in told:
        yield _of_run(report.error)
    elif report.exit_code and not any(_is_bad(found, report) for found in (*report.findings, *others)):
        yield _of_run(f"headway {report.command} ended with exit code {report.exit_code}")


def _is_bad(finding: Finding, report: Report) -> bool:
    return not finding.suppressed and finding.severity.at_least(report.threshold)


def _speaks(stage: Stage) -> bool:
    """Whether a stage has something to say that no finding says."""
    return stage.status in (Status.ERROR, Status.FAIL) and stage.why is not None


def _of_drift(item: DriftItem) -> Finding:
    found = Finding(
        code=str(item.verdict),
        name=str(item.verdict),
        severity=Severity.ERROR,
        message=f"{item.object}: {item.detail}",
        help=f"the operation is {item.operation}",
        stage=item.stage,
    )
    return found if item.accepted is None else found.suppress(item.accepted)


def _of_stage(stage: Stage) -> Finding:
    code = STAGE_FAILED if stage.status is Status.FAIL else STAGE_STOPPED
    return Finding(
        code=code,
        name=stage.name,
        severity=Severity.ERROR,
        message=f"{stage.name}: {stage.why}",
        help="mend what it names and run headway again",
        file=stage.file,
        line=stage.line,
        end_line=stage.line,
        stage=stage.name,
    )


def _of_run(message: str) -> Finding:
    return Finding(
        code=RUN_FAILED,
        name=RUN_FAILED,
        severity=Severity.ERROR,
        message=message,
        help="mend what it names and run headway again",
    )


def at_configuration(found: Complaint, report: Report) -> Complaint:
    """The complaint with a place: platforms refuse what has none, and then it is the configuration file."""
    if found.finding.file is not None:
        return found
    return replace(found, finding=replace(found.finding, file=report.configuration.file, line=None, end_line=None))
