"""A finding: one complaint about one place, with what will happen and what to do. Knows no output format."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from headway.valueclass import valueclass


class Severity(Enum):
    """How bad; the order of the members is from worst to harmless."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    OFF = "off"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)

    def at_least(self, threshold: Severity) -> bool:
        """Whether this is as bad as ``threshold`` or worse."""
        return self is not Severity.OFF and self.rank <= threshold.rank


@valueclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Lines and columns count from 1; ``end_column`` is exclusive; 0 means unknown."""

    code: str
    name: str
    severity: Severity
    message: str
    """What will happen."""
    help: str
    """What to do instead."""
    file: str | None = None
    line: int | None = None
    end_line: int | None = None
    column: int = 0
    end_column: int = 0
    revision: str | None = None
    fix: str | None = None
    suppressed: bool = False
    reason: str | None = None
    """Why it is suppressed."""
    stage: str = ""
    """The stage that found it."""

    def suppress(self, reason: str) -> Finding:
        """The same finding, accepted for ``reason``."""
        return replace(self, suppressed=True, reason=reason)

    @property
    def sort_key(self) -> tuple[str, int, int, str]:
        """Findings are shown by place, then by code."""
        return self.file or "", self.line or 0, self.column, self.code
