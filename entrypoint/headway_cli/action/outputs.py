"""What the Action tells the job: outputs, the job summary, annotations. Writes GitHub's files and standard output."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Mapping
from typing import Any

from headway.printable import one_line
from headway.redact import spellings
from headway.report.github import escape_data


def write_outputs(path: str | None, document: Mapping[str, Any], report_path: str, plan_path: str) -> None:
    """Adds the outputs of action.yml to the file behind GITHUB_OUTPUT; nothing outside of a job."""
    _write(path, outputs(document, report_path, plan_path))


def write_result(path: str | None, exit_code: int) -> None:
    """The two outputs of a run that made no report."""
    result = "pass" if exit_code == 0 else "fail" if exit_code in (1, 5) else "error"
    _write(path, {"result": result, "exit-code": str(exit_code)})


def outputs(document: Mapping[str, Any], report_path: str, plan_path: str) -> dict[str, str]:
    """The outputs by name, from a JSON report."""
    findings = [finding for finding in document["findings"] if not finding["suppressed"]]
    plan = document["plan"]
    pending = len(plan["steps"]) if plan else 0
    if document["command"] == "apply":  # what the plan had and the database still lacks
        pending = max(0, pending - len(document["applied"])) if document["exit_code"] else 0
    return {
        "result": document["result"],
        "exit-code": str(document["exit_code"]),
        "heads": " ".join(one_line(head).replace(" ", "\\x20") for head in document["heads"]),
        "head-count": str(len(document["heads"])),
        "findings-error": str(sum(finding["severity"] == "error" for finding in findings)),
        "findings-warning": str(sum(finding["severity"] == "warning" for finding in findings)),
        "drift": str(len(document["drift"])),
        "pending-count": str(pending),
        "applied-count": str(len(document["applied"])),
        "plan-digest": plan["digest"] if plan else "",
        "plan-path": plan_path,
        "report-path": report_path,
    }


def shown_path(path: str) -> str:
    """A path as an output: in one line, whatever it is called."""
    return one_line(path)


def add_summary(path: str | None, markdown: str) -> None:
    """Adds to the file behind GITHUB_STEP_SUMMARY; nothing outside of a job."""
    if path:
        with open(path, "a", encoding="utf-8") as file:
            file.write(markdown + "\n")


def mask(secret: str) -> None:
    """Has the runner hide a secret, in every spelling, from all that is printed after."""
    found = [line for line in secret.splitlines() if line]
    for spelling in sorted({*found, *spellings(found)}):
        sys.stdout.write(f"::add-mask::{escape_data(spelling)}\n")
    sys.stdout.flush()


def _write(path: str | None, values: Mapping[str, str]) -> None:
    if path:
        with open(path, "a", encoding="utf-8") as file:
            file.writelines(_entry(name, value) for name, value in values.items())


def _entry(name: str, value: str) -> str:
    """One output; a random delimiter, so that no value can end it early and add outputs of its own."""
    delimiter = f"headway_{secrets.token_hex(16)}"
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"
