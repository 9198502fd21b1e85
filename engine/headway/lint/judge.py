"""Runs rules over facts: severities, suppressions, order. Knows no rule by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from headway.config.policy import Policy
from headway.effects import model as fx
from headway.lint import suppress
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.folded import folded
from headway.lint.rule import CommentRule, Heard, Rule
from headway.valueclass import valueclass


@valueclass(frozen=True, slots=True)
class LintResult:
    """Findings in the order of the files, and the places that no rule could judge."""

    findings: tuple[Finding, ...]
    not_analysed: tuple[str, ...]


def lint(facts: Facts, rules: Iterable[type[Rule]], policy: Policy, today: date) -> LintResult:
    """What ``rules`` find in ``facts`` under ``policy``; ``today`` decides which exceptions have expired."""
    asked = [rule for rule in rules if _is_asked(rule, facts)]
    every = (finding for rule in asked for finding in rule().check(facts))
    found = tuple(folded(judged(every, facts.examined, policy, today)))
    about_comments = _about_comments(facts, asked, found, policy, today)
    if about_comments:
        found = tuple(sorted((*found, *about_comments), key=lambda finding: finding.sort_key))
    places = [place for file in facts.examined for place in _not_analysed(file)]
    return LintResult(found, (*_not_known(facts), *places))


def judged(
    findings: Iterable[Finding], examined: Iterable[RevisionFile], policy: Policy, today: date
) -> tuple[Finding, ...]:
    """The findings in the order of the files, with the policy's severities, and those marked that were accepted: by the
    policy, or by a comment in one of the files ``examined``."""
    kept = [
        replace(finding, severity=severity)
        for finding in findings
        if (severity := _severity(finding, policy)) is not Severity.OFF
    ]
    named = {finding.file for finding in kept}
    comments = {file.path: suppress.read_suppressions(file.migration.lines) for file in examined if file.path in named}
    marked = suppress.apply(kept, comments, policy.ignores, today)
    return tuple(sorted(marked, key=lambda finding: finding.sort_key))


def _is_asked(rule: type[Rule], facts: Facts) -> bool:
    """Whether the history runs on a database that the rule speaks of."""
    return rule.dialects is None or facts.runs_on(*rule.dialects)


def _about_comments(
    facts: Facts, asked: Sequence[type[Rule]], found: Sequence[Finding], policy: Policy, today: date
) -> tuple[Finding, ...]:
    """What is wrong with the comments that accept findings."""
    about = [rule() for rule in asked if issubclass(rule, CommentRule)]
    would_show = {rule.code for rule in asked if rule.by_source and policy.severities.get(rule.code) != "off"}
    heard = Heard(found, frozenset(would_show), facts.codes, today)
    findings = [
        finding
        for file in facts.examined
        if about and "headway:" in file.migration.source
        for rule in about
        for finding in rule.check_comments(file, _ours(file), heard)
    ]
    return judged(findings, (), policy, today)


def _ours(file: RevisionFile) -> list[suppress.Suppression]:
    return [one for one in suppress.read_suppressions(file.migration.lines) if not one.of_others]


def _severity(finding: Finding, policy: Policy) -> Severity:
    wanted = policy.severities.get(finding.code)
    return finding.severity if wanted is None else Severity(wanted)


def _not_known(facts: Facts) -> Iterator[str]:
    """What the headers leave open; a parent that nobody knows is a finding already."""
    for revision in facts.graph.ids.values():
        for name in revision.unknown:
            if name != "down_revision":
                place = f"{facts.path_of(revision.revision)}:{revision.line_of(name) or 1}"
                yield f"{place}: '{name}' is computed, so that only running the file would tell it"


def _not_analysed(file: RevisionFile) -> Iterator[str]:
    """One for each line; what is unread in the modules that a line imports or calls stands with it."""
    places: dict[tuple[str, int], list[str]] = {}
    for effect in (*file.upgrade_effects, *file.downgrade_effects):
        why = _why_not_analysed(effect)
        if why is None:
            continue
        if effect.written_at is not None:
            why += f" ({effect.written_at.path}:{effect.written_at.line})"
        said = places.setdefault((effect.span.path, effect.span.line), [])
        if why not in said[:FEW]:
            said.append(why)
    for (path, line), said in places.items():
        more = f"; and {len(said) - FEW:,} more there" if len(said) > FEW else ""
        yield f"{path}:{line}: {'; '.join(said[:FEW])}{more}"


FEW = 3
"""Reasons that are told of one line."""


def _why_not_analysed(effect: fx.Effect) -> str | None:
    if isinstance(effect, fx.NotAnalysed):
        return effect.reason
    if not isinstance(effect, fx.RunsSql) or effect.understood:
        return None
    known = effect.text if isinstance(effect.text, str) else None
    return (
        " ".join(f"SQL that is not understood: {known[:60]}".split())
        if known
        else "SQL that is only known when it runs"
    )
