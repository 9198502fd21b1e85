"""The report: one value that every output format is made from. Collects, judges nothing but the overall result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import Enum
from typing import TYPE_CHECKING

from headway.config.dialects import Databases
from headway.drift.verdict import DriftItem, NotCompared, open_items
from headway.lint.change import Change, Sent
from headway.lint.finding import Finding, Severity
from headway.revision.model import Revision
from headway.valueclass import valueclass

if TYPE_CHECKING:  # most reports have no plan, and what makes one loads a library of digests
    from headway.plan.model import Plan

SCHEMA = "headway/report/1"


class Status(Enum):
    """How a stage ended. ERROR: it could not do its work; SKIPPED: it was not its turn, and ``why`` says so."""

    PASS = "pass"
    FAIL = "fail"
    ERROR = "error"
    SKIPPED = "skipped"


@valueclass(frozen=True, slots=True)
class Stage:
    """One part of a run."""

    name: str
    status: Status
    seconds: float
    summary: str = ""
    """One short line: what was looked at and what came out."""
    why: str | None = None
    """Why it failed, could not run or was skipped."""
    exit_code: int = 0
    file: str | None = None
    """The file that ``why`` is about."""
    line: int | None = None

    @property
    def in_a_line(self) -> str:
        """How it ended, in a few words."""
        said = "; ".join(part for part in (self.summary, self.why) if part)
        return f"{self.name}: {self.status.value}, {self.seconds:.2f} s, {said}"


@valueclass(frozen=True, slots=True)
class Examined:
    """How much was looked at."""

    revisions: int = 0
    new: int = 0
    not_analysed: tuple[str, ...] = ()
    """Places that could not be read, as ``path:line: reason``."""


@valueclass(frozen=True, slots=True)
class Configuration:
    """What tells one project of a repository from the others."""

    file: str = "alembic.ini"
    """The configuration file, as reports show paths."""
    section: str = "alembic"

    @property
    def name(self) -> str:
        """Both in one line; the section only where it is not the usual one."""
        return self.file if self.section == "alembic" else f"{self.file} [{self.section}]"


@valueclass(frozen=True, slots=True)
class Report:
    """What a command found and did."""

    command: str
    version: str
    exit_code: int
    stages: tuple[Stage, ...] = ()
    heads: tuple[str, ...] = ()
    examined: Examined = field(default_factory=Examined)
    findings: tuple[Finding, ...] = ()
    drift: tuple[DriftItem, ...] = ()
    not_compared: tuple[NotCompared, ...] = ()
    """What models or migrations have and the comparison has not looked at."""
    plan: Plan | None = None
    applied: tuple[str, ...] = ()
    failed: str | None = None
    error: str | None = None
    """The one line of an error that ended the run."""
    threshold: Severity = Severity.ERROR
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The lines of each file that has findings, for excerpts."""
    history: tuple[Revision, ...] = ()
    """Every revision that could be read, in no order; of faulty histories too."""
    new: frozenset[str] = frozenset()
    """The ids of those that are new against the base."""
    configuration: Configuration = field(default_factory=Configuration)
    against: str = ""
    """What 'new' was told by: a branch, a baseline, or nothing."""
    databases: Databases = field(default_factory=Databases)
    """Those that the history was judged for."""
    changes: tuple[Change, ...] = ()
    """What the new revisions do, and the locks that they take."""
    sent: tuple[Sent, ...] = ()
    """What they have sent to scratch databases."""

    @property
    def result(self) -> str:
        """``pass``, ``fail``, ``error`` or ``noop`` (there was nothing to do)."""
        if self.exit_code == 0:
            idle = {"plan": not self._has_steps, "apply": not self.applied}
            return "noop" if idle.get(self.command) else "pass"
        return "fail" if self.exit_code in (1, 5) else "error"

    @property
    def open_findings(self) -> tuple[Finding, ...]:
        """The findings that nobody accepted."""
        return tuple(finding for finding in self.findings if not finding.suppressed)

    @property
    def open_drift(self) -> tuple[DriftItem, ...]:
        """The differences that nobody accepted."""
        return tuple(open_items(self.drift))

    def count(self, severity: Severity) -> int:
        """How many open findings have exactly this severity."""
        return sum(finding.severity is severity for finding in self.open_findings)

    @property
    def _has_steps(self) -> bool:
        return self.plan is not None and bool(self.plan.steps)
