"""What the rules share that report what was done to a released revision."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from headway.effects.model import Span
from headway.lint.facts import Facts
from headway.lint.finding import Finding
from headway.lint.history.released import Change, What
from headway.lint.rule import Rule


class ChangeRule(Rule):
    """Reports the changes of one kind."""

    what: ClassVar[What]

    def check(self, facts: Facts) -> Iterator[Finding]:
        for change in facts.changes:
            if change.what is self.what:
                message, help_ = self.said(change, facts)
                # A file that is gone has no line that a reviewer could be shown, but the path says which it is.
                place = Span(change.now or change.was.path, change.line or 1)
                yield self.finding(message, help_, place, change.revision)

    @abstractmethod
    def said(self, change: Change, facts: Facts) -> tuple[str, str]:
        """What was done, and what to do instead."""
