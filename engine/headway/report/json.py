"""The report as one JSON document of the schema ``headway/report/1``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from headway.lint.change import Change
from headway.lint.finding import Finding
from headway.pattern import pattern
from headway.plan.model import Plan, PlanStep, statement_document
from headway.report.model import SCHEMA, Report
from headway.report.payload import change_document, payload


def render(report: Report) -> str:
    """The document, indented, with a final newline."""
    text = json.dumps(document(report), indent=2, ensure_ascii=False) + "\n"
    return _HALVES.sub(lambda half: f"\\u{ord(half[0]):04x}", text)


_HALVES = pattern("[\ud800-\udfff]")
"""Halves of surrogate pairs, which paths that are no UTF-8 are read with, and no file takes."""


def document(report: Report) -> dict[str, Any]:
    """The document as plain values; every key is always there."""
    return {
        "schema": SCHEMA,
        "result": report.result,
        "exit_code": report.exit_code,
        "tool": {"name": "headway", "version": report.version},
        "command": report.command,
        "error": report.error,
        "stages": [
            {
                "name": stage.name,
                "status": stage.status.value,
                "seconds": round(stage.seconds, 3),
                "summary": stage.summary,
                "why": stage.why,
                "file": stage.file,
                "line": stage.line,
            }
            for stage in report.stages
        ],
        "heads": list(report.heads),
        "examined": {
            "revisions": report.examined.revisions,
            "new": report.examined.new,
            "not_analysed": len(report.examined.not_analysed),
            "not_analysed_places": list(report.examined.not_analysed),
        },
        "findings": [_finding(finding) for finding in report.findings],
        "drift": [
            {
                "verdict": item.verdict,
                "object": item.object,
                "detail": item.detail,
                "operation": item.operation,
                "key": item.key,
                "accepted": item.accepted,
            }
            for item in report.drift
        ],
        "not_compared": [{"kind": item.kind, "object": item.object, "why": item.why} for item in report.not_compared],
        "plan": None if report.plan is None else plan_document(report.plan, report.changes),
        "applied": list(report.applied),
        "failed": report.failed,
        "payload": payload(report),
    }


def plan_document(plan: Plan, changes: Sequence[Change] = ()) -> dict[str, Any]:
    """The plan's part of the report; ``changes`` tells the locks of its steps."""
    locks = {change.revision: change for change in changes}
    return {
        "digest": plan.digest,
        "schema": plan.schema,
        "database": asdict(plan.database),
        "version_table": plan.version_table,
        "current": list(plan.current),
        "target": list(plan.target),
        "steps": [_step(step, locks.get(step.revision)) for step in plan.steps],
        "environment": [_step(step) for step in plan.environment],
        "code": dict(plan.code),
        "rebuilds": list(plan.rebuilds),
        "not_covered": list(plan.not_covered),
    }


def _step(step: PlanStep, change: Change | None = None) -> dict[str, Any]:
    recorded = None if step.recorded is None else [statement_document(statement) for statement in step.recorded]
    return {
        "revision": step.revision,
        "direction": step.direction,
        "statements": None if step.statements is None else list(step.statements),
        "recorded": recorded,
        "file": step.file,
        "line": step.line,
        "why": step.why,
        "operations": None if change is None else change_document(change)["operations"],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.value,
        "message": finding.message,
        "help": finding.help,
        "file": finding.file,
        "line": finding.line,
        "end_line": finding.end_line,
        "revision": finding.revision,
        "fix": finding.fix,
        "suppressed": finding.suppressed,
        "reason": finding.reason,
    }
