"""What the catalogue says of a code, in pieces, for reports that explain themselves. Judges nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping

from headway.lint.catalogue import RULES, documentation, summary
from headway.lint.finding import Severity
from headway.report.complaints import WITHOUT_RULE
from headway.valueclass import valueclass
from headway.version import VERSION

_PAGES = f"https://github.com/headway-migrations/headway/blob/v{VERSION}/docs/rules"


@valueclass(frozen=True, slots=True)
class RuleHelp:
    """A rule as its documentation has it."""

    code: str
    name: str
    summary: str
    why: str
    """The paragraph under Why, in one line; empty for what has no rule."""
    text: str
    """All of it, as Markdown."""
    severity: Severity = Severity.ERROR
    dialects: tuple[str, ...] = ()
    page: str | None = None
    """Where it can be read on the web; None for what has no rule."""


def every_rule() -> Mapping[str, RuleHelp]:
    """The help on every code that a report may carry, by code."""
    rules = {
        rule.code: RuleHelp(
            rule.code,
            rule.name,
            summary(rule),
            _section(documentation(rule), "Why"),
            documentation(rule),
            rule.severity,
            tuple(sorted(rule.dialects or ())),
            f"{_PAGES}/{rule.code}.md",
        )
        for rule in RULES
    }
    return rules | {code: RuleHelp(code, code, said, "", said) for code, said in WITHOUT_RULE.items()}


def _section(text: str, heading: str) -> str:
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    return " ".join(found[1].replace("``", "`").split()) if found else ""
