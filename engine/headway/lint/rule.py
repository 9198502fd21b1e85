"""What a rule is. One rule is one class in one file named by the complaint; its docstring is its documentation."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import ClassVar

from headway.config.tables import TableSize
from headway.effects.model import AltersColumn, Effect, Span, can_run_on
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.suppress import Suppression
from headway.valueclass import valueclass


class Rule(ABC):
    """Subclasses set the attributes and say what they find in the facts of a history."""

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity] = Severity.ERROR
    dialects: ClassVar[frozenset[str] | None] = None
    """The databases it speaks of; None means all."""
    by_source: ClassVar[bool] = True
    """Whether reading tells; otherwise another stage finds it."""

    @abstractmethod
    def check(self, facts: Facts) -> Iterator[Finding]:
        """Every finding of this rule."""

    def finding(
        self,
        message: str,
        help: str,
        span: Span | None = None,
        revision: str | None = None,
        fix: str | None = None,
    ) -> Finding:
        """A finding of this rule at ``span``.

        ``fix`` is what to put in the place of ``span``, or of its whole lines where it has no columns, so that the
        finding is gone and nothing else has changed; only for what one may do without a thought.
        """
        place = {}
        if span is not None:
            place = {
                "file": span.path,
                "line": span.line,
                "end_line": span.end_line or span.line,
                "column": span.column,
                "end_column": span.end_column,
            }
        return Finding(
            code=self.code,
            name=self.name,
            severity=self.severity,
            message=message,
            help=help,
            revision=revision,
            fix=fix,
            **place,  # type: ignore[arg-type]  # mypy sees one dict of mixed values
        )


class FileRule(Rule):
    """A rule that looks at each examined revision file by itself."""

    def check(self, facts: Facts) -> Iterator[Finding]:
        for file in facts.parents_first:
            yield from self.check_file(file, facts)

    @abstractmethod
    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        """Every finding of this rule in one file."""


class CommentRule(Rule):
    """A rule about the comments that accept findings, asked when all others have spoken."""

    def check(self, facts: Facts) -> Iterator[Finding]:
        return iter(())  # see check_comments()

    @abstractmethod
    def check_comments(self, file: RevisionFile, comments: Sequence[Suppression], heard: Heard) -> Iterator[Finding]:
        """Every finding of this rule in the comments of one file."""


@valueclass(frozen=True, slots=True)
class Heard:
    """What the other rules have said."""

    findings: Sequence[Finding]
    asked: frozenset[str]
    """The codes of the rules that were asked and whose findings would show."""
    codes: frozenset[str]
    """Those of all rules there are."""
    today: date


class UpgradeRule(FileRule):
    """A rule that looks at each effect of ``upgrade()``; ``handles`` are the effects it is asked about."""

    handles: ClassVar[tuple[type[Effect], ...]]
    by_size: ClassVar[bool] = False
    """Whether what it warns of takes as long as the table is large: it says nothing of one that the revision has emptied."""

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        for effect in file.upgrade_effects:
            if isinstance(effect, self.handles) and (self.dialects is None or can_run_on(effect, self.dialects)):
                if self.by_size and effect.order in file.without_rows:
                    continue
                if isinstance(effect, AltersColumn) and (effect.new_type or effect.existing_type) is not None:
                    effect = facts.typed(effect, file)  # the same, and what it was
                size = facts.size_of(effect) if self.by_size else None
                for finding in self.check_effect(effect, file, facts):
                    yield finding if size is None else _weighed(finding, size)

    @abstractmethod
    def check_effect(self, effect: Effect, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        """Every finding of this rule in one effect."""


def _weighed(finding: Finding, size: TableSize) -> Finding:
    """A finding about a table of this size: nobody waits for a small one, and everybody for a large one."""
    severity = {"small": Severity.INFO, "large": Severity.ERROR}.get(size.kind, finding.severity)
    return replace(finding, severity=severity, message=f"{finding.message}; the table {size.shown}")
