"""The fixes of findings as suggestions that a reviewer takes with one click: whole lines, and what is to stand there.

Posts nothing. See https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/reviewing-changes-in-pull-requests/commenting-on-a-pull-request
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from headway.lint.finding import Finding
from headway.lint.fixes.mending import edit_of, mended
from headway.printable import lines, one_line
from headway.report.comment import digest_of
from headway.report.markdown import escape
from headway.report.model import Report
from headway.report.words import shortened

SCHEMA = "headway/suggestions/1"
LIMIT = 30
"""Suggestions of one report, the most severe first: more would bury the pull request."""
WORDS, CODE = (
    1_000,
    4_000,
)  # characters of the message, and of what is suggested; longer code is none that one glances at


def render(report: Report) -> str:
    """The document: for each suggestion the lines of a file that it replaces, and the comment's text."""
    made = [_suggestion(finding, report) for finding in sorted(report.open_findings, key=_order)]
    kept = [one for one in made if one is not None]
    document = {
        "schema": SCHEMA,
        "result": report.result,
        "error": report.error,
        "suggestions": kept[:LIMIT],
        "left_out": len(kept[LIMIT:]),
    }
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def _order(finding: Finding) -> tuple[int, tuple[str, int, int, str]]:
    return finding.severity.rank, finding.sort_key


def _suggestion(finding: Finding, report: Report) -> dict[str, Any] | None:
    """None for a finding without a fix, and where what would be written is not all that there is to it."""
    source, edit = report.sources.get(finding.file or ""), edit_of(finding)
    if edit is None or not source or not 0 < edit.line <= edit.end_line <= len(source):
        return None
    part = source[edit.line - 1 : edit.end_line]
    here = type(edit)(1, edit.end_line - edit.line + 1, edit.text, edit.column, edit.end_column)
    text = mended("\n".join(part), [here])
    # A password that is hidden here would be hidden in the file as well.
    if "***" in text or len(text) > CODE or text != lines(text):
        return None
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", text) or [""]))
    message, help = (escape(shortened(one_line(one), WORDS)) for one in (finding.message, finding.help))
    body = f"**{finding.code}** {finding.severity.value}: {message}\n\n→ {help}\n\n{fence}suggestion\n{text}\n{fence}"
    return {
        "path": finding.file,
        "start_line": edit.line,
        "line": edit.end_line,
        "body": f"{_marker(report, finding, body)}\n{body}",
    }


def _marker(report: Report, finding: Finding, body: str) -> str:
    """The first line, which finds a suggestion of this configuration again, and tells whether it is the same."""
    same = hashlib.sha256(f"{finding.file}\n{body}".encode(errors="replace")).hexdigest()[:12]
    return f"<!-- headway:suggestion {digest_of(report.configuration)} {same} -->"
