"""Options that several verbs take, and the way a report leaves the program."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Annotated, NoReturn, assert_never

import typer

from headway.errors import HeadwayError, UsageError
from headway.lint.finding import Severity
from headway.redact import redact, redacted_line
from headway.report import text
from headway.report.model import Report
from headway.report.shown import without_passwords
from headway.version import VERSION
from headway_cli.progress import Progress

ConfigFiles = Annotated[
    list[str] | None,
    typer.Option(
        "--config", "-c", help="Configuration file, if not alembic.ini or pyproject.toml here; may be repeated."
    ),
]
XArguments = Annotated[
    list[str] | None,
    typer.Option("-x", help="Argument for env.py, which reads it with context.get_x_argument(); may be repeated."),
]
SectionName = Annotated[str, typer.Option("--name", "-n", help="Section of the ini file.")]
SectionNames = Annotated[
    list[str] | None, typer.Option("--name", "-n", help="Section of the ini file; may be repeated.")
]
ConfigsOfProjects = Annotated[
    list[str] | None,
    typer.Option(
        "--config",
        "-c",
        help="Configuration file, if not alembic.ini or pyproject.toml here; several ini files are several projects, "
        "judged one after another, with one report.",
    ),
]
Untrusted = Annotated[
    bool,
    typer.Option("--untrusted", help="Execute nothing of the checkout: only what can be told by reading is looked at."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Only the result, no progress.")]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Show accepted findings too, and log every run of env.py.")
]
Explain = Annotated[
    bool, typer.Option("--explain", help="Say beneath each finding why its rule is there (text, and text reports).")
]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colours, even on a terminal.")]
Base = Annotated[
    str | None,
    typer.Option(
        "--base", help="Branch or commit that new revisions are counted from; default: the pull request's base."
    ),
]
AllRevisions = Annotated[bool, typer.Option("--all", help="Judge every revision, not only new ones.")]
Select = Annotated[list[str] | None, typer.Option("--select", help="Only rules whose code starts so; may be repeated.")]
Ignore = Annotated[
    list[str] | None, typer.Option("--ignore", help="Not the rules whose code starts so; may be repeated.")
]
Reports = Annotated[
    list[str] | None,
    typer.Option("--report", help="Write a report to a file as well: FORMAT=FILE, such as json=report.json."),
]
ScratchKinds = Annotated[
    list[str] | None,
    typer.Option(
        "--scratch",
        help="Scratch database: auto, sqlite, postgresql, docker://postgres:16, docker://mariadb:11, local:mariadb, "
        "local:postgresql, or the URL of an empty one (env:NAME); may be repeated.",
    ),
]
Cache = Annotated[
    str | None,
    typer.Option(
        "--cache",
        envvar="HEADWAY_CACHE",
        help="Folder of replays that are kept for the next run; default: .headway/cache of the project, in a CI none.",
    ),
]
NoCache = Annotated[
    bool, typer.Option("--no-cache", envvar="HEADWAY_NO_CACHE", help="Use no kept replay, and keep none.")
]
Stages = Annotated[
    list[str] | None,
    typer.Option(
        "--stages",
        help="The stages that run, of graph, lint, replay, drift, downgrade, with commas; default: the policy's, or all.",
    ),
]
Url = Annotated[
    str | None,
    typer.Option(
        "--url",
        help="The database: a URL, env:NAME, file:PATH, cmd:COMMAND, or a target of the policy; default: the one of the "
        "configuration.",
    ),
]
LiveUrl = Annotated[
    str | None,
    typer.Option(
        "--url", help="A live database to compare with as well: a URL, env:NAME, file:PATH, cmd:COMMAND, or a target."
    ),
]
LockTimeout = Annotated[
    float | None, typer.Option("--lock-timeout", min=0, help="Seconds to wait for another run to end; default 300.")
]


class Format(StrEnum):
    """How the result is printed."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    MARKDOWN = "markdown"
    SARIF = "sarif"
    GITLAB = "gitlab"
    JUNIT = "junit"
    HTML = "html"
    COMMENT = "comment"
    SUGGESTIONS = "suggestions"


