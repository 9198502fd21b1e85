"""Judges the projects of a repository one after another, each in a process of its own, and reports them as one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from headway.api.apart import apart
from headway.api.project import configuration_of
from headway.errors import HeadwayError
from headway.redact import redacted_line
from headway.report.combined import combined
from headway.report.model import Configuration, Report
from headway.version import VERSION

Judge = Callable[[tuple[str, ...], str], Report]
"""Judges the project of these configuration files and this section."""


def judge_several(command: str, configurations: Sequence[tuple[tuple[str, ...], str]], judge: Judge) -> Report:
    """The report of all of them. Of several, one that cannot be read is an error of its own and stops none of the others.

    Raises HeadwayError where there is one alone, and it cannot be read.
    """
    if len(configurations) == 1:
        return judge(*configurations[0])

    def one(files: tuple[str, ...], name: str) -> Report:
        try:
            return apart(lambda: judge(files, name))
        except HeadwayError as error:
            return Report(
                command=command,
                version=VERSION,
                exit_code=error.exit_code,
                error=redacted_line(error),
                configuration=configuration_of(files, name),
            )

    reports = [one(files, name) for files, name in configurations]
    if len({report.configuration for report in reports}) < len(
        reports
    ):  # outside of git each is shown from its own home
        reports = [
            replace(report, configuration=Configuration(files[0] if files else report.configuration.file, name))
            for report, (files, name) in zip(reports, configurations, strict=True)
        ]
    return combined(reports)
