"""What a command alone has to say, beside what every report has: a document per command, each with a form of its own.

The forms are the JSON Schemas in ``schemas``, one for each command of :data:`FORMS`.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from headway.drift.verdict import Verdict
from headway.lint.change import Change, Sent, TakenLock
from headway.lint.finding import Severity
from headway.plan.model import SCHEMA as PLAN_FORM
from headway.plan.plan_file import file_document
from headway.report.model import Report, Status

FORMS = {
    "ci": "headway/ci/1",
    "lint": "headway/lint/1",
    "drift": "headway/drift/1",
    "plan": PLAN_FORM,
    "apply": "headway/apply/1",
}
"""The name of each command's form, which its document has under ``schema``."""


def payload(report: Report) -> dict[str, Any] | None:
    """The document of the report's command as plain values; None where the run ended before there was anything to say.

    That of ``plan`` is the plan file.
    """
    if not report.stages or report.command not in FORMS:
        return None
    if report.command == "plan":
        return None if report.plan is None else file_document(report.plan)
    made = {"ci": _ci, "lint": _lint, "drift": _drift, "apply": _apply}[report.command](report)
    return {"schema": FORMS[report.command], **made}


def _lint(report: Report) -> dict[str, Any]:
    severities = {one.value: report.count(one) for one in (Severity.ERROR, Severity.WARNING, Severity.INFO)}
    versions = report.databases.versions
    return {
        "against": report.against,
        "new": sorted(report.new),
        "threshold": report.threshold.value,
        "databases": {
            "known": [
                {"name": name, "version": ".".join(map(str, versions.get(name, ()))) or None}
                for name in sorted(report.databases.names)
            ],
            "told_by": report.databases.source or None,
        },
        "counts": {**severities, "accepted": sum(finding.suppressed for finding in report.findings)},
        "changes": [change_document(change) for change in report.changes],
    }


def _ci(report: Report) -> dict[str, Any]:
    return {
        **_lint(report),
        "sent": [sent_document(sent) for sent in report.sent],
        "differences": _differences(report),
        "not_run": [stage.name for stage in report.stages if stage.status is Status.SKIPPED],
    }


def _drift(report: Report) -> dict[str, Any]:
    return {
        "differences": _differences(report),
        "operations": [item.operation for item in report.open_drift if item.operation],
        "not_run": [stage.name for stage in report.stages if stage.status is Status.SKIPPED],
    }


def _apply(report: Report) -> dict[str, Any]:
    plan = report.plan
    left = None if plan is None else [step.revision for step in plan.steps if step.revision not in report.applied]
    return {
        "digest": None if plan is None else plan.digest,
        "current": None if plan is None else list(plan.current),
        "target": None if plan is None else list(plan.target),
        "applied": list(report.applied),
        "not_applied": left,
        "failed": report.failed,
    }


def _differences(report: Report) -> dict[str, int]:
    counted = Counter(str(item.verdict) for item in report.open_drift)
    accepted = len(report.drift) - len(report.open_drift)
    verdicts = {verdict.value: counted[verdict.value] for verdict in Verdict}
    return {**verdicts, "accepted": accepted, "not_compared": len(report.not_compared)}


def change_document(change: Change) -> dict[str, Any]:
    """What a revision does as plain values."""
    return {
        "revision": change.revision,
        "file": change.file,
        "operations": [
            {
                "line": operation.line,
                "source": operation.source,
                "unread": operation.is_unread,
                "locks": [_lock(taken) for taken in operation.locks],
            }
            for operation in change.operations
        ],
    }


def _lock(taken: TakenLock) -> dict[str, Any]:
    return {
        "database": taken.database,
        "table": taken.table,
        "level": taken.lock.level,
        "waits": taken.waits,
        "held": taken.lock.held.value,
        "manual": taken.lock.manual,
    }


def sent_document(sent: Sent) -> dict[str, Any]:
    """The statements of a revision as plain values."""
    return {"revision": sent.revision, "stage": sent.stage, "statements": list(sent.statements)}