class FailOn(StrEnum):
    """The lowest severity that fails."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


OutputFormat = Annotated[Format, typer.Option("--format", "-f", help="How the result is printed.")]
Dialects = Annotated[
    list[str] | None,
    typer.Option(
        "--dialect", help="The database that the history runs on, if no setting tells: postgresql, 'mariadb 10.11'."
    ),
]
FailOnOption = Annotated[FailOn | None, typer.Option("--fail-on", help="The lowest severity that fails the run.")]


def severity(fail_on: FailOn | None) -> Severity | None:
    """The option as the engine's severity."""
    return None if fail_on is None else Severity(fail_on.value)


def render(
    report: Report,
    format: Format,
    *,
    color: bool = False,
    verbose: bool = False,
    explain: bool = False,
    width: int | None = None,
) -> str:
    """The report in one of the formats, without passwords."""
    report = without_passwords(report, redact)
    if format is Format.TEXT:
        return text.render(report, color=color, verbose=verbose, explain=explain, width=width)
    return _reporter(format)(report)


def finish(
    report: Report,
    format: Format,
    reports: list[str] | None = None,
    *,
    no_color: bool = False,
    verbose: bool = False,
    explain: bool = False,
) -> None:
    """Prints the report, writes the files asked for, and ends the verb with the report's exit code."""
    color = format is Format.TEXT and not no_color and wants_color()
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    sys.stdout.write(render(report, format, color=color, verbose=verbose, explain=explain, width=width))
    sys.stdout.flush()
    _write_reports(report, reports, verbose=verbose, explain=explain)
    raise typer.Exit(report.exit_code)


def fail(
    command: str,
    error: HeadwayError,
    format: Format,
    reports: list[str] | None = None,
    config: list[str] | None = None,
    name: str | list[str] | None = None,
) -> NoReturn:
    """Reports that nothing could be done, in the formats asked for, and lets the error go on."""
    from headway.api.project import configuration_of

    report = Report(
        command=command,
        version=VERSION,
        exit_code=error.exit_code,
        error=redacted_line(error),
        configuration=configuration_of(config or (), name if isinstance(name, str) else (name or ["alembic"])[0]),
    )
    if format is not Format.TEXT:
        sys.stdout.write(render(report, format))
    _write_reports(report, reports)
    raise error


def check_reports(reports: list[str] | None) -> None:
    """Raises UsageError for a ``--report`` that cannot be understood, before any work is done."""
    for wanted in reports or ():
        _split_report(wanted)


def announcer(quiet: bool) -> Callable[[str], None]:
    """What takes lines of progress: standard error, or nothing."""
    return Progress(sys.stderr, quiet=quiet).line


def wants_color() -> bool:
    """Colour on a terminal only, unless NO_COLOR or FORCE_COLOR say otherwise. See https://no-color.org"""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty()


def today() -> date:
    """The day that exceptions expire by."""
    return date.today()


def _reporter(format: Format) -> Callable[[Report], str]:
    """What renders a format; the others are not loaded."""
    match format:
        case Format.TEXT:
            return text.render
        case Format.JSON:
            from headway.report.json import render
        case Format.GITHUB:
            from headway.report.github import render
        case Format.MARKDOWN:
            from headway.report.markdown import render
        case Format.SARIF:
            from headway.report.sarif import render
        case Format.GITLAB:
            from headway.report.gitlab import render
        case Format.JUNIT:
            from headway.report.junit import render
        case Format.HTML:
            from headway.report.html.page import render
        case Format.COMMENT:
            from headway.report.comment import render
        case Format.SUGGESTIONS:
            from headway.report.suggestions import render
        case _:
            assert_never(format)
    return render


def _write_reports(report: Report, reports: list[str] | None, *, verbose: bool = False, explain: bool = False) -> None:
    for wanted in reports or ():
        name, path = _split_report(wanted)
        try:
            with open(path, "w", encoding="utf-8") as file:
                file.write(render(report, name, verbose=verbose, explain=explain))
        except OSError as error:
            raise UsageError(f"the report cannot be written: {error.strerror}", path=path) from error


def _split_report(wanted: str) -> tuple[Format, str]:
    name, equals, path = wanted.partition("=")
    formats = [format.value for format in Format]
    if not equals or not path or name not in formats:
        raise UsageError(f"--report {wanted} is not FORMAT=FILE", hint=f"Formats are {', '.join(formats)}.")
    return Format(name), path


def write_out(text: str, output: str | None, what: str) -> None:
    """Writes to the file ``output``, or to standard output. Raises UsageError, which names ``what``, where it cannot."""
    if output is None:
        sys.stdout.write(text)
        return
    try:
        with open(output, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"{what} cannot be written: {error.strerror}", path=output) from error
