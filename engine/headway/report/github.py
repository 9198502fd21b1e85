"""The report as GitHub workflow commands: annotations on the lines of a pull request.

See https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from headway.lint.finding import Finding, Severity
from headway.printable import lines
from headway.report.excerpt import columns_of
from headway.report.model import Report, Stage, Status
from headway.report.shown import printable

LIMIT = 10  # annotations of one kind that GitHub shows for a step

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(report: Report) -> str:
    """One command a line; past GitHub's limit the last one says how many are not shown."""
    return "".join(f"{line}\n" for line in _lines(printable(report, lines, lines)))


def escape_data(text: str) -> str:
    """Text as the message of a command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    """Text as the value of a command's property."""
    return escape_data(text).replace(":", "%3A").replace(",", "%2C")


def _lines(report: Report) -> Iterator[str]:
    for severity, command in _COMMANDS.items():
        lines = [_finding(f, command, report.sources) for f in report.open_findings if f.severity is severity]
        if severity is Severity.ERROR:
            lines += [_stage(stage) for stage in report.stages if _speaks(stage)]
            lines += [_plain("error", f"drift: {i.object}", f"{i.verdict}: {i.detail}") for i in report.open_drift]
            if report.error and not any(_speaks(stage) for stage in report.stages):
                lines.append(_plain("error", f"headway {report.command}", report.error))
        if len(lines) > LIMIT:
            hidden = len(lines) - LIMIT + 1
            lines[LIMIT - 1 :] = [_plain(command, "headway", f"{hidden} more in the job summary")]
        yield from lines


def _speaks(stage: Stage) -> bool:
    """Whether a stage has something to say that no finding says."""
    return stage.status in (Status.ERROR, Status.FAIL) and stage.why is not None


def _stage(stage: Stage) -> str:
    place = {"file": stage.file, "line": stage.line}
    return _command("error", {**place, "title": f"headway {stage.name}"}, stage.why or "")


def _finding(finding: Finding, command: str, sources: Mapping[str, tuple[str, ...]]) -> str:
    properties = {"file": finding.file, "line": finding.line, "endLine": finding.end_line}
    if finding.column and finding.end_line == finding.line:
        properties |= {"col": columns_of(finding, sources.get(finding.file or "", ()))[0]}
    properties["title"] = f"{finding.code} {finding.name}"
    return _command(command, properties, f"{finding.message}. {finding.help}")


def _plain(command: str, title: str, message: str) -> str:
    return _command(command, {"title": title}, message)


def _command(command: str, properties: Mapping[str, object], message: str) -> str:
    written = ",".join(f"{key}={escape_property(str(value))}" for key, value in properties.items() if value)
    return f"::{command} {written}::{escape_data(message)}"
