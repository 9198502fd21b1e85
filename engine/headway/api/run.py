"""What the stages of one run find, and how a stage ends that was stopped or never had its turn."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from headway.errors import DatabaseFailure, HeadwayError, MigrationFailed, PartialFailure, RevisionError, place
from headway.lint.finding import Finding, Severity
from headway.redact import redact
from headway.report.model import DriftItem, Stage, Status

Announce = Callable[[str], None]
"""Takes one line of progress."""


@dataclass
class Run:
    """What the stages of one run have found so far."""

    judge: Callable[[list[Finding]], Sequence[Finding]]
    """Gives findings the policy's severity and marks those that were accepted."""
    fail_on: Severity = Severity.ERROR
    """The lowest severity that fails a stage."""
    stages: list[Stage] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    drift: list[DriftItem] = field(default_factory=list)
    not_analysed: tuple[str, ...] = ()


def exit_code(stages: Sequence[Stage]) -> int:
    """The gravest outcome: what could not run at all before what said no."""
    codes = [stage.exit_code for stage in stages if stage.exit_code]
    stopped = [stage.exit_code for stage in stages if stage.status is Status.ERROR]
    return max(stopped) if stopped else 1 if codes else 0


def timed(name: str, work: Callable[[], Stage]) -> Stage:
    """Runs a stage's work and notes how long it took; what stops it becomes the stage's end."""
    started = time.perf_counter()
    try:
        stage = work()
    except HeadwayError as error:
        return stopped(name, error, time.perf_counter() - started)
    return replace(stage, name=name, seconds=time.perf_counter() - started)


def stopped(name: str, error: HeadwayError, seconds: float) -> Stage:
    """A migration that fails on the scratch database is a no of the check; anything else kept it from running."""
    why = redact(error.one_line())
    if isinstance(error, MigrationFailed | PartialFailure | RevisionError):
        return Stage(name, Status.FAIL, seconds, why=_without_advice(error), exit_code=1)
    code = error.exit_code if isinstance(error, DatabaseFailure) else 2
    return Stage(name, Status.ERROR, seconds, why=why, exit_code=code)


def _without_advice(error: HeadwayError) -> str:
    """On a scratch database nobody needs to know what to clean up."""
    return redact(f"{place(error.path, error.line)}{error.message}")


def skipped(name: str, why: str) -> Stage:
    """A stage whose turn did not come."""
    return Stage(name, Status.SKIPPED, 0.0, why=f"not run: {why}", exit_code=1)
