"""The report as SARIF 2.1.0, for code scanning.

The standard: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; what GitHub takes of it and how much:
https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from headway.lint.finding import Finding, Severity
from headway.printable import lines, one_line
from headway.report.complaints import RUN_FAILED, Complaint, at_configuration, complaints, worst_first
from headway.report.excerpt import columns_of
from headway.report.model import Report, Stage, Status
from headway.report.rule_help import RuleHelp, every_rule
from headway.report.shown import printable
from headway.report.words import shortened

LIMIT = 5_000  # results that GitHub keeps; it refuses the file at 25,000
NOTICES = 1_000  # places not looked at that are listed one by one
ROOM = 4_000  # characters of a message

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
BASE = "%SRCROOT%"

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note", Severity.OFF: "none"}
_PROBLEMS = {"error": "error", "warning": "warning", "note": "recommendation", "none": "recommendation"}


def render(report: Report) -> str:
    """The log, indented, with a final newline."""
    return json.dumps(document(report), indent=2, ensure_ascii=False) + "\n"


def document(report: Report) -> dict[str, Any]:
    """The log as plain values: one run, at most LIMIT results, the most severe first, and what is left out said."""
    report = printable(report, one_line, lines)
    found = worst_first([at_configuration(complaint, report) for complaint in complaints(report)])
    kept = found if len(found) <= LIMIT else [*found[: LIMIT - 1], _left_out(found[LIMIT - 1 :], report)]
    rules = _rules(kept)
    numbers = {rule["id"]: number for number, rule in enumerate(rules)}
    driver = {
        "name": "headway",
        "version": report.version,
        "informationUri": "https://github.com/headway-migrations/headway",
        "rules": rules,
        "notifications": [{"id": id_, "shortDescription": {"text": said}} for id_, said in _NOTICES.items()],
    }
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"headway/{report.command}/{report.configuration.name}/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {BASE: {"description": {"text": "The top of the repository."}}},
        "invocations": [_invocation(report)],
        "results": [_result(complaint, numbers, report) for complaint in kept],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


# -- rules ------------------------------------------------------------------------------------------------------


def _rules(kept: list[Complaint]) -> list[dict[str, Any]]:
    known = every_rule()
    named = {complaint.finding.code: complaint.finding for complaint in kept}
    return [_rule(known.get(code) or _unknown(named[code])) for code in sorted(named)]


def _unknown(finding: Finding) -> RuleHelp:
    return RuleHelp(finding.code, finding.name, finding.name, "", finding.help, finding.severity)


def _rule(rule: RuleHelp) -> dict[str, Any]:
    level = _LEVELS[rule.severity]
    return {
        "id": rule.code,
        "name": "".join(part.capitalize() for part in rule.name.split("-")),
        "shortDescription": {"text": shortened(rule.summary, 1_000)},
        "fullDescription": {"text": shortened(rule.why or rule.summary, 1_000)},
        "help": {"text": rule.text, "markdown": rule.text},
        **({"helpUri": rule.page} if rule.page is not None else {}),
        "defaultConfiguration": {"level": level},
        "properties": {"tags": ["migrations", *rule.dialects], "problem.severity": _PROBLEMS[level]},
    }


# -- results ----------------------------------------------------------------------------------------------------


def _result(complaint: Complaint, numbers: Mapping[str, int], report: Report) -> dict[str, Any]:
    finding = complaint.finding
    text = f"{finding.message}. {finding.help}".replace("](", "] (")  # or it would be a link to anywhere
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": numbers[finding.code],
        # GitHub reads no suppressions, and what was accepted must not stop a pull request there.
        "level": "note" if finding.suppressed else _LEVELS[finding.severity],
        "message": {"text": shortened(text, ROOM)},
        "locations": [
            {"physicalLocation": {"artifactLocation": _artifact(finding), "region": _region(finding, report)}}
        ],
        "partialFingerprints": {
            "headwayOperation/v1": complaint.fingerprint,
            "primaryLocationLineHash": complaint.fingerprint,
        },
        "properties": {"revision": finding.revision, "stage": finding.stage},
    }
    if finding.suppressed:
        result["suppressions"] = [{"kind": "external", "justification": finding.reason or ""}]
    if finding.fix is not None and finding.line:
        result["fixes"] = [_fix(finding, finding.fix, report)]
    return result


def _artifact(finding: Finding) -> dict[str, str]:
    path = finding.file or ""
    if os.path.isabs(path):
        return {"uri": f"file://{quote(path)}"}
    return {"uri": quote(path), "uriBaseId": BASE}


def _region(finding: Finding, report: Report) -> dict[str, int]:
    """The lines, and the columns where both ends are known: of one end alone readers think differently."""
    first = finding.line or 1
    region = {"startLine": first, "endLine": max(finding.end_line or first, first)}
    start, end = columns_of(finding, report.sources.get(finding.file or "", ()))
    if start and end and (region["endLine"] > first or end > start):
        region |= {"startColumn": start, "endColumn": end}
    return region


def _fix(finding: Finding, fix: str, report: Report) -> dict[str, Any]:
    replacement = {"deletedRegion": _region(finding, report), "insertedContent": {"text": fix}}
    return {
        "description": {"text": shortened(finding.help, ROOM)},
        "artifactChanges": [{"artifactLocation": _artifact(finding), "replacements": [replacement]}],
    }


def _left_out(rest: list[Complaint], report: Report) -> Complaint:
    """What stands in the place of all that there is no room for; as severe as the worst of it."""
    worst = rest[0].finding
    finding = Finding(
        code=RUN_FAILED if worst.code == RUN_FAILED else "not-shown",
        name="not-shown",
        severity=worst.severity,
        message=f"{len(rest)} more are left out: code scanning takes {LIMIT}",
        help="the JSON report has them all: --report json=FILE",
        suppressed=worst.suppressed,
        reason=worst.reason,
    )
    return at_configuration(Complaint(finding, "not-shown:1"), report)


# -- what was not looked at -------------------------------------------------------------------------------------

_NOTICES = {
    "error": "What ended the run, or kept a stage from its work.",
    "not-run": "A stage that did not run.",
    "not-analysed": "A place that no rule has judged.",
    "not-compared": "Something of models or migrations that was not compared.",
}


def _invocation(report: Report) -> dict[str, Any]:
    notices = list(_notices(report))
    if len(notices) > NOTICES:
        more = len(notices) - NOTICES + 1
        notices[NOTICES - 1 :] = [_notice("not-analysed", "warning", f"{more} more; the JSON report has them all")]
    return {
        "executionSuccessful": report.exit_code in (0, 1, 5),
        "exitCode": report.exit_code,
        "toolExecutionNotifications": notices,
    }


def _notices(report: Report) -> Iterator[dict[str, Any]]:
    if report.error:
        yield _notice("error", "error", report.error)
    for stage in report.stages:
        if stage.status is Status.ERROR and stage.why != report.error:
            yield _notice("error", "error", _said(stage))
        elif stage.status is Status.SKIPPED:
            yield _notice("not-run", "warning", _said(stage))
    yield from (_notice("not-analysed", "warning", place) for place in report.examined.not_analysed)
    yield from (_notice("not-compared", "warning", f"{item.object}: {item.why}") for item in report.not_compared)


def _said(stage: Stage) -> str:
    return f"{stage.name}: {stage.why or stage.summary}"


def _notice(id_: str, level: str, text: str) -> dict[str, Any]:
    return {"descriptor": {"id": id_}, "level": level, "message": {"text": shortened(text, ROOM)}}
