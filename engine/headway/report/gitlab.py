"""The report as GitLab's code quality: a list of problems on the lines of a merge request.

See https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import json
from typing import Any

from headway.lint.finding import Severity
from headway.printable import lines, one_line
from headway.report.complaints import Complaint, at_configuration, complaints, worst_first
from headway.report.model import Report
from headway.report.shown import printable
from headway.report.words import shortened

LIMIT = 5_000  # GitLab names no number; its page of a merge request does not get through many more
ROOM = 2_000  # characters of a description

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.INFO: "info", Severity.OFF: "info"}


def render(report: Report) -> str:
    """The list, indented, with a final newline."""
    return json.dumps(document(report), indent=2, ensure_ascii=False) + "\n"


def document(report: Report) -> list[dict[str, Any]]:
    """The list as plain values; what is accepted is not in it, and past LIMIT the last one says how many are not."""
    report = printable(report, one_line, lines)
    open_ = [complaint for complaint in complaints(report) if not complaint.finding.suppressed]
    found = worst_first([at_configuration(complaint, report) for complaint in open_])
    problems = [_problem(complaint) for complaint in found[:LIMIT]]
    if len(found) > LIMIT:
        said = f"{len(found) - LIMIT + 1} more are left out: the JSON report has them all (--report json=FILE)"
        last = {"description": said, "check_name": "not-shown", "fingerprint": "not-shown:1"}
        problems[-1] |= {**last, "location": {"path": report.configuration.file, "lines": {"begin": 1}}}
    return problems


def _problem(complaint: Complaint) -> dict[str, Any]:
    finding = complaint.finding
    return {
        "description": shortened(f"{finding.message}. {finding.help}", ROOM),
        "check_name": finding.code,
        "fingerprint": complaint.fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": finding.file, "lines": {"begin": finding.line or 1}},
    }
