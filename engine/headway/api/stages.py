"""What the stages of one run find, and how a stage ends that was stopped or never had its turn."""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from headway.api.live import Live
from headway.drift.verdict import DriftItem, NotCompared
from headway.errors import (
    ConnectionRefused,
    DatabaseFailure,
    HeadwayError,
    MigrationFailed,
    PartialFailure,
    RevisionError,
    place,
)
from headway.lint.change import Sent
from headway.lint.finding import Finding, Severity
from headway.redact import redact, redacted_line
from headway.report.model import Stage, Status
from headway.runtime.inputs import Inputs

Announce = Callable[[str], None]
"""Takes one line of progress."""


At = Callable[[str, str], None]
"""Takes what is being done now, and how far it is."""


def not_shown(what: str, far: str) -> None:
    """Shows nobody what is being done."""


@dataclass
class Run:
    """What the stages of one run have found so far."""

    shown: Callable[[str], str]
    """A file's path as reports show it."""
    judge: Callable[[list[Finding]], Sequence[Finding]]
    """Gives findings the policy's severity and marks those that were accepted."""
    fail_on: Severity = Severity.ERROR
    """The lowest severity that fails a stage."""
    stages: list[Stage] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    drift: list[DriftItem] = field(default_factory=list)
    accept: Callable[[list[DriftItem]], list[DriftItem]] = list
    """Marks the differences that the policy accepts."""
    explain: Callable[[HeadwayError], HeadwayError] = lambda error: error
    """Says more of an error that has stopped a stage, where more can be said."""
    at: At = not_shown
    """Is told what is being done now."""
    inputs: Inputs | None = None
    """What user code has been seen to read in this run; None where nobody wants to know."""
    new_is_guessed: bool = False
    """Whether nothing has told what is released, so that the newest revision stands for what is new."""
    needs_models: bool = False
    """Whether a project without models is an error."""
    live: Live | None = None
    """The live database, where there is one to compare with."""
    not_compared: list[NotCompared] = field(default_factory=list)
    not_analysed: tuple[str, ...] = ()
    sent: list[Sent] = field(default_factory=list)
    """What the new revisions have sent to scratch databases."""

    def timed(self, name: str, work: Callable[[], Stage]) -> Stage:
        """Runs a stage's work and notes how long it took; what stops it becomes the stage's end."""
        started = time.perf_counter()
        findings, drift, sent = len(self.findings), len(self.drift), len(self.sent)
        try:
            stage = work()
        except HeadwayError as error:
            return self.stopped(name, error, time.perf_counter() - started)
        finally:
            self.findings[findings:] = [replace(found, stage=name) for found in self.findings[findings:]]
            self.drift[drift:] = [replace(found, stage=name) for found in self.drift[drift:]]
            self.sent[sent:] = [replace(one, stage=name) for one in self.sent[sent:]]
        return replace(stage, name=name, seconds=time.perf_counter() - started)

    def stopped(self, name: str, error: HeadwayError, seconds: float) -> Stage:
        """A migration that fails on the scratch database is a no of the check; anything else kept it from running."""
        error = self.explain(error)
        _show_trace(error)
        file = None if error.path is None else self.shown(error.path)
        if isinstance(error, ConnectionRefused):
            # The project reaches for another database: that is a no, and what to do about it must be read.
            return Stage(name, Status.FAIL, seconds, why=redacted_line(error), exit_code=1, file=file, line=error.line)
        if isinstance(error, MigrationFailed | PartialFailure | RevisionError):
            # On a scratch database nobody needs to know what to clean up, so the hint is left out.
            why = f"{place(error.path, error.line)}{redact(error.message)}"
            return Stage(name, Status.FAIL, seconds, why=why, exit_code=1, file=file, line=error.line)
        code = error.exit_code if isinstance(error, DatabaseFailure) else 2
        why = redacted_line(error)
        return Stage(name, Status.ERROR, seconds, why=why, exit_code=code, file=file, line=error.line)


def _show_trace(error: HeadwayError) -> None:
    """Where an error comes from that ends a stage and not the run, for who has asked: the project's own frames are in it."""
    if os.environ.get("HEADWAY_DEBUG"):
        print(redact("".join(traceback.format_exception(error))), file=sys.stderr)


def skipped(name: str, why: str) -> Stage:
    """A stage whose turn did not come."""
    return Stage(name, Status.SKIPPED, 0.0, why=f"not run: {why}", exit_code=1)


def switched_off(name: str) -> Stage:
    """A stage that nobody wants, by the policy or by ``--stages``: left out, and said."""
    return Stage(name, Status.SKIPPED, 0.0, why="not run: switched off (stages)")


def not_trusted(name: str) -> Stage:
    """A stage that would execute what nobody trusts: left out on purpose, and no reason to fail."""
    return Stage(name, Status.SKIPPED, 0.0, why="not run: untrusted, nothing of the checkout is executed")


def exit_code(stages: Sequence[Stage]) -> int:
    """The gravest outcome: what could not run at all before what said no."""
    codes = [stage.exit_code for stage in stages if stage.exit_code]
    stopped = [stage.exit_code for stage in stages if stage.status is Status.ERROR]
    return max(stopped) if stopped else 1 if codes else 0
