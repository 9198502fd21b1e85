"""What the rules share that report a fault the graph has found by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from headway.effects.model import Span
from headway.lint.facts import Facts
from headway.lint.finding import Finding
from headway.lint.rule import Rule
from headway.revision.problems import Kind


class ProblemRule(Rule):
    """Reports the graph's problems of one kind."""

    kind: ClassVar[Kind]

    def check(self, facts: Facts) -> Iterator[Finding]:
        for problem in facts.problems:
            if problem.kind is self.kind:
                span = Span(problem.path, problem.line or 1) if problem.path else None
                yield self.finding(problem.text, problem.hint, span, problem.revision)
